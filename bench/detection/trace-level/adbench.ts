import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitForest } from '../../../src/forest/index.ts';
import { readNpz } from './npz.ts';
import { areaUnderCurve } from './scores.ts';

/** The settings of the paper, on both sides. */
const TREES = 100;
const SAMPLE = 256;
const DEPTH = 8;
export const SEEDS = 10;

export interface ForestRow {
  readonly name: string;
  readonly rows: number;
  /** Mean areas under the ROC curve over the seeds. */
  readonly ours: number;
  /** Of scikit-learn: of this run, or without a Python that has it the reference; undefined for other tables. */
  readonly theirs?: number;
  readonly isReference?: boolean;
}

/** What SCRIPT below gave with scikit-learn 1.9.1, seeds 0 to 9. */
const REFERENCE: Readonly<Record<string, number | undefined>> = {
  '10_cover': 0.8774,
  '16_http': 0.9996,
  '18_Ionosphere': 0.8461,
  '23_mammography': 0.8615,
  '29_Pima': 0.6707,
  '2_annthyroid': 0.8184,
  '30_satellite': 0.7008,
  '32_shuttle': 0.997,
  '34_smtp': 0.9043,
  '39_vertebral': 0.3561,
  '4_breastw': 0.9873,
  '6_cardio': 0.9329,
};

const SCRIPT = `
import sys, json, numpy as np
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
for path in sys.argv[2:]:
    d = np.load(path, allow_pickle=True); X, y = d['X'].astype(float), d['y'].ravel()
    auc = [roc_auc_score(y, -IsolationForest(n_estimators=${TREES}, max_samples=min(${SAMPLE}, len(X)), random_state=s).fit(X).score_samples(X)) for s in range(int(sys.argv[1]))]
    print(json.dumps(float(np.mean(auc))), flush=True)
`;

/** Each table by our forest and by scikit-learn's; `python` is a path, or undefined for none. Undefined when the folder is absent. */
export function benchAdbench(
  dataDir: string,
  { python, say }: { readonly python: string | undefined; readonly say: (line: string) => void },
): ForestRow[] | undefined {
  const folder = join(dataDir, 'adbench-classical');
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((file) => file.endsWith('.npz'))
    .sort()
    .map((file) => {
      const path = join(folder, file);
      const { rows, ours } = ourAuc(path);
      const name = file.replace('.npz', '');
      const measured = python === undefined ? undefined : theirAuc(python, path, say);
      const theirs = measured ?? REFERENCE[name];
      say(`adbench-classical, ${file}: ${ours.toFixed(4)}, scikit-learn ${theirs?.toFixed(4) ?? 'skipped'}`);
      return {
        ...{ name, rows, ours },
        ...(theirs !== undefined && { theirs, isReference: measured === undefined }),
      };
    });
}

function ourAuc(path: string): { rows: number; ours: number } {
  const tables = readNpz(readFileSync(path));
  const x = tables.get('X');
  const y = tables.get('y');
  if (x === undefined || y === undefined) throw new RangeError(`${path} has no X and y`);
  const scores = new Float64Array(x.rows);
  let sum = 0;
  for (let seed = 0; seed < SEEDS; seed++) {
    const options = { trees: TREES, sampleSize: SAMPLE, maxDepth: DEPTH, seed };
    const forest = fitForest({ rows: x.values, rowCount: x.rows, featureCount: x.columns, ...options });
    forest.score(x.values, x.rows, scores);
    sum += areaUnderCurve(scores, (row) => y.values[row] === 1);
  }
  return { rows: x.rows, ours: sum / SEEDS };
}

function theirAuc(python: string, path: string, say: (line: string) => void): number | undefined {
  const run = spawnSync(python, ['-c', SCRIPT, String(SEEDS), path], { encoding: 'utf8' });
  if (run.status === 0) return Number(run.stdout);
  say(
    `SKIPPED scikit-learn: ${python}: ${run.error?.message ?? run.stderr.trim().split('\n').at(-1) ?? 'failed'}`,
  );
  return undefined;
}
