import { WINDOW_MS } from '../domain/summary.ts';
import type { ComponentIds } from './components.ts';
import { readSlice, SliceWriter } from './record.ts';
import { RecordSum, ROLL_UPS_MS } from './roll-up.ts';
import type { Slice, SliceTable } from './slice-table.ts';

export interface KeepingOptions {
  /** How long each roll-up is kept, in event time, in the order of ROLL_UPS_MS. */
  readonly keepMs: readonly [number, number, number];
  /** Beyond it the oldest part of each roll-up goes, whatever its time. */
  readonly maxBytes: number;
}

/** Of event time between two rounds of forgetting. */
const FORGET_EVERY_MS = 600_000;
/** Cut from the old end of each roll-up in one round, while there is too much. */
const PART_CUT = 0.1;
/** After so many rounds less than a hundredth is left. */
const MOST_ROUNDS = 44;

/**
 * Rolls up and forgets. A roll-up is made from the finer slices on disk once its stretch is over, never from memory: so it
 * is the same after a kill, and a window that is written again replaces itself.
 */
export class Keeping {
  /** End of the newest window written, epoch ms. */
  newestMs = 0;
  readonly #slices: SliceTable;
  readonly #ids: ComponentIds;
  readonly #options: KeepingOptions;
  /** By roll-up: stretches before it are rolled up. */
  readonly #done: number[] = [];
  #forgotAtMs = 0;
  /** The first stretch that the last rolling-up changed. */
  #rolledFrom = Number.POSITIVE_INFINITY;

  constructor(slices: SliceTable, ids: ComponentIds, options: KeepingOptions) {
    this.#slices = slices;
    this.#ids = ids;
    this.#options = options;
    ROLL_UPS_MS.forEach((_, rollUp) => {
      let last = -1;
      for (let group = 0; group < ids.groups; group++)
        last = Math.max(last, slices.bounds(rollUp, group)?.last ?? -1);
      this.#done[rollUp] = last + 1;
    });
    this.newestMs = this.#done[0] * WINDOW_MS;
    // What a kill left between a window and its roll-up: looked for from the first finer slice on.
    for (let rollUp = 1; rollUp < ROLL_UPS_MS.length; rollUp++)
      if (this.#done[rollUp] === 0) this.#done[rollUp] = this.#firstOf(rollUp - 1, rollUp);
  }

  /** Windows (start / WINDOW_MS) were written, in order of time. */
  written(windows: readonly number[]): void {
    const newest = windows[windows.length - 1];
    const oldest = windows.reduce((least, window) => Math.min(least, window), newest);
    this.newestMs = (newest + 1) * WINDOW_MS;
    for (let rollUp = 1; rollUp < ROLL_UPS_MS.length; rollUp++) {
      const finer = rollUp === 1 ? oldest : this.#rolledFrom;
      this.#rollUp(rollUp, finer);
    }
    if (Math.abs(this.newestMs - this.#forgotAtMs) >= FORGET_EVERY_MS) this.#forget();
  }

  /** All complete stretches since the last time, and those in which `changed` (of the finer roll-up) lies or later. */
  #rollUp(rollUp: number, changed: number): void {
    const ratio = ROLL_UPS_MS[rollUp] / ROLL_UPS_MS[rollUp - 1];
    const from = Math.min(this.#done[rollUp], Math.floor(changed / ratio));
    const to = Math.floor(this.newestMs / ROLL_UPS_MS[rollUp]);
    this.#rolledFrom = Number.POSITIVE_INFINITY;
    if (!(from < to)) {
      this.#done[rollUp] = Math.min(this.#done[rollUp], Math.max(from, 0));
      return;
    }
    const made: Slice[] = [];
    for (let group = 0; group < this.#ids.groups; group++) {
      for (const slice of rolled(this.#slices, { rollUp, group, from, to, ratio })) made.push(slice);
    }
    this.#slices.write(made);
    this.#rolledFrom = from;
    this.#done[rollUp] = to;
  }

  #forget(): void {
    this.#forgotAtMs = this.newestMs;
    const { keepMs, maxBytes } = this.#options;
    ROLL_UPS_MS.forEach((widthMs, rollUp) => {
      this.#slices.deleteBefore(
        rollUp,
        this.#ids.groups,
        Math.floor((this.newestMs - keepMs[rollUp]) / widthMs),
      );
    });
    for (let round = 0; round < MOST_ROUNDS && this.#slices.bytes > maxBytes; round++) {
      ROLL_UPS_MS.forEach((widthMs, rollUp) => {
        const first = this.#firstOf(rollUp, rollUp);
        const last = Math.floor(this.newestMs / widthMs);
        const cut = first + Math.max(1, Math.ceil((last - first) * PART_CUT));
        this.#slices.deleteBefore(rollUp, this.#ids.groups, Math.min(cut, last));
      });
    }
    const goneMs = this.newestMs - Math.max(...keepMs) - ROLL_UPS_MS[2] * 2;
    this.#slices.deleteComponents(goneMs);
    this.#ids.forgetBefore(goneMs);
  }

  /** The first stretch kept in `rollUp`, in stretches of `inTermsOf`; Infinity when there is none. */
  #firstOf(rollUp: number, inTermsOf: number): number {
    let first = Number.POSITIVE_INFINITY;
    for (let group = 0; group < this.#ids.groups; group++)
      first = Math.min(first, this.#slices.bounds(rollUp, group)?.first ?? Number.POSITIVE_INFINITY);
    return Math.floor((first * ROLL_UPS_MS[rollUp]) / ROLL_UPS_MS[inTermsOf]);
  }
}

interface Rolling {
  readonly rollUp: number;
  readonly group: number;
  readonly from: number;
  readonly to: number;
  readonly ratio: number;
}

/** The slices of `rollUp` in [from, to), from the finer ones of a group. */
function rolled(slices: SliceTable, { rollUp, group, from, to, ratio }: Rolling): Slice[] {
  const made: Slice[] = [];
  const writer = new SliceWriter();
  let sums = new Map<number, RecordSum>();
  let stretch = from;
  const finish = (): void => {
    for (const [slot, sum] of sums) writer.add(slot, sum.record());
    if (!writer.empty) made.push({ rollUp, group, stretch, bytes: writer.take() });
    sums = new Map();
  };
  slices.read({ rollUp: rollUp - 1, group, from: from * ratio, to: to * ratio }, (finer, bytes) => {
    const of = Math.floor(finer / ratio);
    if (of !== stretch) finish();
    stretch = of;
    readSlice(bytes, (slot, record) => {
      let sum = sums.get(slot);
      if (sum === undefined) sums.set(slot, (sum = new RecordSum()));
      sum.add(record);
    });
  });
  finish();
  return made;
}
