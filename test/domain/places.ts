import { PlaceCells } from '../../src/domain/place-cells.ts';
import { PlaceWindows } from '../../src/domain/place-windows.ts';

/** A value of a trace of its own, on a pod; a version and a node where the test says so. */
export interface Served {
  readonly component: number;
  readonly place: number;
  readonly value: number;
  readonly version?: number;
  readonly node?: number;
}

export function cellsOf(served: readonly Served[]): PlaceCells {
  const cells = new PlaceCells();
  served.forEach(({ component, place, value, version = 0, node = 0 }, i) => {
    const row = cells.row(component, place, version);
    cells.node[row] = node;
    cells.count[row]++;
    cells.sum[row] += value;
    cells.sumOfSquares[row] += value * value;
    cells.offerTop(row, value, Int32Array.of(0, 0, 0, i + 1), 0);
  });
  return cells;
}

/** The windows, oldest first, as a detector keeps them. */
export function windowsOf(windows: readonly (readonly Served[])[]): PlaceWindows {
  const places = new PlaceWindows();
  windows.forEach((served, number) => places.push(number, cellsOf(served)));
  return places;
}
