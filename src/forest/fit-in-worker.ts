import { Worker } from 'node:worker_threads';
import { CompiledForest } from './compiled-forest.ts';
import type { FitOptions } from './fit.ts';
import type { ForestTrees } from './forest-trees.ts';

/**
 * `fitForest` on a thread of its own: the same forest for the same options. The rows are copied, the caller keeps them.
 * Rejects with what `fitForest` throws, or when the thread ends without an answer.
 */
export function fitForestInWorker(options: FitOptions): Promise<CompiledForest> {
  const values = options.rows.subarray(0, options.rowCount * options.featureCount);
  // A copy of exactly the rows: cloning a view would send the whole buffer behind it.
  const rows = new Float64Array(values);
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./fit-worker.ts', import.meta.url), {
      workerData: { ...options, rows },
      transferList: [rows.buffer],
    });
    worker.once('message', (trees: ForestTrees) => resolve(new CompiledForest(trees)));
    worker.once('error', reject);
    worker.once('exit', (code) =>
      reject(new Error(`the fitting thread ended with code ${code} and no forest`)),
    );
  });
}
