import { CompiledForest } from './compiled-forest.ts';
import { type ForestTrees, LEAF } from './forest-trees.ts';
import { MAX_DEPTH } from './perfect-layout.ts';

const FORMAT = 'spanwatch-forest/1';

/** A forest as plain data for a model file; the columns are those of `ForestTrees`. */
export interface ForestData extends Omit<ForestTrees, 'thresholds'> {
  readonly format: typeof FORMAT;
  /** Little-endian doubles in base64: two thirds of the size of digits, and exact. */
  readonly thresholds: string;
}

export type ForestOutcome =
  { readonly ok: true; readonly forest: CompiledForest } | { readonly ok: false; readonly reason: string };

export function forestToJson(forest: CompiledForest): ForestData {
  const { treeCount, featureCount, depth, sampleSize, nodes, thresholds, sizes } = forest.trees;
  const bytes = Buffer.alloc(thresholds.length * 8);
  thresholds.forEach((threshold, i) => bytes.writeDoubleLE(threshold, i * 8));
  // Named one by one: the order of a file's keys must not depend on where the trees came from.
  const encoded = bytes.toString('base64');
  return { format: FORMAT, featureCount, depth, sampleSize, treeCount, nodes, sizes, thresholds: encoded };
}

/**
 * Reads what `forestToJson` wrote. Anything else is refused with a reason: unknown formats, columns that do not make
 * whole trees, numbers that are not finite, features beyond the count. Never throws.
 */
export function forestFromJson(data: unknown): ForestOutcome {
  try {
    return { ok: true, forest: new CompiledForest(readTrees(data)) };
  } catch (error) {
    if (error instanceof RangeError) return { ok: false, reason: `forest: ${error.message}` };
    throw error;
  }
}

/** More trees or features than any fit makes, and few enough that a hostile file cannot take all memory. */
const MAX_TREES = 1000;
const MAX_FEATURES = 1000;
const MAX_SAMPLE_SIZE = 2 ** 31 - 1;

function readTrees(data: unknown): ForestTrees {
  if (typeof data !== 'object' || data === null) throw new RangeError('not an object');
  const fields = data as Record<string, unknown>;
  if (fields.format !== FORMAT) throw new RangeError(`format is not ${FORMAT}`);
  const trees: ForestTrees = {
    treeCount: readWhole('treeCount', fields.treeCount, 1, MAX_TREES),
    featureCount: readWhole('featureCount', fields.featureCount, 1, MAX_FEATURES),
    depth: readWhole('depth', fields.depth, 1, MAX_DEPTH),
    sampleSize: readWhole('sampleSize', fields.sampleSize, 2, MAX_SAMPLE_SIZE),
    nodes: readColumn('nodes', fields.nodes, LEAF),
    thresholds: readThresholds(fields.thresholds),
    sizes: readColumn('sizes', fields.sizes, 0),
  };
  return trees;
}

function readWhole(name: string, value: unknown, min: number, max: number): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < min || value > max)
    throw new RangeError(`${name} is not a whole number from ${min} to ${max}`);
  return value;
}

function readColumn(name: string, value: unknown, min: number): readonly number[] {
  if (!Array.isArray(value)) throw new RangeError(`${name} is not a list`);
  return value.map((entry, i) => readWhole(`${name}[${i}]`, entry, min, MAX_SAMPLE_SIZE));
}

function readThresholds(value: unknown): readonly number[] {
  if (typeof value !== 'string') throw new RangeError('thresholds is not text');
  const bytes = Buffer.from(value, 'base64');
  if (bytes.length % 8 !== 0 || bytes.toString('base64') !== value)
    throw new RangeError('thresholds is not base64 of whole doubles');
  return Array.from({ length: bytes.length / 8 }, (_, i) => {
    const threshold = bytes.readDoubleLE(i * 8);
    if (!Number.isFinite(threshold)) throw new RangeError(`thresholds[${i}] is not finite`);
    return threshold;
  });
}
