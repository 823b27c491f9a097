import type { Measurements } from '../domain/measurement.ts';

/** What one trace says of each of its components: the mean of its values, in the order in which they came. Used again for the next. */
export class TraceMeans {
  length = 0;
  component = new Int32Array(256);
  mean = new Float64Array(256);
  #count = new Int32Array(256);
  /** Component to row + 1; all zeros between calls. */
  #rowOf = new Int32Array(1024);

  fold(measurements: Measurements): this {
    const n = measurements.length;
    if (n > this.component.length) this.#grow(n * 2);
    const { component, mean } = this;
    const count = this.#count;
    let length = 0;
    for (let m = 0; m < n; m++) {
      const of = measurements.component[m];
      if (of >= this.#rowOf.length) this.#growRows(of);
      let row = this.#rowOf[of] - 1;
      if (row < 0) {
        row = length++;
        this.#rowOf[of] = length;
        component[row] = of;
        mean[row] = count[row] = 0;
      }
      mean[row] += measurements.value[m];
      count[row]++;
    }
    for (let row = 0; row < length; row++) {
      mean[row] /= count[row];
      this.#rowOf[component[row]] = 0;
    }
    this.length = length;
    return this;
  }

  #grow(capacity: number): void {
    this.component = new Int32Array(capacity);
    this.mean = new Float64Array(capacity);
    this.#count = new Int32Array(capacity);
  }

  #growRows(component: number): void {
    const rowOf = new Int32Array(component * 2);
    rowOf.set(this.#rowOf);
    this.#rowOf = rowOf;
  }
}
