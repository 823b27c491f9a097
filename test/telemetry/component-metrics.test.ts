import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/index.ts';
import { ComponentMetrics, type SeriesLimits } from '../../src/telemetry/index.ts';
import type { Judgement } from '../../src/detect/index.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { historyScene, type Said, START_MS, windowOf } from '../history/histories.ts';

const LIMITS: SeriesLimits = { maxServices: 10, maxOperations: 10, maxCalls: 10 };
const HOUR_MS = 3_600_000;

function scene(limits: Partial<SeriesLimits> = {}) {
  const { table, baselines, history, runtime } = historyScene();
  const now: { judgement?: Judgement; open: Incident[] } = { open: [] };
  const metrics = new ComponentMetrics(
    runtime.metrics.registry,
    { table, history, judgement: () => now.judgement, openIncidents: () => now.open },
    { ...LIMITS, ...limits },
  );
  return {
    table,
    baselines,
    now,
    window: (second: number, said: readonly Said[]) => {
      const batch = windowOf(table, START_MS + second * 1000, said);
      history.observe(batch);
      metrics.observe(batch);
    },
    text: async () => (await runtime.metrics.registry.metrics()).split('\n'),
    value: async (series: string) => {
      const text = await runtime.metrics.registry.metrics();
      const line = text.split('\n').find((one) => one.startsWith(`${series} `));
      return line === undefined ? undefined : Number(line.slice(series.length + 1));
    },
  };
}

const times = (count: number, value: number): number[] => new Array<number>(count).fill(value);
const seriesOf = (lines: readonly string[], part: string): number =>
  lines.filter((line) => !line.startsWith('#') && line.includes(part)).length;

describe('metrics of components', () => {
  it('show rate, mean and quantiles of the last minute', async () => {
    const { window, value } = scene();
    window(0, [{ key: 'self(cart, Add)', values: [...times(540, 1000), ...times(60, 50_000)] }]);
    const labels = '{service="cart",operation="Add"}';
    const timed = '{service="cart",operation="Add",time="own"}';
    expect(await value(`spanwatch_operation_traces_per_second${labels}`)).toBe(10);
    expect(await value(`spanwatch_operation_latency_p50_seconds${timed}`)).toBeCloseTo(0.001, 3);
    const p99 = (await value(`spanwatch_operation_latency_p99_seconds${timed}`)) ?? 0;
    expect(Math.abs(Math.log(p99 / 0.05))).toBeLessThan(0.1);
    const mean = await value(`spanwatch_operation_latency_mean_seconds${timed}`);
    expect(mean).toBeCloseTo((1100 ** 0.9 * 50_100 ** 0.1 - 100) / 1e6, 6);
    expect(await value('spanwatch_service_latency_seconds_count{service="cart"}')).toBe(600);
    expect(await value('spanwatch_service_latency_seconds_bucket{le="0.0015",service="cart"}')).toBe(540);
  });

  it('forget quantiles after a minute without traces, and the mean, not the expected', async () => {
    const { table, baselines, window, value } = scene();
    const add = table.intern(parseComponent('self(cart, Add)'));
    baselines[add] = {
      level: Math.log(1100),
      within: 0.04,
      between: [0, 0, 0, 0],
      inflation: 1,
    } as unknown as Baseline;
    window(0, [{ key: 'self(cart, Add)', values: times(100, 1000) }]);
    window(60, [{ key: 'self(other, Op)', values: [1] }]);
    const timed = '{service="cart",operation="Add",time="own"}';
    expect(await value(`spanwatch_operation_latency_p99_seconds${timed}`)).toBeUndefined();
    expect(await value(`spanwatch_operation_latency_mean_seconds${timed}`)).toBeUndefined();
    expect(await value(`spanwatch_operation_latency_expected_seconds${timed}`)).toBeCloseTo(0.001, 6);
    expect(await value('spanwatch_service_latency_seconds_count{service="cart"}')).toBe(100);
  });

  it('show the learned band of latency and of errors, and none while learning', async () => {
    const { table, baselines, window, value } = scene();
    const error = table.intern(parseComponent('error(cart, Add)'));
    baselines[error] = {
      level: 0.01,
      within: 0.01,
      between: [0, 0, 0, 0],
      inflation: 1,
    } as unknown as Baseline;
    window(0, [
      { key: 'error(cart, Add)', values: [...times(75, 0), ...times(25, 1)] },
      { key: 'self(cart, Add)', values: times(100, 1000) },
    ]);
    const labels = '{service="cart",operation="Add"}';
    expect(await value(`spanwatch_operation_error_ratio${labels}`)).toBe(0.25);
    expect(await value(`spanwatch_operation_error_expected_ratio${labels}`)).toBe(0.01);
    expect(await value(`spanwatch_operation_error_high_ratio${labels}`)).toBeCloseTo(0.03, 6);
    expect(await value('spanwatch_service_error_ratio{service="cart"}')).toBe(0.25);
    expect(
      await value('spanwatch_operation_latency_high_seconds{service="cart",operation="Add",time="own"}'),
    ).toBeUndefined();
  });

  it('score a service by all of its components, those without series included', async () => {
    const { table, window, value, now } = scene({ maxOperations: 1 });
    window(0, [
      { key: 'self(cart, Add)', values: [1000] },
      { key: 'self(cart, Get)', values: [1000] },
    ]);
    const [add, get] = ['self(cart, Add)', 'self(cart, Get)'].map((key) => table.internKey(key));
    now.judgement = judgement([
      [add, 2],
      [get, 7],
    ]);
    expect(await value('spanwatch_operation_anomaly_score{service="cart",operation="Add"}')).toBe(2);
    expect(await value('spanwatch_operation_anomaly_score{service="cart",operation="Get"}')).toBeUndefined();
    expect(await value('spanwatch_service_anomaly_score{service="cart"}')).toBe(7);
    now.judgement = judgement([[add, -3]]);
    expect(await value('spanwatch_service_anomaly_score{service="cart"}')).toBe(0);
  });

  it('count calls to services and to peers, and measure peers', async () => {
    const { window, value } = scene();
    window(0, [
      { key: 'request(web -> cart, Add)', values: times(60, 300) },
      { key: 'request(web -> cart, Get)', values: times(60, 300) },
      { key: 'dependency(cart -> postgresql)', values: times(30, 5000) },
    ]);
    expect(
      await value('spanwatch_call_traces_per_second{service="web",callee="cart",callee_kind="service"}'),
    ).toBe(2);
    expect(
      await value('spanwatch_call_traces_per_second{service="cart",callee="postgresql",callee_kind="peer"}'),
    ).toBe(0.5);
    expect(
      await value('spanwatch_dependency_latency_mean_seconds{service="cart",peer="postgresql"}'),
    ).toBeCloseTo(0.005, 6);
  });
});

describe('bounds of series', () => {
  const flood = Array.from({ length: 40 }, (_, i) => ({ key: `self(s${i}, o)`, values: [1000] }));

  it('hold for services, operations and calls, first come first served, and say who is left out', async () => {
    const { window, text, value } = scene({ maxServices: 3, maxOperations: 5, maxCalls: 2 });
    window(0, [
      ...flood,
      ...['a', 'b', 'c'].map((peer) => ({ key: `dependency(s1 -> ${peer})`, values: [10] })),
    ]);
    const lines = await text();
    expect(seriesOf(lines, 'spanwatch_service_anomaly_score{')).toBe(3);
    expect(seriesOf(lines, 'spanwatch_operation_anomaly_score{')).toBe(5);
    expect(seriesOf(lines, 'spanwatch_call_traces_per_second{')).toBe(2);
    expect(await value('spanwatch_unlisted_series{of="services"}')).toBe(37);
    expect(await value('spanwatch_unlisted_series{of="operations"}')).toBe(35);
    expect(await value('spanwatch_unlisted_series{of="calls"}')).toBe(1);
    expect(await value('spanwatch_operation_anomaly_score{service="s4",operation="o"}')).toBe(0);
  });

  it('call the entries of an incident as services are called elsewhere, where that is known', async () => {
    const { window, now, text } = scene();
    window(0, [
      ...[
        { key: 'self(web@prod/shop, o)', values: [1] },
        { key: 'self(plain, o)', values: [1] },
      ],
      ...[
        { key: 'self(api@prod/, o)', values: [1] },
        { key: 'self(api@test/, o)', values: [1] },
      ],
    ]);
    const entries = ['web', 'plain', 'api', 'gone'].map((service) => ({
      ...{ service, operation: 'o', hurt: 1, total: 2, observedUs: 1, expectedUs: 1 },
    }));
    now.open.push({
      ...{ id: 'i', severity: 'P1', state: 'open', startedAt: START_MS, openedAt: START_MS },
      ...{ finalSuspects: [], evidence: [], harm: { share: 0.5, entries } },
    } as unknown as Incident);
    const hurt = (await text()).filter((line) => line.startsWith('spanwatch_incident_entry_hurt_ratio{'));
    expect(hurt.map((line) => /service="([^"]*)"/.exec(line)?.[1])).toEqual([
      ...['web@prod/shop', 'plain', 'api', 'gone'],
    ]);
  });

  it('make room an hour after somebody was last seen', async () => {
    const { window, value } = scene({ maxOperations: 1 });
    const later = { key: 'self(late, o)', values: [1000] };
    window(0, [{ key: 'self(early, o)', values: [1000] }, later]);
    window(HOUR_MS / 1000, [later]);
    expect(await value('spanwatch_operation_anomaly_score{service="late",operation="o"}')).toBeUndefined();
    window(2 * (HOUR_MS / 1000) + 10, [later]);
    expect(await value('spanwatch_operation_anomaly_score{service="late",operation="o"}')).toBe(0);
    expect(await value('spanwatch_operation_anomaly_score{service="early",operation="o"}')).toBeUndefined();
    expect(await value('spanwatch_unlisted_series{of="operations"}')).toBe(0);
  });

  it('are 30 a service, 11 an operation, 7 an entry, 1 a call and 5 a peer', async () => {
    const { table, baselines, window, text } = scene();
    const keys = ['self(s, o)', 'total(s, o)', 'error(s, o)', 'outlier(s, o)', 'dependency(s -> p)'];
    for (const key of keys)
      baselines[table.internKey(key)] = {
        level: 0.5,
        within: 0.1,
        between: [0, 0, 0, 0],
        inflation: 1,
      } as unknown as Baseline;
    window(
      0,
      keys.map((key) => ({ key, values: [0.5] })),
    );
    const lines = (await text()).filter((line) => !line.startsWith('#'));
    expect(seriesOf(lines, 'spanwatch_service_')).toBe(30);
    expect(seriesOf(lines, 'spanwatch_operation_')).toBe(11 + 7);
    expect(seriesOf(lines, 'spanwatch_call_') + seriesOf(lines, 'spanwatch_dependency_')).toBe(6);
  });
});

function judgement(scores: readonly (readonly [number, number])[]): Judgement {
  const columns = (pick: (pair: readonly [number, number]) => number): Float64Array =>
    Float64Array.from(scores, pick);
  const scale = {
    scale: 0,
    length: scores.length,
    component: Int32Array.from(scores, ([component]) => component),
    logBayes: columns(([, score]) => score),
    ...{
      count: columns(() => 1),
      observed: columns(() => 1),
      expected: columns(() => 1),
      z: columns(() => 1),
    },
  };
  return { toMs: START_MS, scales: [scale] };
}
