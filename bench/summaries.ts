import { DDSketch } from '@datadog/sketches-js';
import { ComponentTable, KindCode } from '../src/domain/component-table.ts';
import { Measurements } from '../src/domain/measurement.ts';
import { Names } from '../src/domain/names.ts';
import { LOG_OFFSET_US, SummaryBatch } from '../src/domain/summary.ts';
import { createRandom } from '../src/runtime/index.ts';
import { type OpenWindow, TraceParts } from '../src/summarise/trace-parts.ts';
import { medianMs } from './medians.ts';

/** Values a second. */
export interface SummariesBench {
  readonly operations: number;
  readonly values: number;
  readonly summaries: number;
  readonly ddSketch: number;
  readonly ratio: number;
}

const VALUES_PER_TRACE = 16;
const MEDIAN_LOG_US = 9;

/**
 * Durations of operations drawn at random into one window: ours keeps moments, the largest trace and a histogram of each
 * component and folds by trace first; the peer is a DDSketch (1 %) an operation, in an array.
 */
export function benchSummaries(rounds = 5, operations = 2000, traces = 60_000): SummariesBench {
  const table = tableOf(operations);
  const measured = randomMeasurements(operations, traces);
  const values = traces * VALUES_PER_TRACE;
  const ms = medianMs(
    [
      { name: 'summaries', run: () => summarise(table, measured) },
      { name: 'ddSketch', run: () => sketch(operations, measured) },
    ],
    rounds,
  );
  return {
    operations,
    values,
    summaries: (values / ms.summaries) * 1000,
    ddSketch: (values / ms.ddSketch) * 1000,
    ratio: ms.ddSketch / ms.summaries,
  };
}

function tableOf(operations: number): ComponentTable {
  const table = new ComponentTable(new Names());
  for (let operation = 0; operation < operations; operation++) table.id(KindCode.self, operation, 0);
  return table;
}

/** The value is ln(us + offset), the peer takes the microseconds: the logarithm is the measuring room's work. */
interface Measured {
  readonly measurements: Measurements;
  readonly us: Float64Array;
}

function randomMeasurements(operations: number, traces: number): Measured[] {
  const random = createRandom(23);
  return Array.from({ length: traces }, () => {
    const measurements = new Measurements(VALUES_PER_TRACE);
    const us = new Float64Array(VALUES_PER_TRACE);
    for (let i = 0; i < VALUES_PER_TRACE; i++) {
      const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      us[i] = Math.exp(MEDIAN_LOG_US + normal);
      measurements.push(Math.floor(random() * operations), Math.log(us[i] + LOG_OFFSET_US), 0);
    }
    return { measurements, us };
  });
}

function summarise(table: ComponentTable, measured: readonly Measured[]): void {
  const parts = new TraceParts(table);
  const window: OpenWindow = { batch: new SummaryBatch(), rows: new Int32Array(1024) };
  const traceId = new Int32Array(4);
  for (const { measurements } of measured) {
    traceId[3]++;
    parts.addTo(window, measurements, traceId);
  }
}

function sketch(operations: number, measured: readonly Measured[]): void {
  const sketches = Array.from({ length: operations }, () => new DDSketch({ relativeAccuracy: 0.01 }));
  for (const { measurements, us } of measured) {
    for (let i = 0; i < us.length; i++) sketches[measurements.component[i]].accept(us[i]);
  }
}
