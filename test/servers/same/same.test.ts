import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { compareWays } from '../../../bench/sources/same-incidents.ts';
import { simulatedInput } from '../../../bench/sources/same/index.ts';
import { haveServers } from '../rig/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-same-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The short form of `npm run bench:sources -- DIR --only same`. */
describe.skipIf(!(await haveServers('kafka', 'jaeger', 'elasticsearch')))(
  'the same spans by every way',
  () => {
    it('are the incidents of the replay', async () => {
      const input = await simulatedInput(scratch, { tracesPerSecond: 4 });
      const said: string[] = [];
      const { rows, results } = await compareWays(input, { scratch, say: (line) => void said.push(line) });
      expect(
        rows.filter(({ ok }) => !ok),
        said.join('\n'),
      ).toEqual([]);
      expect(results.map(({ way }) => way)).toHaveLength(10);
      expect(results.every(({ compared }) => compared.length >= 2)).toBe(true);
    }, 900_000);
  },
);
