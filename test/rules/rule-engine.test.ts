import { describe, expect, it } from 'vitest';
import { breachObservation, type Rule, RuleEngine } from '../../src/rules/index.ts';
import { traceOf } from '../measure/traces.ts';
import { burnRate, NOON_MS, threshold, Windows } from './requests.ts';

describe('a threshold', () => {
  it('is broken once the value stayed beyond it for as long as asked, since it began', () => {
    const windows = new Windows(threshold({ forMs: 60_000, windowMs: 10_000 }));
    windows.repeat(6, { count: 10 });
    const began = windows.at;
    expect(windows.repeat(5, { count: 10, ms: 900 })).toEqual([]);
    const [breach] = windows.next({ count: 10, ms: 900 });
    expect(breach).toMatchObject({ sinceMs: began, toMs: began + 60_000, limit: 500_000, seen: 10 });
    expect(breach.observed / 900_000).toBeCloseTo(1, 0);
    expect(breach.seat).toMatchObject({ name: 'web', operation: 'GET /' });
    expect(windows.next({ count: 10 })).toEqual([]);
    expect(windows.repeat(5, { count: 10, ms: 900 })).toEqual([]);
  });

  it('one good window begins the wait anew', () => {
    const windows = new Windows(threshold({ forMs: 30_000, windowMs: 10_000 }));
    windows.repeat(2, { count: 10, ms: 900 });
    windows.next({ count: 10 });
    expect(windows.repeat(2, { count: 10, ms: 900 })).toEqual([]);
    expect(windows.next({ count: 10, ms: 900 })).toHaveLength(1);
  });

  it('looks at its whole window', () => {
    const windows = new Windows(threshold({ measure: 'error-ratio', limit: 0.05, forMs: 0 }));
    windows.repeat(5, { count: 10 });
    expect(windows.next({ count: 10, failed: 3 })).toEqual([]);
    expect(windows.next({ count: 10, failed: 3 })[0].observed).toBeCloseTo(0.1);
  });

  it('says nothing of too few requests', () => {
    const windows = new Windows(
      threshold({ measure: 'error-ratio', limit: 0.05, forMs: 0, minRequests: 20 }),
    );
    expect(windows.next({ count: 19, failed: 19 })).toEqual([]);
    expect(windows.next({ count: 1 })).toHaveLength(1);
  });

  it('a rate may be too low, also when nothing comes any more; after a day without it is forgotten', () => {
    const windows = new Windows(threshold({ measure: 'rate', side: 'below', limit: 0.5, forMs: 0 }));
    expect(windows.repeat(10, { count: 10 })).toEqual([]);
    expect(windows.repeat(5)).toHaveLength(1);
    expect(windows.next()[0].observed).toBe(0);
    windows.at += 86_400_000;
    windows.next();
    expect(windows.engine.snapshot().series).toEqual([]);
    windows.repeat(2, { count: 1 });
    expect(windows.engine.snapshot().series).toHaveLength(1);
  });

  it('counts a request as many times as its sampling says', () => {
    const windows = new Windows(threshold({ measure: 'rate', limit: 9, forMs: 0, windowMs: 10_000 }));
    const fromUs = (windows.at + 1000) * 1000;
    const span = { parent: -1, from: fromUs, to: fromUs + 1, kind: 'Server' as const };
    const trace = traceOf([span], windows.names);
    trace.weight[0] = 100;
    windows.engine.add(trace);
    expect(windows.next()[0].observed).toBe(10);
  });
});

describe('period over period', () => {
  const rule: Rule = {
    ...{
      type: 'period',
      name: 'day',
      severity: 'P2',
      measure: 'rate',
      period: 'day',
      times: 0.5,
      side: 'below',
    },
    ...{ windowMs: 600_000, minRequests: 20, scope: { service: '*', operation: '*', by: 'all' } },
  };
  const day = (windows: Windows, count: number) => {
    for (let i = 0; i < 8640; i++) windows.next(...(i % 60 === 0 ? [{ count: count * 60 }] : []));
  };

  it('compares with the same time a day ago, and is silent before there is one', () => {
    const windows = new Windows(rule);
    day(windows, 1);
    expect(windows.repeat(60, { count: 1 })).toEqual([]);
    const [breach] = windows.repeat(60);
    expect(breach.observed).toBe(0);
    expect(breach.limit).toBeCloseTo(0.1, 2);
    expect(breachObservation(breach).evidence[0].rule).toMatchObject({ kind: 'period', period: 'day' });
  });

  it('a quantile of then is one, too', () => {
    const windows = new Windows({ ...rule, measure: 'p50', times: 2, side: 'above' });
    for (let i = 0; i < 8640; i++) windows.next(...(i < 120 ? [{ count: 5, ms: 100 }] : []));
    expect(windows.repeat(60, { count: 5, ms: 150 })).toEqual([]);
    const [breach] = windows.repeat(60, { count: 5, ms: 300 });
    expect(breach.observed / breach.limit).toBeCloseTo(3, 0);
  });
});

describe('a burn rate', () => {
  /** An hour of good ones, a request a second. */
  const hour = (windows: Windows) => windows.repeat(360, { count: 10 });

  it('burns when both windows do, and stops soon after the cause', () => {
    const windows = new Windows(burnRate());
    hour(windows);
    // 1.5% of an hour in bad ones: the long window needs 14.4 times a thousandth of it.
    expect(windows.repeat(5, { count: 10, failed: 10 })).toEqual([]);
    const [breach] = windows.repeat(1, { count: 10, failed: 10 });
    expect(breach.burning).toMatchObject({ window: { factor: 14.4 } });
    expect(breach.burning?.rate).toBeCloseTo(60 / 3.6, 0);
    expect(breachObservation(breach)).toMatchObject({
      severity: 'P0',
      evidence: [
        { rule: { kind: 'burn-rate', windowMs: 3_600_000, burn: { factor: 14.4, shortMs: 300_000 } } },
      ],
    });
    // Over, by the five minutes, though the hour still burns.
    expect(windows.repeat(31, { count: 10 })).toEqual([]);
  });

  it('a slower fire is found by the longer pair, with its own severity', () => {
    const windows = new Windows(burnRate());
    for (let i = 0; i < 6; i++) hour(windows);
    const [breach] = windows
      .repeat(720, { count: 10 }, { count: 1, failed: 1, operation: 'other' })
      .slice(-1);
    const observation = breachObservation(breach);
    expect(observation.severity).toBe('P0');
    const calmer = new Windows(burnRate({ windows: [{ ...BURN.slow }] }));
    for (let i = 0; i < 6; i++) hour(calmer);
    const [slow] = calmer.repeat(400, { count: 50 }, { count: 1, failed: 1, operation: 'other' });
    expect(breachObservation(slow).severity).toBe('P2');
  });

  it('what is too slow is bad as well', () => {
    const windows = new Windows(burnRate({ slowerThanUs: 300_000 }));
    hour(windows);
    expect(windows.repeat(8, { count: 10, ms: 301 })).toHaveLength(1);
  });
});

const BURN = { slow: { factor: 6, longMs: 21_600_000, shortMs: 1_800_000, severity: 'P2' as const } };

describe('whose requests', () => {
  it('are those that enter a service, of any kind but calls', () => {
    const windows = new Windows(threshold({ measure: 'rate', limit: 0, forMs: 0, windowMs: 10_000 }));
    const [from, to] = [windows.at * 1000, windows.at * 1000 + 9];
    windows.engine.add(
      traceOf(
        [
          { parent: -1, from, to, service: 'web', operation: 'root', kind: 'Internal' },
          { parent: 0, from, to, service: 'web', operation: 'inner', kind: 'Internal' },
          { parent: 1, from, to, service: 'web', operation: 'call', kind: 'Client' },
          { parent: 2, from, to, service: 'pay', operation: 'plain', kind: 'Unspecified' },
          { parent: 3, from, to, service: 'pay', operation: 'server', kind: 'Server' },
        ],
        windows.names,
      ),
    );
    expect(windows.next().map(({ seat }) => seat.operation)).toEqual(['root', 'plain', 'server']);
  });

  it.each([
    [{ service: 'w*', operation: '*', by: 'operation' as const }, ['web GET /', 'web POST /']],
    [{ service: '*', operation: 'GET /', by: 'operation' as const }, ['web GET /', 'pay GET /']],
    [{ service: '*', operation: '*', by: 'service' as const }, ['web ', 'pay ']],
    [{ service: '*', operation: '*', by: 'all' as const }, [' ']],
    [{ service: '*', operation: '*', environment: 'prod', by: 'all' as const }, []],
  ])('%j', (scope, seats) => {
    const windows = new Windows(threshold({ measure: 'rate', limit: 0, forMs: 0, windowMs: 10_000, scope }));
    const breaches = windows.next(
      { count: 1 },
      { count: 1, operation: 'POST /' },
      { count: 1, service: 'pay' },
    );
    expect(breaches.map(({ seat }) => `${seat.name} ${seat.operation}`)).toEqual(seats);
  });

  it('memory has an end: what does not fit is counted', () => {
    const rule: Rule = {
      ...{
        type: 'period',
        name: 'week',
        severity: 'P2',
        measure: 'p99',
        period: 'week',
        times: 2,
        side: 'above',
      },
      ...{ windowMs: 600_000, minRequests: 1, scope: { service: '*', operation: '*', by: 'operation' } },
    };
    const windows = new Windows(rule);
    for (let i = 0; i < 100; i++)
      windows.add({ count: 1, operation: `op ${'abcdefghij'[Math.floor(i / 10)]}${'klmnopqrst'[i % 10]}` });
    windows.next();
    const kept = windows.engine.snapshot().series.length;
    expect(kept).toBeGreaterThan(50);
    expect(windows.engine.overflowed).toBe(100 - kept);
  });
});

describe('a restart', () => {
  const script = (windows: Windows, restart: boolean) => {
    const seen: unknown[] = [];
    for (let i = 0; i < 60; i++) {
      if (restart && i % 7 === 3) {
        windows.add({ count: 2, ms: 900 });
        windows.restart();
      } else if (!restart && i % 7 === 3) windows.add({ count: 2, ms: 900 });
      seen.push(windows.next({ count: 10, ms: i % 20 < 10 ? 900 : 100, failed: i % 3 }));
    }
    return seen;
  };

  it('changes nothing, whenever it comes', () => {
    const rules = [
      threshold(),
      threshold({ name: 'errors', measure: 'error-ratio', limit: 0.01, forMs: 0 }),
      burnRate(),
    ];
    const whole = script(new Windows(...rules), false);
    expect(script(new Windows(...rules), true)).toEqual(whole);
    expect(whole.flat().length).toBeGreaterThan(20);
  });

  it('what was kept for a rule that is another one now is left', () => {
    const windows = new Windows(threshold());
    windows.repeat(5, { count: 10, ms: 900 });
    const state = structuredClone(windows.engine.snapshot());
    const other = new RuleEngine([threshold({ windowMs: 120_000 })], windows.names);
    other.restore(state);
    expect(other.snapshot().series).toEqual([]);
    expect(other.seal(NOON_MS + 50_000)).toEqual([]);
  });
});
