import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, growTopology, type Topology } from '../../src/simulator/index.ts';
import { writeCapture } from '../../src/simulator/capture.ts';
import { runCli } from './run-cli.ts';

const DAY_MS = 86_400_000;
const DAY_S = DAY_MS / 1000;
/** A Monday; the rhythm is slowest at noon. */
const START_MS = Date.UTC(2026, 4, 4);
const grown = growTopology({ seed: 2, services: 3 });
const topology: Topology = {
  ...grown,
  nodes: grown.nodes.map(({ name, skewUs }) => ({ name, skewUs })),
  load: { ...grown.load, coupling: 0.6 },
};
const usual = { seed: 4, tracesPerSecond: 0.05, topology };

interface Explained {
  readonly evidence: readonly { readonly component: string; readonly expected: number }[];
}

let folder = '';
const path = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-days-'));
  await writeCapture({ ...usual, startMs: START_MS, seconds: DAY_S, path: path('day1.jsonl.gz') });
  await writeCapture({
    ...usual,
    ...{ seed: 5, startMs: START_MS + DAY_MS, seconds: DAY_S, path: path('day2.jsonl.gz') },
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('learning from files of two days', () => {
  it('writes seasons, and what is usual at noon is not what is usual at night', async () => {
    const learned = await runCli([
      'learn',
      path('day1.jsonl.gz'),
      path('day2.jsonl.gz'),
      '-o',
      path('model'),
    ]);
    expect(learned.code).toBe(0);
    expect(learned.stdout).toMatch(/\d+ with a season/);
    const seasons = JSON.parse(readFileSync(join(path('model'), 'seasons.json'), 'utf8')) as [string][];
    expect(seasons.length).toBeGreaterThan(3);
    for (const [key] of seasons) expect(key).toMatch(/^(self|dependency|request|response|total)\(/);
    const expected = async (hour: number): Promise<Map<string, number>> => {
      const file = path(`at-${hour}.jsonl`);
      const startMs = START_MS + 2 * DAY_MS + hour * 3_600_000;
      const script = at(0).slow(topology.services[0].name, { addMs: 3000 }, 60);
      await writeCapture({ ...usual, tracesPerSecond: 1, script, startMs, seconds: 60, path: file });
      const { code, stdout } = await runCli(['explain', '--json', file, '--model', path('model')]);
      expect(code).toBe(0);
      const lines = stdout.trimEnd().split('\n');
      return new Map(
        lines.flatMap((line) =>
          (JSON.parse(line) as Explained).evidence.map((one) => [one.component, one.expected] as const),
        ),
      );
    };
    const [night, noon] = [await expected(3), await expected(12)];
    const ratios = seasons.flatMap(([key]) => {
      const [one, other] = [night.get(key), noon.get(key)];
      return one === undefined || other === undefined ? [] : [other / one];
    });
    expect(ratios.length).toBeGreaterThan(0);
    // (1.5 / .6)^.6 = 1.73, where all of the time is work.
    expect(Math.max(...ratios)).toBeGreaterThan(1.4);
    expect(Math.max(...ratios)).toBeLessThan(2.1);
  });
});
