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

  /** Components that two places or more served, in order of their first sight. */
  strata(): Stratum[] {
    const byComponent = new Map<number, StratumCell[]>();
    const index = new PlaceCells(1024);
    const known: StratumCell[] = [];
    for (const { number, cells } of this.#windows) {
      const back = this.newest - number;
      for (let i = 0; i < cells.length; i++) {
        const row = index.row(cells.component[i], cells.place[i], cells.version[i]);
        if (row < 0) continue;
        let cell = known[row] as StratumCell | undefined;
        if (cell === undefined) {
          cell = emptyCell(cells.place[i], cells.version[i], cells.node[i]);
          known[row] = cell;
          const stratum = byComponent.get(cells.component[i]);
          if (stratum === undefined) byComponent.set(cells.component[i], [cell]);
          else stratum.push(cell);
        }
        cell.count[back] = cells.count[i];
        cell.sum[back] = cells.sum[i];
        cell.sumOfSquares[back] = cells.sumOfSquares[i];
        cell.top[back] = cells.topValue[i];
        cell.topTrace.set(cells.topTrace.subarray(i * 4, i * 4 + 4), back * 4);
      }
    }
    return [...byComponent]
      .filter(([, cells]) => cells.length > 1)
      .map(([component, cells]) => ({ component, cells }));
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

function emptyCell(place: number, version: number, node: number): StratumCell {
  return {
    place,
    version,
    node,
    count: new Float64Array(LONGEST_SCALE),
    sum: new Float64Array(LONGEST_SCALE),
    sumOfSquares: new Float64Array(LONGEST_SCALE),
    top: new Float64Array(LONGEST_SCALE).fill(Number.NEGATIVE_INFINITY),
    topTrace: new Int32Array(LONGEST_SCALE * 4),
  };
}
