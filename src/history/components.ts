import type { ComponentTable } from '../domain/component-table.ts';
import { GROUP_SIZE } from './record.ts';
import { type KnownComponent, MOST_COMPONENTS } from './slice-table.ts';

/** An hour: how exactly it is kept when a component was last seen. */
const SEEN_STEP_MS = 3_600_000;

/**
 * Component numbers of this process to ids of the file, which outlive it. Ids are reused once all that was kept under
 * them is gone.
 */
export class ComponentIds {
  readonly #table: ComponentTable;
  readonly #byKey = new Map<string, { id: number; lastSeenMs: number }>();
  readonly #keys: (string | undefined)[] = [];
  readonly #ofNumber: number[] = [];
  readonly #changed = new Map<number, KnownComponent>();
  #free = 0;

  constructor(table: ComponentTable, known: readonly KnownComponent[]) {
    this.#table = table;
    for (const { id, key, lastSeenMs } of known) {
      this.#byKey.set(key, { id, lastSeenMs });
      this.#keys[id] = key;
    }
  }

  /** Groups that ids lie in. */
  get groups(): number {
    return Math.ceil(this.#keys.length / GROUP_SIZE);
  }

  /** The id of a component that is seen now, made on first sight; -1 when there are too many. */
  see(component: number, atMs: number): number {
    const known = this.#ofNumber[component] as number | undefined;
    const key = this.#table.key(component);
    const entry = this.#byKey.get(key);
    if (known !== undefined && entry?.id === known && atMs - entry.lastSeenMs < SEEN_STEP_MS) return known;
    const id = entry?.id ?? this.#newId();
    if (id < 0) return -1;
    const lastSeenMs = Math.max(atMs, entry?.lastSeenMs ?? 0);
    this.#byKey.set(key, { id, lastSeenMs });
    this.#keys[id] = key;
    this.#ofNumber[component] = id;
    this.#changed.set(id, { id, key, lastSeenMs });
    return id;
  }

  idOf(key: string): number | undefined {
    return this.#byKey.get(key)?.id;
  }

  keyOf(id: number): string | undefined {
    return this.#keys[id];
  }

  /** What must be written before the slices that speak of it. */
  takeChanged(): KnownComponent[] {
    const changed = [...this.#changed.values()];
    this.#changed.clear();
    return changed;
  }

  /** Puts back what could not be written. */
  putBack(components: readonly KnownComponent[]): void {
    for (const component of components)
      if (!this.#changed.has(component.id)) this.#changed.set(component.id, component);
  }

  /** Forgets components not seen since; their ids are free. */
  forgetBefore(beforeMs: number): void {
    for (const [key, { id, lastSeenMs }] of this.#byKey) {
      if (lastSeenMs >= beforeMs) continue;
      this.#byKey.delete(key);
      this.#keys[id] = undefined;
      this.#free = Math.min(this.#free, id);
    }
    this.#ofNumber.length = 0;
  }

  #newId(): number {
    while (this.#free < this.#keys.length && this.#keys[this.#free] !== undefined) this.#free++;
    return this.#free < MOST_COMPONENTS ? this.#free : -1;
  }
}
