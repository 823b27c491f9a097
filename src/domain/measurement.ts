import { widened } from './widened.ts';

/** `Measurements.place` of what says nothing of a pod. */
export const NOBODY = -1;

/**
 * What one trace says of its components, as columns. `value` is ln(us + LOG_OFFSET_US) for latency, 0 or 1 for ratios,
 * the number of children for calls, 1 for traffic. `span` is the local index of the span that it was read from. `place`
 * is the span of whoever it speaks of when pods are compared, `placeValue` what it says then: the same, but for calls
 * between services.
 */
export class Measurements {
  length = 0;
  component: Int32Array;
  value: Float64Array;
  span: Int32Array;
  place: Int32Array;
  placeValue: Float64Array;

  constructor(capacity = 1024) {
    this.component = new Int32Array(capacity);
    this.value = new Float64Array(capacity);
    this.span = new Int32Array(capacity);
    this.place = new Int32Array(capacity);
    this.placeValue = new Float64Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** Component -1 (the table is full) is left out. Returns the row, or -1. */
  push(component: number, value: number, span: number): number {
    if (component < 0) return -1;
    const i = this.length;
    if (i === this.component.length) this.#grow();
    this.component[i] = component;
    this.value[i] = value;
    this.span[i] = this.place[i] = span;
    this.placeValue[i] = value;
    this.length = i + 1;
    return i;
  }

  #grow(): void {
    const capacity = this.component.length * 2;
    this.component = widened(this.component, capacity);
    this.value = widened(this.value, capacity);
    this.span = widened(this.span, capacity);
    this.place = widened(this.place, capacity);
    this.placeValue = widened(this.placeValue, capacity);
  }
}
