import { parentPort, workerData } from 'node:worker_threads';
import { fitForest, type FitOptions } from './fit.ts';

// Runs as a worker thread: workerData in, the fitted trees out, then it ends.
parentPort?.postMessage(fitForest(workerData as FitOptions).trees);
