import type { ComponentTable } from '../domain/component-table.ts';
import { widened } from '../domain/widened.ts';

/**
 * Component numbers of one kind by operation, read from a flat column instead of the table's hash: every span asks for
 * two of them.
 */
export class OperationIds {
  readonly #table: ComponentTable;
  readonly #kind: number;
  /** Number + 1; 0: not asked for yet, or refused by a full table. */
  #known = new Int32Array(256);

  constructor(table: ComponentTable, kind: number) {
    this.#table = table;
    this.#kind = kind;
  }

  /** As `ComponentTable.id`: made on first sight, -1 when the table is full. */
  of(operation: number): number {
    if (operation >= this.#known.length) this.#grow(operation);
    const known = this.#known[operation];
    if (known !== 0) return known - 1;
    const id = this.#table.id(this.#kind, operation, 0);
    this.#known[operation] = id + 1;
    return id;
  }

  #grow(operation: number): void {
    this.#known = widened(this.#known, operation * 2);
  }
}
