import type { ScaleJudgement } from '../detect/port.ts';
import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import type { TraceNeighbour } from '../domain/explained-trace.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Trace } from '../domain/trace.ts';
import { HOT } from './describe.ts';

/** Each relation has a few; more are no answer. Callees first come to mind, then who called. */
const MOST: Readonly<Record<TraceNeighbour['relation'], number>> = {
  itself: 1,
  caller: 2,
  callee: 3,
  sibling: 2,
};

export interface NeighbourRow {
  readonly relation: TraceNeighbour['relation'];
  /** Of the judgement. */
  readonly row: number;
  readonly usual: boolean;
}

/**
 * Why not its neighbours, of ONE trace: who calls the first of `suspects` in it, is called by it or beside it, and shows
 * nothing that speaks against itself. By own time; by failures where the suspect fails; of calls nothing can be said.
 * Whoever has anything hot of its own, or is one of the other `suspects`, is none. By relation, the longest time first.
 */
export function traceNeighbours(
  table: ComponentTable,
  judgement: ScaleJudgement,
  trace: Trace,
  suspects: readonly Suspect[],
): NeighbourRow[] {
  const [first, ...others] = suspects;
  if (first === undefined || first.cause.endsWith('-calls')) return [];
  const kind = first.cause === 'errors' ? KindCode.error : KindCode.self;
  const worst = worstRows(table, judgement, kind);
  const { relations, suspect } = related(table, trace, { first, known: worst });
  const named = new Set(others.map((other) => keyOf(table, other)));
  const found: NeighbourRow[] = [];
  const add = (key: string, relation: TraceNeighbour['relation']): void => {
    const shown = worst.get(key);
    if (shown === undefined || named.has(key) || shown.loudest >= HOT) return;
    // Half a failure of its own is no acquittal.
    if (kind === KindCode.error && judgement.observed[shown.row] > 0) return;
    found.push({ relation, row: shown.row, usual: shown.loudest <= 0 });
  };
  for (const [key, relation] of relations) add(key, relation);
  if (first.cause === 'network') add(suspect, 'itself');
  return (Object.keys(MOST) as TraceNeighbour['relation'][]).flatMap((relation) =>
    found
      .filter((neighbour) => neighbour.relation === relation)
      .sort((a, b) => judgement.observed[b.row] - judgement.observed[a.row] || a.row - b.row)
      .slice(0, MOST[relation]),
  );
}

interface Worst {
  /** Furthest above what is usual: what a reader finds on the path. */
  row: number;
  excess: number;
  /** Largest log Bayes factor of all its rows. */
  loudest: number;
}

/** Of each service, and of each peer by its name. */
function worstRows(table: ComponentTable, judgement: ScaleJudgement, kind: number): Map<string, Worst> {
  const worst = new Map<string, Worst>();
  for (let row = 0; row < judgement.length; row++) {
    const component = judgement.component[row];
    const own = table.kind[component];
    const isPeer = own === KindCode.dependency && kind === KindCode.self;
    if (own !== kind && !isPeer) continue;
    const key = isPeer
      ? peerKey(table.names.slotName(table.b[component]))
      : serviceKey(table.names.serviceOf(table.a[component]));
    const [observed, expected] = [judgement.observed[row], judgement.expected[row]];
    // Times are logarithms: of two the longer excess counts, not the larger factor.
    const excess = kind === KindCode.self ? Math.exp(observed) - Math.exp(expected) : observed;
    const before = worst.get(key);
    const loudest = Math.max(judgement.logBayes[row], before?.loudest ?? Number.NEGATIVE_INFINITY);
    if (before === undefined || excess > before.excess) worst.set(key, { row, excess, loudest });
    else before.loudest = loudest;
  }
  return worst;
}

/** How everybody in the trace stands to the suspect: a caller before a callee before a sibling. */
function related(
  table: ComponentTable,
  trace: Trace,
  { first, known }: { first: Suspect; known: ReadonlyMap<string, unknown> },
): { relations: Map<string, TraceNeighbour['relation']>; suspect: string } {
  const suspect = keyOf(table, first);
  const calls = callsOf(trace);
  const relations = new Map<string, TraceNeighbour['relation']>();
  const add = (key: string, relation: TraceNeighbour['relation']): void => {
    if (key !== suspect && known.has(key) && !relations.has(key)) relations.set(key, relation);
  };
  const callers = [...calls].filter(([, called]) => called.has(suspect)).map(([caller]) => caller);
  for (const caller of callers) add(caller, 'caller');
  for (const callee of calls.get(suspect) ?? []) add(callee, 'callee');
  for (const caller of callers) for (const beside of calls.get(caller) ?? []) add(beside, 'sibling');
  return { relations, suspect };
}

/** Who calls whom in the trace, and which peers. */
function callsOf(trace: Trace): Map<string, Set<string>> {
  const calls = new Map<string, Set<string>>();
  const add = (from: string, to: string): void => {
    const called = calls.get(from);
    if (called === undefined) calls.set(from, new Set([to]));
    else called.add(to);
  };
  for (let span = 0; span < trace.spanCount; span++) {
    const own = serviceKey(trace.service[span]);
    if (trace.peer[span] > 0) add(own, peerKey(trace.names.slotName(trace.peer[span])));
    const parent = trace.parent[span];
    if (parent >= 0 && trace.service[parent] !== trace.service[span])
      add(serviceKey(trace.service[parent]), own);
  }
  return calls;
}

function keyOf({ names }: ComponentTable, suspect: Suspect): string {
  const { kind, environment, namespace, service: name, peer = '' } = suspect;
  return kind === 'dependency' ? peerKey(peer) : serviceKey(names.service({ environment, namespace, name }));
}

function serviceKey(service: number): string {
  return `s${service}`;
}

function peerKey(peer: string): string {
  return `p${peer}`;
}
