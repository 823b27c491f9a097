/**
 * Cells of one window that a window may hold: a mesh of 2,000 pods that serve 30 components each. A cell is 80 bytes;
 * what is beyond is counted (`refused`) and not compared.
 */
export const MOST_CELLS = 65_536;

/**
 * Mergeable statistics of one window by component AND place (the pod, or what else the sender names; docs/detection.md,
 * "Instances, versions, hosts"), as columns. A trace counts once a component, divided over the places that served it in
 * proportion to its values there, so that the counts of a component's cells add up to its traces. Values as in
 * `SummaryBatch`, but for `request` ln of the time there AND back, which no clock offset changes. Empty where senders
 * name no places. Borrowed like the batch.
 */
export class PlaceCells {
  length = 0;
  /** Cells that were not made, for MOST_CELLS. */
  refused = 0;
  component: Int32Array;
  /** Slot number of the instance; of the node where there is none; 0 where only the version is known. */
  place: Int32Array;
  /** Slot numbers; 0 where unknown. */
  version: Int32Array;
  node: Int32Array;
  count: Float64Array;
  sum: Float64Array;
  sumOfSquares: Float64Array;
  /** The largest value, and four id words of its trace. */
  topValue: Float64Array;
  topTrace: Int32Array;
  /** Open addressing: row + 1. */
  #slots: Int32Array;
  #mask: number;

  constructor(capacity = 16) {
    const size = powerOfTwo(capacity);
    this.component = new Int32Array(size);
    this.place = new Int32Array(size);
    this.version = new Int32Array(size);
    this.node = new Int32Array(size);
    this.count = new Float64Array(size);
    this.sum = new Float64Array(size);
    this.sumOfSquares = new Float64Array(size);
    this.topValue = new Float64Array(size);
    this.topTrace = new Int32Array(size * 4);
    this.#slots = new Int32Array(size * 2);
    this.#mask = size * 2 - 1;
  }

  /** The row of a cell, made when it is new; -1 when there is no room. A pod's node is the one seen last. */
  row(component: number, place: number, version: number): number {
    let slot = this.#home(component, place, version);
    for (;;) {
      const row = this.#slots[slot] - 1;
      if (row < 0) return this.#add(component, place, version);
      if (this.component[row] === component && this.place[row] === place && this.version[row] === version)
        return row;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Adds what another batch says of the same window. */
  merge(other: PlaceCells): void {
    this.refused += other.refused;
    for (let i = 0; i < other.length; i++) {
      const row = this.row(other.component[i], other.place[i], other.version[i]);
      if (row < 0) continue;
      // The larger of two: any rule that does not depend on the order of merging.
      this.node[row] = Math.max(this.node[row], other.node[i]);
      this.count[row] += other.count[i];
      this.sum[row] += other.sum[i];
      this.sumOfSquares[row] += other.sumOfSquares[i];
      this.offerTop(row, other.topValue[i], other.topTrace, i * 4);
    }
  }

  /** Keeps the larger value's trace; of equal values the larger id's. */
  offerTop(row: number, value: number, ids: Int32Array, at: number): void {
    const known = this.topValue[row];
    if (value < known) return;
    const to = row * 4;
    if (value === known) {
      let w = 0;
      while (w < 3 && ids[at + w] === this.topTrace[to + w]) w++;
      if (ids[at + w] >>> 0 <= this.topTrace[to + w] >>> 0) return;
    }
    this.topValue[row] = value;
    for (let w = 0; w < 4; w++) this.topTrace[to + w] = ids[at + w];
  }

  #add(component: number, place: number, version: number): number {
    if (this.length >= MOST_CELLS) {
      this.refused++;
      return -1;
    }
    if (this.length === this.component.length) this.#grow();
    const row = this.length++;
    this.component[row] = component;
    this.place[row] = place;
    this.version[row] = version;
    this.topValue[row] = Number.NEGATIVE_INFINITY;
    this.#enter(row);
    return row;
  }

  #enter(row: number): void {
    let slot = this.#home(this.component[row], this.place[row], this.version[row]);
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#slots[slot] = row + 1;
  }

  #home(component: number, place: number, version: number): number {
    let h = Math.imul(component + 1, 0x9e3779b1) ^ Math.imul(place + 1, 0x85ebca77);
    h = Math.imul(h ^ Math.imul(version + 1, 0xc2b2ae3d) ^ (h >>> 15), 0x2c1b3c6d);
    return (h ^ (h >>> 13)) & this.#mask;
  }

  #grow(): void {
    const state = cellsState(this);
    const next = new PlaceCells(this.component.length * 2);
    fill(next, state);
    for (const column of COLUMNS) Object.assign(this, { [column]: next[column] });
    this.#slots = next.#slots;
    this.#mask = next.#mask;
    for (let row = 0; row < this.length; row++) this.#enter(row);
  }

  /** A batch's cells from plain data. */
  static from(state: PlaceCellsState): PlaceCells {
    const cells = new PlaceCells(Math.max(16, state.component.length));
    fill(cells, state);
    cells.length = state.component.length;
    cells.refused = state.refused;
    for (let row = 0; row < cells.length; row++) cells.#enter(row);
    return cells;
  }
}

const COLUMNS = [
  'component',
  'place',
  'version',
  'node',
  'count',
  'sum',
  'sumOfSquares',
  'topValue',
  'topTrace',
] as const;

export type PlaceCellsState = Readonly<Pick<PlaceCells, (typeof COLUMNS)[number] | 'refused'>>;

/** As plain data; borrows the columns. */
export function cellsState(cells: PlaceCells): PlaceCellsState {
  const n = cells.length;
  return {
    refused: cells.refused,
    component: cells.component.subarray(0, n),
    place: cells.place.subarray(0, n),
    version: cells.version.subarray(0, n),
    node: cells.node.subarray(0, n),
    count: cells.count.subarray(0, n),
    sum: cells.sum.subarray(0, n),
    sumOfSquares: cells.sumOfSquares.subarray(0, n),
    topValue: cells.topValue.subarray(0, n),
    topTrace: cells.topTrace.subarray(0, n * 4),
  };
}

function fill(cells: PlaceCells, state: PlaceCellsState): void {
  for (const column of COLUMNS) cells[column].set(state[column]);
}

function powerOfTwo(least: number): number {
  let size = 16;
  while (size < least) size *= 2;
  return size;
}
