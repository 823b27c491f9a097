import type { Baseline } from '../baseline/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { OVERFLOW_NAME } from '../domain/names.ts';
import { SCALES } from '../domain/scales.ts';

/**
 * Calls that were never seen in what their parent operation was learned from: of each of its traces it is known that
 * they were not in it. A parent that is new itself says nothing (a deploy that renames it, names without end), nor does
 * a child that stands for the names beyond a service's cap, nor one that is being learned by now.
 */
export class Strangers {
  readonly #table: ComponentTable;
  readonly #baselines: readonly (Baseline | undefined)[];
  readonly #isBeingLearned: (component: number) => boolean;

  constructor(
    table: ComponentTable,
    baselines: readonly (Baseline | undefined)[],
    isBeingLearned: (component: number) => boolean,
  ) {
    this.#table = table;
    this.#baselines = baselines;
    this.#isBeingLearned = isBeingLearned;
  }

  /** What is known of `component` by its absence; undefined when it is no stranger. */
  baselineOf(component: number): Baseline | undefined {
    const table = this.#table;
    if (table.kind[component] !== KindCode.calls || this.#isBeingLearned(component)) return undefined;
    const parent = table.find(KindCode.self, table.a[component], 0);
    const known = parent < 0 ? undefined : this.#baselines[parent];
    if (known === undefined || table.names.operationName(table.b[component]) === OVERFLOW_NAME)
      return undefined;
    const { windows, values } = known;
    // Of what never happened there is no spread to learn.
    return { level: 0, within: 0, between: new Float64Array(SCALES), inflation: 1, windows, values };
  }
}
