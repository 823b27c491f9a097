import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitForest, forestFromJson, forestToJson, type ForestData } from '../../src/forest/index.ts';
import { gaussianRows } from './samples.ts';

const rows = gaussianRows({ rowCount: 200, featureCount: 3, seed: 1 });
const forest = fitForest({ rows, rowCount: 200, featureCount: 3, trees: 5, seed: 2 });
const data = forestToJson(forest);
const copy = (): ForestData => structuredClone(data);

describe('a forest in a file', () => {
  it('scores after reading as before writing, to the last bit', () => {
    const outcome = forestFromJson(JSON.parse(JSON.stringify(data)));
    if (!outcome.ok) throw new Error(outcome.reason);
    const [before, after] = [new Float64Array(200), new Float64Array(200)];
    forest.score(rows, 200, before);
    outcome.forest.score(rows, 200, after);
    expect(after).toEqual(before);
  });

  it.each<readonly [string, unknown, string]>([
    ['nothing', null, 'not an object'],
    ['another format', { ...copy(), format: 'spanwatch-forest/2' }, 'format is not spanwatch-forest/1'],
    ['too many trees', { ...copy(), treeCount: 1e9 }, 'treeCount is not a whole number from 1 to 1000'],
    [
      'a depth that would take all memory',
      { ...copy(), depth: 31 },
      'depth is not a whole number from 1 to 12',
    ],
    ['a depth that the trees exceed', { ...copy(), depth: 2 }, 'tree 0 is deeper than 2'],
    ['fewer trees than nodes', { ...copy(), treeCount: 4 }, `${data.nodes.length} nodes where the trees use`],
    ['more trees than nodes', { ...copy(), treeCount: 6 }, 'the nodes end in the middle of tree 5'],
    ['a feature beyond the count', { ...copy(), featureCount: 2 }, 'asks for feature 2 of 2'],
    [
      'nodes cut short',
      { ...copy(), nodes: data.nodes.slice(0, -1) },
      'the nodes end in the middle of tree 4',
    ],
    [
      'sizes cut short',
      { ...copy(), sizes: data.sizes.slice(0, -1) },
      'the sizes end in the middle of tree 4',
    ],
    ['sizes too many', { ...copy(), sizes: [...data.sizes, 1] }, 'sizes where the trees use'],
    [
      'thresholds cut short',
      { ...copy(), thresholds: base64([1]) },
      'the thresholds end in the middle of tree 0',
    ],
    [
      'a threshold that is not finite',
      { ...copy(), thresholds: base64([1, Infinity]) },
      'thresholds[1] is not finite',
    ],
    [
      'thresholds that are not base64',
      { ...copy(), thresholds: 'A?==' },
      'thresholds is not base64 of whole doubles',
    ],
    ['a node that is text', { ...copy(), nodes: ['0'] }, 'nodes[0] is not a whole number from -1'],
    ['a sample of one', { ...copy(), sampleSize: 1 }, 'sampleSize is not a whole number from 2'],
  ])('%s is refused with the reason', (_name, broken, reason) => {
    const outcome = forestFromJson(broken);
    expect(outcome.ok ? 'taken' : outcome.reason).toContain(reason);
  });

  it('anything gives a forest or a reason', () => {
    const field = fc.constantFrom<keyof ForestData>(
      'format',
      'featureCount',
      'treeCount',
      'depth',
      'sampleSize',
      'nodes',
      'thresholds',
      'sizes',
    );
    const value = fc.oneof(fc.jsonValue(), fc.array(fc.integer({ min: -2, max: 5 }), { maxLength: 40 }));
    fc.assert(
      fc.property(
        field,
        value,
        (key, anything) => typeof forestFromJson({ ...copy(), [key]: anything }).ok === 'boolean',
      ),
    );
  });
});

function base64(doubles: readonly number[]): string {
  return Buffer.from(Float64Array.from(doubles).buffer).toString('base64');
}
