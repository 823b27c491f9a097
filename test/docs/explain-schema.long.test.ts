import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/app/explain.ts';
import { explainTraces } from '../../src/app/explain-traces.ts';
import { type LoadedModel, loadModel, NO_MODEL } from '../../src/app/model.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import { parseConfig } from '../../src/config/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { validatorOf, withoutOne } from './schemas.ts';
import { slowPayment } from './simulated.ts';

const MODEL = join(import.meta.dirname, '..', '..', 'models', 'demo');

describe('docs/explain.schema.json', () => {
  const closed = validatorOf('explain.schema.json', { closed: true });
  const validate = validatorOf('explain.schema.json');
  let judged: Explanation[];
  let bare: Explanation[];

  beforeAll(async () => {
    judged = await explained((vocabulary) => {
      const loaded = loadModel(MODEL, vocabulary.table);
      if (!loaded.ok) throw new Error(loaded.reason);
      return loaded.model;
    });
    bare = await explained(() => NO_MODEL);
  });

  it('is met by every trace, with a model and without', () => {
    for (const explanation of [...judged, ...bare]) {
      closed(explanation);
      expect(closed.errors).toBeNull();
    }
    expect(judged.some(({ anomalous, evidence }) => anomalous && evidence.length > 0)).toBe(true);
    expect(judged.some(({ since }) => since?.told === 'incident')).toBe(true);
    expect(judged.some(({ neighbours }) => neighbours.length > 0)).toBe(true);
  });

  it('holds what its descriptions say of traces without a model', () => {
    for (const { anomalous, score, evidence, suspects } of bare) {
      expect({ anomalous, score, evidence }).toEqual({ anomalous: false, score: 0, evidence: [] });
      expect(suspects.length).toBeGreaterThan(0);
    }
  });

  it('refuses a line that lacks any one required property', () => {
    const line = judged.find(({ since }) => since?.told === 'incident');
    expect(line?.neighbours.length).toBeGreaterThan(0);
    const accepted = [...withoutOne(line)]
      .filter(
        ({ path }) =>
          !/\/(operation|peer|instance|version|node|cleared|callers|tail|sinceOnset|soFar|owner|usualUs|confidence|since)$/.test(
            path,
          ),
      )
      .filter(({ value }) => validate(value));
    expect(accepted.map(({ path }) => path)).toEqual([]);
  });
});

async function explained(modelOf: (vocabulary: Vocabulary) => LoadedModel): Promise<Explanation[]> {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const loaded = parseConfig('', 'defaults');
  if (!loaded.ok) throw new Error('no defaults');
  const lines: Explanation[] = [];
  const [model, beside] = [modelOf(vocabulary), modelOf(vocabulary)];
  await explainTraces(
    vocabulary,
    { model, ...(model !== NO_MODEL && { beside }) },
    slowPayment(vocabulary.names, 120),
    {
      config: loaded.config,
      limits: DEFAULT_ASSEMBLE_LIMITS,
      keep: () => undefined,
      onExplained: (explanation) => lines.push(JSON.parse(JSON.stringify(explanation)) as Explanation),
    },
  );
  return lines;
}
