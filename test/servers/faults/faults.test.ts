import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tellFaults } from '../../../bench/verify-long/source-faults.ts';
import { haveServers } from '../rig/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'spanwatch-faults-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** The short form of `npm run verify:long -- --only source-faults`: Kafka's faults, and a full disk where it can be had. */
describe.skipIf(!(await haveServers('kafka')))('faults around the sources', () => {
  it('lose no span and double neither window nor incident', async () => {
    const said: string[] = [];
    const { rows, outcomes } = await tellFaults(
      { scratch, say: (line) => void said.push(line) },
      {
        ...{ seconds: 300, tracesPerSecond: 4, kills: 5, brokerRestarts: 1, rebalances: 2 },
        ...{ rebalanceEveryMs: 10_000, downMs: 3000, kinds: ['kafka', 'disk'] },
      },
    );
    expect(
      rows.filter(({ ok }) => !ok),
      said.join('\n'),
    ).toEqual([]);
    expect(outcomes.length).toBeGreaterThanOrEqual(3);
  }, 900_000);
});
