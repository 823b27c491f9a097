/** Nodes in layers, callers before whom they call, with few crossings: Sugiyama's method in its plainest form. */

export interface Placed {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface Layout {
  readonly nodes: ReadonlyMap<string, Placed>;
  readonly width: number;
  readonly height: number;
}

export interface Size {
  readonly nodeWidth: number;
  readonly nodeHeight: number;
  readonly gapX: number;
  readonly gapY: number;
}

/** Rounds of sorting by the neighbours' middle (Sugiyama, Tagawa and Toda, 1981); more change nothing. */
const ROUNDS = 6;

export function layered(
  ids: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
  size: Size,
): Layout {
  const layerOf = layersOf(ids, edges);
  const layers: string[][] = [];
  for (const id of ids) (layers[layerOf.get(id) ?? 0] ??= []).push(id);
  const filled = layers.filter((layer) => layer !== undefined && layer.length > 0);
  sortLayers(filled, edges);
  const rows = Math.max(1, ...filled.map((layer) => layer.length));
  const height = rows * (size.nodeHeight + size.gapY) - size.gapY;
  const nodes = new Map<string, Placed>();
  filled.forEach((layer, column) => {
    const used = layer.length * (size.nodeHeight + size.gapY) - size.gapY;
    layer.forEach((id, row) => {
      const x = column * (size.nodeWidth + size.gapX);
      nodes.set(id, { id, x, y: (height - used) / 2 + row * (size.nodeHeight + size.gapY) });
    });
  });
  const width = Math.max(1, filled.length) * (size.nodeWidth + size.gapX) - size.gapX;
  return { nodes, width, height };
}

/** The longest way from an entry; an edge that closes a circle does not count. */
function layersOf(
  ids: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
): Map<string, number> {
  const callees = new Map<string, string[]>();
  const called = new Set<string>();
  for (const { from, to } of edges) {
    callees.set(from, [...(callees.get(from) ?? []), to]);
    called.add(to);
  }
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const forward = new Map<string, string[]>();
  const visit = (id: string): void => {
    state.set(id, 'open');
    for (const to of callees.get(id) ?? []) {
      if (state.get(to) === 'open') continue;
      forward.set(id, [...(forward.get(id) ?? []), to]);
      if (state.get(to) === undefined) visit(to);
    }
    state.set(id, 'done');
    order.unshift(id);
  };
  for (const id of ids) if (!called.has(id) && state.get(id) === undefined) visit(id);
  for (const id of ids) if (state.get(id) === undefined) visit(id);
  const layer = new Map<string, number>();
  for (const id of order) {
    const own = layer.get(id) ?? 0;
    layer.set(id, own);
    for (const to of forward.get(id) ?? []) layer.set(to, Math.max(layer.get(to) ?? 0, own + 1));
  }
  return layer;
}

function sortLayers(
  layers: readonly string[][],
  edges: readonly { readonly from: string; readonly to: string }[],
): void {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const place = new Map<string, number>();
  const note = (layer: readonly string[]): void =>
    layer.forEach((id, i) => place.set(id, (i + 0.5) / layer.length));
  layers.forEach(note);
  for (let round = 0; round < ROUNDS; round++) {
    const sweep = round % 2 === 0 ? layers : layers.toReversed();
    for (const layer of sweep) {
      const middle = new Map(layer.map((id) => [id, middleOf(neighbours.get(id) ?? [], place, id)]));
      layer.sort((a, b) => (middle.get(a) ?? 0) - (middle.get(b) ?? 0) || (a < b ? -1 : 1));
      note(layer);
    }
  }
}

function middleOf(neighbours: readonly string[], place: ReadonlyMap<string, number>, id: string): number {
  if (neighbours.length === 0) return place.get(id) ?? 0;
  return neighbours.reduce((sum, one) => sum + (place.get(one) ?? 0), 0) / neighbours.length;
}
