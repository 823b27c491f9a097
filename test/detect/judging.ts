import type { Baseline } from '../../src/baseline/port.ts';
import type { RingParts } from '../../src/detect/window-ring.ts';

export const BASELINE: Baseline = {
  level: Math.log(10_100),
  within: 0.16,
  between: Float64Array.of(0.0025, 0.002, 0.0015, 0.001),
  inflation: 1.1,
  windows: 360,
  values: 10_000,
};
export const ERRORS: Baseline = {
  level: 0.002,
  within: 0.002,
  between: new Float64Array(4).fill(1e-4),
  inflation: 1,
  windows: 360,
  values: 20_000,
};
export const CALLS: Baseline = {
  level: 1,
  within: 0.001,
  between: new Float64Array(4).fill(1e-4),
  inflation: 1,
  windows: 360,
  values: 10_000,
};

/** Windows newest first, each given by the values of its traces. */
export function partsOf(...windows: number[][]): RingParts {
  return {
    length: windows.length,
    count: Float64Array.from(windows, (values) => values.length),
    sum: Float64Array.from(windows, (values) => values.reduce((sum, value) => sum + value, 0)),
    top: Float64Array.from(windows, (values) => Math.max(...values)),
    exceeded: new Float64Array(windows.length),
    tailUs: new Float64Array(windows.length),
  };
}

export const repeat = (value: number, times: number): number[] => new Array<number>(times).fill(value);
