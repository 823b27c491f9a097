import { describe, expect, it } from 'vitest';
import { compareOutages } from '../../bench/verify-long/outages.ts';
import { OUTAGE_SUBJECTS, OUTAGES } from '../../bench/verify-long/outages/receivers.ts';

/** The short form of `npm run verify:long -- --only outages`. */
describe('channels that are down for twelve minutes', () => {
  it.each(OUTAGE_SUBJECTS)(
    'lose nothing, keep order and pace, and flood nobody: $name',
    async (subject) => {
      const result = await compareOutages({
        minutes: 12,
        subjects: [subject],
        kinds: OUTAGES,
        say: () => undefined,
      });
      expect(result.rows.filter(({ ok }) => !ok)).toEqual([]);
      for (const { story } of result.cells) {
        expect(story.delivered).toBeGreaterThan(20);
        expect(story.attemptsWhileDown).toBeGreaterThan(3);
      }
    },
    120_000,
  );
});
