import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel, modelData } from '../../src/app/model.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { writeModel } from '../../src/models/index.ts';
import { type Learned, learnQuiet, START_MS } from './pipeline.ts';

const SECONDS = 400;
const directory = mkdtempSync(join(tmpdir(), 'spanwatch-model-'));
let learned: Learned;
beforeAll(async () => {
  learned = await learnQuiet(SECONDS);
  writeModel(join(directory, 'quiet'), modelData(learned.vocabulary.table, learned.model));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('a learned model', () => {
  it('says what it was learned from', () => {
    const { trainedOn } = learned.model;
    expect(Math.abs(Date.parse(trainedOn.from) - START_MS)).toBeLessThan(2000);
    expect(Date.parse(trainedOn.to) - START_MS).toBeGreaterThan((SECONDS - 2) * 1000);
    expect(trainedOn.windows).toBe(SECONDS / 10);
    expect(trainedOn.traces).toBeGreaterThan(SECONDS * 5);
    expect(trainedOn.spans).toBeGreaterThan(trainedOn.traces * 5);
  });

  it('is the same in another process: same keys, same bytes', () => {
    const other = createVocabulary(DEFAULT_NAME_LIMITS);
    // Numbers differ from process to process; keys do not.
    other.names.service({ environment: '', namespace: '', name: 'somebody else' });
    const outcome = loadModel(join(directory, 'quiet'), other.table);
    expect(outcome.ok).toBe(true);
    if (!outcome.ok) return;
    expect(outcome.model.name).toBe('quiet');
    expect(outcome.model.baselines.size).toBe(learned.model.baselines.size);
    expect(outcome.model.forests.size).toBe(learned.model.forests.size);
    expect(outcome.model.forests.size).toBeGreaterThan(0);
    writeModel(join(directory, 'again'), modelData(other.table, outcome.model));
    for (const file of ['manifest.json', 'baselines.json', 'forests.json']) {
      const [first, second] = ['quiet', 'again'].map((name) =>
        readFileSync(join(directory, name, file), 'utf8'),
      );
      expect(second === first).toBe(true);
    }
  });

  it.each([
    ['a key that is none', 'baselines.json', (text: string) => text.replace('self(', 'sulf(')],
    ['an entry that is none', 'forests.json', (text: string) => text.replace('total(', 'totally(')],
    [
      'a forest cut down',
      'forests.json',
      (text: string) => text.replace(/"forest":\{/, '"forest":{"trees":-1,"x":'),
    ],
  ])('with %s is refused as a whole, naming the file', (_, file, damage) => {
    const damaged = join(directory, 'damaged');
    writeModel(damaged, modelData(learned.vocabulary.table, learned.model));
    const text = damage(readFileSync(join(damaged, file), 'utf8'));
    writeFileSync(join(damaged, file), text);
    const manifest = readFileSync(join(damaged, 'manifest.json'), 'utf8');
    const sum = createHash('sha256').update(text).digest('hex');
    writeFileSync(
      join(damaged, 'manifest.json'),
      manifest.replace(new RegExp(`("${file}": ")[0-9a-f]+`), `$1${sum}`),
    );
    const outcome = loadModel(damaged, createVocabulary(DEFAULT_NAME_LIMITS).table);
    expect(outcome.ok).toBe(false);
    if (!outcome.ok) expect(outcome.reason).toContain(file);
  });

  it('leaves excluded stretches out', async () => {
    const excluded = [{ fromMs: START_MS, toMs: START_MS + 200_000 }];
    const { model } = await learnQuiet(SECONDS, { excluded });
    expect(model.trainedOn.windows).toBe((SECONDS - 200) / 10);
  });
});
