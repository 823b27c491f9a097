import { describe, expect, it } from 'vitest';
import { parsePlace, printPlace } from '../../src/http/cursor.ts';
import { type IncidentFilter, type Place, searchIncidents } from '../../src/http/incident-search.ts';
import { incidentsOf, testIncident } from './test-server.ts';
import { aSuspect } from '../doubles/incident-story.ts';

const at = Date.UTC(2026, 0, 1);
/** Seven a millisecond: ids count down within it, as the store orders them. */
const many = Array.from({ length: 2500 }, (_, n) =>
  testIncident({
    id: `i-${String(9999 - n)}`,
    openedAt: at - Math.floor(n / 7),
    severity: n % 3 === 0 ? 'P0' : 'P2',
    state: n % 5 === 0 ? 'open' : 'resolved',
    finalSuspects: n === 2400 ? [aSuspect({ service: 'needle' })] : [],
  }),
);

async function all(
  filter: Partial<IncidentFilter>,
  limit: number,
): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let after: Place | undefined;
  for (let pages = 1; ; pages++) {
    const page = await searchIncidents(
      incidentsOf(many),
      { state: 'any', ...filter },
      { limit, ...(after && { after }) },
    );
    ids.push(...page.incidents.map(({ id }) => id));
    if (page.next === undefined) return { ids, pages };
    after = parsePlace(printPlace(page.next));
  }
}

describe('the list of incidents', () => {
  it('pages through all of them once, also when several opened in the same millisecond', async () => {
    const { ids } = await all({}, 10);
    expect(ids).toEqual(many.map(({ id }) => id));
  });

  it.each<[string, Partial<IncidentFilter>, (n: number) => boolean]>([
    ['by state', { state: 'resolved' }, (n) => n % 5 !== 0],
    ['those that are open', { state: 'open' }, (n) => n % 5 === 0],
    ['by severity', { severity: 'P0' }, (n) => n % 3 === 0],
    ['by time', { fromMs: at - 20, toMs: at - 9 }, (n) => Math.floor(n / 7) > 9 && Math.floor(n / 7) <= 20],
  ])('filters %s', async (_name, filter, fits) => {
    const { ids } = await all(filter, 50);
    expect(ids).toEqual(many.filter((_, n) => fits(n)).map(({ id }) => id));
  });

  it('finds what is far back in pieces, never reading more than so much at once', async () => {
    for (const filter of [{ service: 'needle' }, { text: 'NEEDLE' }, { text: 'i-7599' }]) {
      const { ids, pages } = await all(filter, 50);
      expect(ids).toEqual([many[2400].id]);
      expect(pages).toBe(3);
    }
  });
});
