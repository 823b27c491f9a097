import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { loadModel, modelData, NO_MODEL } from '../../src/app/model.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { writeModel } from '../../src/models/index.ts';
import { baselineOf } from '../baseline/simulated.ts';

const root = mkdtempSync(join(tmpdir(), 'spanwatch-seasons-'));
afterAll(() => rmSync(root, { recursive: true }));
const KEY = 'self(pay, Charge)';
const slots = Float64Array.from({ length: 168 }, (_, hour) => hour / 10_000);
const season = { harmonics: Float64Array.of(0.1, 0, -0.02, 0), slots };

it('a model that is written while a season moves the level holds the level without it, and the season', () => {
  const { table } = createVocabulary(DEFAULT_NAME_LIMITS);
  const [moving, still] = [KEY, 'self(pay, Refund)'].map((key) => table.internKey(key));
  const baselines = new Map([
    [moving, baselineOf(9.25, { season, inLevel: 0.25 })],
    [still, baselineOf(8)],
  ]);
  const directory = join(root, 'm');
  writeModel(directory, modelData(table, { ...NO_MODEL, baselines }));
  const other = createVocabulary(DEFAULT_NAME_LIMITS);
  const outcome = loadModel(directory, other.table);
  if (!outcome.ok) throw new Error(outcome.reason);
  const loaded = outcome.model.baselines.get(other.table.internKey(KEY));
  expect(loaded).toMatchObject({ level: 9, inLevel: 0, season });
  expect(outcome.model.baselines.get(other.table.internKey('self(pay, Refund)'))).not.toHaveProperty(
    'season',
  );
});

it.each([
  ['a key that is none', 'sulf(pay, Charge)', 'refused'],
  ['a component that is no time', 'error(pay, Charge)', 'ignored'],
  ['a component that has no baseline', 'self(nobody, nothing)', 'ignored'],
])('a season of %s (%s) is %s', (_, key, becomes) => {
  const { table } = createVocabulary(DEFAULT_NAME_LIMITS);
  const baselines = new Map([
    [table.internKey(KEY), baselineOf(9)],
    [table.internKey('error(pay, Charge)'), baselineOf(0.01)],
  ]);
  const directory = join(root, 'bad');
  const data = modelData(table, { ...NO_MODEL, baselines });
  writeModel(directory, { ...data, seasons: [[key, [0.1, 0, 0, 0], []]] });
  const outcome = loadModel(directory, table);
  if (becomes === 'refused') return expect(!outcome.ok && outcome.reason).toContain('seasons.json');
  if (!outcome.ok) throw new Error(outcome.reason);
  for (const baseline of outcome.model.baselines.values()) expect(baseline).not.toHaveProperty('season');
});
