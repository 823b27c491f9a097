import { describe, expect, it } from 'vitest';
import { SpanKind } from '../../src/domain/span-batch.ts';
import { at, simulate, truthOf } from '../../src/simulator/index.ts';
import { SHOP } from '../../src/simulator/shop.ts';
import { type PlainSpan, plainSpans, secondsOf, spansOf, START_MS } from './spans-of.ts';

const SECONDS = 24;

const servers = (spans: PlainSpan[], service: string): PlainSpan[] =>
  spans.filter((span) => span.service === service && span.kind === SpanKind.Server);
const roots = (spans: PlainSpan[]): PlainSpan[] => spans.filter(({ parentId }) => /^0+$/.test(parentId));

describe('changes that break nothing', () => {
  it('a deploy replaces a share of the pods by others of its version, and may rename operations', () => {
    const spans = spansOf(
      {
        tracesPerSecond: 40,
        script: at(0).let(
          { kind: 'deploy', service: 'inventory', version: '9.9.9', share: 0.5, rename: true },
          SECONDS,
        ),
      },
      SECONDS,
    );
    const served = servers(spans, 'inventory');
    const fresh = served.filter(({ version }) => version === '9.9.9');
    expect(fresh.length / served.length).toBeGreaterThan(0.3);
    expect(fresh.length / served.length).toBeLessThan(0.8);
    for (const { instance } of fresh) expect(instance).toMatch(/^inventory-9\.9\.9-\d$/);
    for (const { operation } of served) expect(operation).toMatch(/ next$/);
  });

  it('a new call is made besides the usual ones, by the named operation alone; never in a circle', () => {
    const script = at(0).let(
      {
        kind: 'new-call',
        caller: 'storefront',
        operation: 'GET /product',
        callee: 'fraud',
        calleeOperation: 'Fraud/Score',
      },
      SECONDS,
    );
    const spans = spansOf({ tracesPerSecond: 30, script }, SECONDS);
    const calls = spans.filter(({ service, peer }) => service === 'storefront' && peer === 'fraud');
    const callers = servers(spans, 'storefront').filter(({ operation }) => operation === 'GET /product');
    expect(calls.length / callers.length).toBeCloseTo(1, 1);
    const circle = at(0).let(
      { kind: 'new-call', caller: 'inventory', callee: 'storefront', calleeOperation: 'GET /product' },
      SECONDS,
    );
    expect(() => simulate({ seed: 1, startMs: START_MS, script: circle })).toThrow(/circle/);
  });

  it('sampling keeps whole traces, the same ones of a smaller share, and says so when declared', () => {
    const ids = (ratio: number, declared: boolean): Map<string, number> =>
      new Map(
        spansOf({ tracesPerSecond: 40, sampling: { ratio, declared } }, SECONDS).map((span) => [
          span.traceId,
          span.weight,
        ]),
      );
    const [all, half, tenth] = [ids(1, false), ids(0.5, true), ids(0.1, false)];
    expect(half.size / all.size).toBeCloseTo(0.5, 1);
    expect(tenth.size / all.size).toBeCloseTo(0.1, 1);
    for (const id of tenth.keys()) expect(half.has(id)).toBe(true);
    expect(new Set(half.values())).toEqual(new Set([2]));
    expect(new Set(tenth.values())).toEqual(new Set([1]));
  });

  it('a clock jump moves the times of one host, in the seconds in which its spans still arrive', () => {
    const script = at(6).let({ kind: 'clock', node: 'node-b', jumpMs: 90_000 }, SECONDS);
    const simulation = simulate({ seed: 7, startMs: START_MS, script });
    const late = plainSpans(secondsOf(simulation, 10, 12));
    const ahead = late.map((span) => ({
      node: span.node,
      seconds: (span.endUs / 1000 - START_MS) / 1000,
    }));
    for (const { node, seconds } of ahead) {
      expect(seconds).toBeGreaterThan(node === 'node-b' ? 99 : 9.9);
      expect(seconds).toBeLessThan(node === 'node-b' ? 103 : 12.1);
    }
    expect(ahead.filter(({ node }) => node === 'node-b').length).toBeGreaterThan(50);
  });

  it('a drifting clock goes to and fro', () => {
    const nodes = SHOP.nodes.map((node) =>
      node.name === 'node-b'
        ? { ...node, skewUs: 0, drift: { ppm: 1000, mostUs: 5000 } }
        : { ...node, skewUs: 0 },
    );
    const simulation = simulate({
      seed: 7,
      startMs: START_MS,
      topology: { ...SHOP, nodes },
      tracesPerSecond: 60,
    });
    const gaps = (from: number): number => {
      const spans = plainSpans(secondsOf(simulation, from, from + 2));
      const byId = new Map(spans.map((span) => [span.id, span]));
      const times = servers(spans, 'catalog')
        .filter(({ node, parentId }) => node === 'node-b' && (byId.get(parentId)?.node ?? node) !== node)
        .map(({ startUs, parentId }) => startUs - (byId.get(parentId)?.startUs ?? 0))
        .sort((a, b) => a - b);
      return times[times.length >> 1];
    };
    const [start, middle, end] = [gaps(0), gaps(4), gaps(9)];
    expect(middle - start).toBeGreaterThan(2500);
    expect(end - start).toBeLessThan(1500);
  });

  it('loses the asked share of spans, always or for a while', () => {
    const all = spansOf({ tracesPerSecond: 40 }, SECONDS).length;
    expect(spansOf({ tracesPerSecond: 40, lost: 0.2 }, SECONDS).length / all).toBeCloseTo(0.8, 1);
    const simulation = simulate({
      seed: 7,
      startMs: START_MS,
      tracesPerSecond: 40,
      script: at(5).let({ kind: 'lose', ratio: 1 }, 5),
    });
    expect(secondsOf(simulation, 2, 5).length).toBeGreaterThan(500);
    expect(secondsOf(simulation, 5, 10).length).toBe(0);
    expect(secondsOf(simulation, 10, 12).length).toBeGreaterThan(500);
  });

  it('names explode at the asked service only, and every name is another', () => {
    const script = at(0).let({ kind: 'explode-names', service: 'search', ratio: 1 }, SECONDS);
    const spans = spansOf({ tracesPerSecond: 20, script }, SECONDS);
    const names = new Set(servers(spans, 'search').map(({ operation }) => operation));
    expect(names.size).toBeGreaterThan(servers(spans, 'search').length * 0.9);
    expect(new Set(servers(spans, 'catalog').map(({ operation }) => operation)).size).toBeLessThan(6);
  });

  it('an entry is asked for exactly so often, and a scheduled one in its minutes', () => {
    const script = at(4).let({ kind: 'requests', entry: 'GET /admin/report', perSecond: 0.5 }, 20);
    const reports = (spans: PlainSpan[]): number =>
      roots(spans).filter(({ operation }) => operation === 'GET /admin/report').length;
    const simulation = simulate({ seed: 3, startMs: START_MS, script });
    const asked = reports(plainSpans(secondsOf(simulation, 6, 24)));
    expect(asked).toBeGreaterThanOrEqual(8);
    expect(asked).toBeLessThanOrEqual(10);
    const schedule = { everySeconds: 60, atSecond: 20, forSeconds: 10, perSecond: 3 };
    const entries = [...SHOP.entries.slice(0, 8), { ...SHOP.entries[8], schedule }];
    const nightly = simulate({ seed: 3, startMs: START_MS, topology: { ...SHOP, entries } });
    expect(reports(plainSpans(secondsOf(nightly, 0, 19)))).toBe(0);
    expect(reports(plainSpans(secondsOf(nightly, 20, 31)))).toBeGreaterThan(15);
  });

  it('are nobody’s fault, but for a new call', () => {
    const fault = (action: Parameters<ReturnType<typeof at>['let']>[0]) =>
      truthOf(at(0).let(action, 10).faults[0], START_MS);
    expect(fault({ kind: 'lose', ratio: 1 })).toBeUndefined();
    expect(fault({ kind: 'clock', node: 'node-a', jumpMs: 5 })).toBeUndefined();
    expect(fault({ kind: 'new-call', caller: 'a', callee: 'b', calleeOperation: 'c' })?.service).toBe('a');
  });
});
