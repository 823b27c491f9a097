import { beforeAll, describe, expect, it } from 'vitest';
import { seasonPower } from '../../bench/twin/season-power.ts';

/** Five days of a small system whose hours swing by +-11%: a third of a minute on a quiet machine. */
const LONGEST_MS = 400_000;
let power: ReturnType<typeof seasonPower>;
beforeAll(() => {
  power = seasonPower({ coupling: 0.25, services: 3, seed: 2 });
}, LONGEST_MS);

describe('three days of a rhythm learned, with seasons and without', () => {
  it('all own times have a season, and half of what was left or less is left', () => {
    expect(power.with.seasonal).toBe(power.with.components);
    expect(power.without.seasonal).toBe(0);
    expect(power.with.left).toBeLessThan(power.without.left / 3);
    expect(power.with.standardError).toBeLessThan(0.6 * power.without.standardError);
  });

  it('a quiet fourth day tells nobody', () => {
    expect(power.with.told).toBe(0);
    expect(power.with.opened).toBeLessThanOrEqual(power.without.opened + 1);
  });

  it.each(['night', 'noon'] as const)(
    'own work 28%% slower at %s shows twice as strong, and is found',
    (at) => {
      const [seasons, without] = [power.with, power.without].map(({ changes }) =>
        changes.filter((change) => change.at === at),
      );
      expect(seasons).toHaveLength(3);
      seasons.forEach(({ logBayes }, i) => expect(logBayes).toBeGreaterThan(1.7 * without[i].logBayes));
      const found = (changes: typeof seasons): number =>
        changes.filter(({ seconds }) => seconds !== undefined).length;
      expect(found(seasons)).toBeGreaterThan(found(without));
      expect(Math.min(...seasons.map(({ seconds = Infinity }) => seconds))).toBeLessThan(180);
    },
  );
});
