import { cellsState, PlaceCells, type PlaceCellsState } from './place-cells.ts';
import type { Names } from './names.ts';
import { LONGEST_SCALE } from './scales.ts';

export type PlaceWindowsState = readonly (readonly [number: number, cells: PlaceCellsState])[];

/** The cells of one component over the last windows: those that can be compared with each other. */
export interface Stratum {
  readonly component: number;
  readonly cells: readonly StratumCell[];
}

/** One place (and version) over the last windows; columns by how many windows back. */
export interface StratumCell {
  readonly place: number;
  readonly version: number;
  readonly node: number;
  readonly count: Float64Array;
  readonly sum: Float64Array;
  readonly sumOfSquares: Float64Array;
  readonly top: Float64Array;
  /** Id words of the traces behind `top`. */
  readonly topTrace: Int32Array;
}

/** The cells of the newest windows, as many as the longest scale looks back. */
export class PlaceWindows {
  /** Start / WINDOW_MS of the newest window; -1 before the first. */
  newest = -1;
  #windows: { readonly number: number; readonly cells: PlaceCells }[] = [];

  /** Copies what it keeps; windows come in order. */
  push(number: number, cells: PlaceCells): void {
    this.newest = number;
    this.#windows = this.#windows.filter((window) => window.number > number - LONGEST_SCALE);
    if (cells.length > 0) this.#windows.push({ number, cells: PlaceCells.from(cellsState(cells)) });
  }

  /**
   * Components that two places or more served, in order of their first sight. Hot: once a window. Cells are made only
   * for those, as parts of one piece of memory: five arrays a cell, made one by one for every component, took a quarter
   * of the time of learning a day of 2,200 components.
   */
  strata(): Stratum[] {
    const index = new PlaceCells(1024);
    const rows = this.#windows.map(({ cells }) => rowsIn(index, cells));
    const places = new Map<number, number>();
    for (let row = 0; row < index.length; row++)
      places.set(index.component[row], (places.get(index.component[row]) ?? 0) + 1);
    const isCompared = (row: number): boolean => (places.get(index.component[row]) ?? 0) > 1;
    const known = emptyCells(index, isCompared);
    this.#windows.forEach(({ number, cells }, w) => {
      const back = this.newest - number;
      for (let i = 0; i < cells.length; i++) {
        const cell = known[rows[w][i]] as StratumCell | undefined;
        if (cell === undefined) continue;
        cell.count[back] = cells.count[i];
        cell.sum[back] = cells.sum[i];
        cell.sumOfSquares[back] = cells.sumOfSquares[i];
        cell.top[back] = cells.topValue[i];
        for (let t = 0; t < 4; t++) cell.topTrace[back * 4 + t] = cells.topTrace[i * 4 + t];
      }
    });
    const byComponent = new Map<number, StratumCell[]>();
    known.forEach((cell, row) => {
      const stratum = byComponent.get(index.component[row]);
      if (stratum === undefined) byComponent.set(index.component[row], [cell]);
      else stratum.push(cell);
    });
    return [...byComponent].map(([component, cells]) => ({ component, cells }));
  }

  /** Where the places of each service ran, as node slots by service number; services that name no nodes are left out. */
  nodes(names: Names): Map<number, Set<number>> {
    const nodes = new Map<number, Set<number>>();
    for (const { cells } of this.#windows) {
      for (let i = 0; i < cells.length; i++) {
        const node = cells.node[i];
        if (node === 0) continue;
        const service = names.serviceOfSlot(node);
        const known = nodes.get(service);
        if (known === undefined) nodes.set(service, new Set([node]));
        else known.add(node);
      }
    }
    return nodes;
  }

  snapshot(): PlaceWindowsState {
    return this.#windows.map(({ number, cells }) => [number, cellsState(cells)]);
  }

  restore(state: PlaceWindowsState, newest: number): void {
    this.newest = newest;
    this.#windows = state.map(([number, cells]) => ({ number, cells: PlaceCells.from(cells) }));
  }
}

/** Cells by what they have in common. */
export function partsBy(
  cells: readonly StratumCell[],
  keyOf: (cell: StratumCell) => number,
): Map<number, StratumCell[]> {
  const parts = new Map<number, StratumCell[]>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, [cell]);
    else part.push(cell);
  }
  return parts;
}

/** The row of each cell in the index, which gets those that it does not know; -1 for what it has no room for. */
function rowsIn(index: PlaceCells, cells: PlaceCells): Int32Array {
  const rows = new Int32Array(cells.length);
  for (let i = 0; i < cells.length; i++) {
    const before = index.length;
    const row = index.row(cells.component[i], cells.place[i], cells.version[i]);
    if (index.length > before) index.node[row] = cells.node[i];
    rows[i] = row;
  }
  return rows;
}

/** By row of the index, in its order, of the rows that are wanted: the others are holes. */
function emptyCells(index: PlaceCells, isWanted: (row: number) => boolean): StratumCell[] {
  const wanted = Array.from({ length: index.length }, (_, row) => row).filter(isWanted);
  const columns = new Float64Array(wanted.length * LONGEST_SCALE * 4);
  const traces = new Int32Array(wanted.length * LONGEST_SCALE * 4);
  const cells: StratumCell[] = [];
  wanted.forEach((row, w) => {
    const column = (c: number): Float64Array => {
      const from = (w * 4 + c) * LONGEST_SCALE;
      return columns.subarray(from, from + LONGEST_SCALE);
    };
    const from = w * LONGEST_SCALE * 4;
    cells[row] = {
      ...{ place: index.place[row], version: index.version[row], node: index.node[row] },
      ...{ count: column(0), sum: column(1), sumOfSquares: column(2) },
      top: column(3).fill(Number.NEGATIVE_INFINITY),
      topTrace: traces.subarray(from, from + LONGEST_SCALE * 4),
    };
  });
  return cells;
}
