import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyProperties } from '../verify/properties.ts';
import type { Check, CheckRow } from './check.ts';

const ROUNDS = 5;

/** `npm test` draws the same cases each time; here they are others each time. */
export const properties: Check = {
  name: 'properties',
  title: 'Properties, on cases never drawn before',
  run: async ({ scratch, say }) => {
    const rows: CheckRow[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      const folder = join(scratch, `round-${round}`);
      mkdirSync(folder);
      for await (const row of verifyProperties({ scratch: folder }, 'random')) {
        if (!row.what.startsWith('tests in')) continue;
        say(`round ${round}: ${row.measured}`);
        rows.push({
          promise: `${row.what}, round ${round}`,
          measured: row.measured,
          ok: row.outcome === 'ok',
        });
      }
    }
    const body = rows.map(({ promise, measured }) => `- ${promise}: ${measured}`).join('\n');
    return { rows, markdown: body };
  },
};
