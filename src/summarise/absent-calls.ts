import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { SummaryBatch } from '../domain/summary.ts';

/**
 * A call that was not made leaves no span. This puts it back: every `calls(parent -> child)` known so far gets, in each
 * window in which the parent was seen, the parent's traces as its count, with or without calls. Applied once to a
 * sealed, merged window; the number of parents is the count of `error(parent)`, which every span has.
 */
export class AbsentCalls {
  readonly #table: ComponentTable;
  /** `error` component of a parent operation to the `calls` components of that parent. */
  readonly #callsOf = new Map<number, number[]>();
  #known = 0;
  #rowOf = new Int32Array(1024);

  constructor(table: ComponentTable) {
    this.#table = table;
  }

  complete(batch: SummaryBatch): void {
    this.#learnNewComponents();
    if (this.#rowOf.length < this.#table.size) this.#rowOf = new Int32Array(this.#table.size * 2);
    const rowOf = this.#rowOf;
    const seen = batch.length;
    for (let row = 0; row < seen; row++) rowOf[batch.component[row]] = row + 1;
    for (let row = 0; row < seen; row++) {
      const calls = this.#callsOf.get(batch.component[row]);
      if (calls === undefined) continue;
      for (const component of calls) {
        const known = rowOf[component] - 1;
        const at = known >= 0 ? known : batch.addRow(component);
        if (known < 0) batch.topValue[at] = 0;
        batch.count[at] = batch.count[row];
      }
    }
    for (let row = 0; row < seen; row++) rowOf[batch.component[row]] = 0;
  }

  #learnNewComponents(): void {
    const table = this.#table;
    for (; this.#known < table.size; this.#known++) {
      if (table.kind[this.#known] !== KindCode.calls) continue;
      const parents = table.id(KindCode.error, table.a[this.#known], 0);
      if (parents < 0) continue;
      const list = this.#callsOf.get(parents);
      if (list === undefined) this.#callsOf.set(parents, [this.#known]);
      else list.push(this.#known);
    }
  }
}
