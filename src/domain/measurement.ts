/**
 * What one trace says of its components, as columns. `value` is ln(us + LOG_OFFSET_US) for latency, 0 or 1 for ratios,
 * the number of children for calls, 1 for traffic. `span` is the local index of the span that it was read from.
 */
export class Measurements {
  length = 0;
  component: Int32Array;
  value: Float64Array;
  span: Int32Array;

  constructor(capacity = 1024) {
    this.component = new Int32Array(capacity);
    this.value = new Float64Array(capacity);
    this.span = new Int32Array(capacity);
  }

  clear(): void {
    this.length = 0;
  }

  /** Component -1 (the table is full) is left out. */
  push(component: number, value: number, span: number): void {
    if (component < 0) return;
    const i = this.length;
    if (i === this.component.length) this.#grow();
    this.component[i] = component;
    this.value[i] = value;
    this.span[i] = span;
    this.length = i + 1;
  }

  #grow(): void {
    const capacity = this.component.length * 2;
    const component = new Int32Array(capacity);
    component.set(this.component);
    this.component = component;
    const value = new Float64Array(capacity);
    value.set(this.value);
    this.value = value;
    const span = new Int32Array(capacity);
    span.set(this.span);
    this.span = span;
  }
}
