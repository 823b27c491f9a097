import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { globFits } from '../../src/domain/glob.ts';
import { judgeRule } from '../../src/rules/judge.ts';
import { addRequest, addTally, emptyTally, type Tally, valueOf } from '../../src/rules/tally.ts';
import { TallyRing } from '../../src/rules/tally-ring.ts';
import { burnRate, threshold } from './requests.ts';

const AT = { toMs: 3_600_000, knownMs: Number.POSITIVE_INFINITY };
const request = fc.record({
  us: fc.integer({ min: 0, max: 10_000_000 }),
  weight: fc.integer({ min: 1, max: 100 }),
  bad: fc.boolean(),
});
const requests = fc.array(request, { maxLength: 40 });
const tallyOf = (all: readonly { us: number; weight: number; bad: boolean }[]): Tally => {
  const tally = emptyTally(true);
  for (const one of all) addRequest(tally, one);
  return tally;
};
const merged = (...tallies: Tally[]): Tally => {
  const sum = emptyTally(true);
  for (const one of tallies) addTally(sum, one);
  return sum;
};

describe('tallies', () => {
  it('merge in any order and grouping, and the empty one is their zero', () => {
    fc.assert(
      fc.property(requests, requests, requests, (a, b, c) => {
        const [x, y, z] = [tallyOf(a), tallyOf(b), tallyOf(c)];
        expect(merged(x, merged(y, z))).toEqual(merged(merged(z, y), x));
        expect(merged(x, emptyTally(true))).toEqual(x);
        expect(merged(x, y, z)).toEqual(tallyOf([...a, ...b, ...c]));
      }),
    );
  });

  it('a quantile is within a bucket (19%) of the exact one, and quantiles do not cross', () => {
    const times = fc.array(fc.integer({ min: 200, max: 10_000_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(times, (all) => {
        const tally = tallyOf(all.map((us) => ({ us, weight: 1, bad: false })));
        const sorted = all.toSorted((a, b) => a - b);
        const options = { windowMs: 60_000, minRequests: 1 };
        const values = (['p50', 'p90', 'p95', 'p99'] as const).map(
          (one) => valueOf(tally, one, options) ?? -1,
        );
        [0.5, 0.9, 0.95, 0.99].forEach((q, i) => {
          const exact = sorted[Math.max(0, Math.ceil(q * sorted.length - 1e-9) - 1)] + 100;
          expect(values[i] + 100).toBeGreaterThan(exact / 1.2);
          expect(values[i] + 100).toBeLessThan(exact * 1.2);
        });
        expect(values).toEqual(values.toSorted((a, b) => a - b));
      }),
    );
  });
});

describe('a ring', () => {
  it('knows what the last stretch holds, whatever came before, and not more than its span', () => {
    const adds = fc.array(fc.tuple(fc.nat(100), requests), { maxLength: 20 });
    fc.assert(
      fc.property(adds, (all) => {
        const ring = new TallyRing({ bucketMs: 10_000, spanMs: 100_000, quantiles: true });
        const newest = Math.max(0, ...all.map(([at]) => at));
        for (const [at, some] of all.toSorted(([a], [b]) => a - b)) ring.add(at * 10_000, tallyOf(some));
        const within = all.filter(([at]) => at > newest - 10).flatMap(([, some]) => some);
        const sum = ring.sum((newest - 9) * 10_000, (newest + 1) * 10_000);
        expect(sum).toEqual(tallyOf(within));
        expect(ring.snapshot().buckets.length).toBeLessThanOrEqual(11);
      }),
    );
  });
});

describe('judging', () => {
  it('a threshold: more requests beyond the limit never mend it', () => {
    const rule = threshold({ measure: 'error-ratio', limit: 0.1, minRequests: 1 });
    fc.assert(
      fc.property(requests, fc.integer({ min: 1, max: 50 }), (some, more) => {
        const broken = (tally: Tally) => judgeRule(rule, () => tally, AT) !== undefined;
        const bad = Array.from({ length: more }, () => ({ us: 1, weight: 1, bad: true }));
        if (broken(tallyOf(some))) expect(broken(tallyOf([...some, ...bad]))).toBe(true);
      }),
    );
  });

  it('a burn rate: broken exactly when both windows burn at least as fast as the factor', () => {
    const rule = burnRate({ windows: [{ factor: 10, longMs: 3_600_000, shortMs: 300_000 }], minRequests: 1 });
    fc.assert(
      fc.property(requests, requests, (long, short) => {
        const [longTally, shortTally] = [merged(tallyOf(long), tallyOf(short)), tallyOf(short)];
        const broken = judgeRule(rule, (_, fromMs) => (fromMs === 0 ? longTally : shortTally), AT);
        const burns = ({ bad, weight }: Tally) => weight > 0 && bad / weight / (1 - 0.999) >= 10;
        expect(broken !== undefined).toBe(burns(longTally) && burns(shortTally));
      }),
    );
  });

  it('says nothing of no requests, but of a rate', () => {
    const none = () => emptyTally(true);
    for (const measure of ['p50', 'p99', 'error-ratio'] as const)
      for (const side of ['above', 'below'] as const)
        expect(judgeRule(threshold({ measure, side, limit: 0.5 }), none, AT)).toBeUndefined();
    expect(judgeRule(threshold({ measure: 'rate', side: 'below', limit: 1 }), none, AT)).toMatchObject({
      observed: 0,
    });
  });
});

describe('a pattern', () => {
  it('fits as a regular expression with .* for each star would', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '/'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, raw) => {
        const subject = raw.replaceAll('*', 'c');
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's').test(subject);
        expect(globFits(pattern, subject)).toBe(expected);
      }),
    );
  });
});
