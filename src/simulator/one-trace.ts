import { printComponent } from '../domain/component-grammar.ts';
import type { Component } from '../domain/component.ts';
import { wordsToHex } from '../domain/ids.ts';
import type { SpanBatch } from '../domain/span-batch.ts';
import { Conditions } from './conditions.ts';
import { Draws, mixSeed } from './distribution.ts';
import { effectsAt } from './effects.ts';
import { planTopology } from './plan.ts';
import type { Plan, PlannedOperation } from './planned.ts';
import { SHOP } from './shop.ts';
import { appendSpan } from './span-draft.ts';
import type { Topology } from './topology.ts';
import { type Site, TraceRun } from './trace-run.ts';

/** Where the time was lost: see the components of the same names. `async`: work that nobody waits for. */
export type ExcessKind = 'self' | 'request' | 'response' | 'dependency' | 'async';

export interface ExcessCause {
  readonly kind: ExcessKind;
  readonly addMs: number;
}

export interface OneTraceOptions {
  readonly seed: number;
  /** Epoch ms of the root's start. */
  readonly startMs: number;
  /** One or two, of different services; drawn from the seed when absent: one in three traces gets two. */
  readonly causes?: readonly ExcessCause[];
  readonly topology?: Topology;
}

export interface ExcessTruth {
  readonly kind: ExcessKind;
  readonly addUs: number;
  /** Key by the component grammar of what grew. */
  readonly component: string;
  /** Whose fault it is: the owner of the self time, the caller of a late request, the sender of a late response. */
  readonly service: string;
  readonly peer?: string;
  /** How much longer the whole trace takes for all causes together, microseconds; 0 when nobody waits for it. */
  readonly rootExcessUs: number;
}

export interface OneTrace {
  /** 32 hex digits. */
  readonly traceId: string;
  readonly spans: number;
  readonly truths: readonly ExcessTruth[];
}

const KINDS: readonly ExcessKind[] = ['self', 'request', 'response', 'dependency', 'async'];
/** Excesses are drawn between these, evenly in the log. */
const LEAST_MS = 50;
const MOST_MS = 2000;
/** An excess is on the critical path when the root grows by as much, but for what a shorter sibling had to spare. */
const LEAST_SHOWN = 0.9;
/** Of the traces, for all entries that have a rate instead of a share. */
const RARE_SHARE = 0.01;
/** Traces tried before giving up: one in ten or so has background work. */
const MAX_TRIES = 400;

/**
 * Appends one trace with a known excess to `batch`. Apart from the excess the trace is as it would have been. Causes
 * other than `async` lie on the critical path and trip no timeout: the root takes longer by their sum, within a tenth.
 * Throws an Error when the topology has no place for such causes.
 */
export function oneTrace(options: OneTraceOptions, batch: SpanBatch): OneTrace {
  const plan = plannedFor(options.topology ?? SHOP, batch);
  const choice = new Draws(mixSeed(options.seed, 1));
  const causes = options.causes ?? drawCauses(choice);
  const runner = new TraceRunner(plan, options, batch);
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const operation = drawEntry(plan, choice);
    const seed = mixSeed(options.seed, 2 + attempt);
    const usual = runner.run(operation, seed, new Map());
    const places = choosePlaces(usual.places, causes, choice);
    if (places === undefined) continue;
    const sums = new Map(places.map((place, i) => [place.ordinal, causes[i].addMs * 1000]));
    const before = batch.length;
    const slow = runner.run(operation, seed, sums);
    const rootExcessUs = slow.rootUs - usual.rootUs;
    const undisturbed = slow.places.length === usual.places.length && slow.failures === usual.failures;
    if (undisturbed && isShown(causes, rootExcessUs))
      return {
        traceId: wordsToHex(batch.traceId, before << 2, 4),
        spans: batch.length - before,
        truths: places.map((place, i) => truthOfExcess(plan, place, causes[i], rootExcessUs)),
      };
    batch.truncate(before);
  }
  throw new Error(`no trace of this topology shows ${causes.map((cause) => cause.kind).join(' and ')}`);
}

interface Place extends Site {
  readonly ordinal: number;
}

interface Ran {
  readonly rootUs: number;
  readonly places: readonly Place[];
  /** Failed spans: a timeout that the excess trips shows here. */
  readonly failures: number;
}

/** Runs traces under quiet conditions; their spans go to the batch only when something was added. */
class TraceRunner {
  readonly #plan: Plan;
  readonly #originUs: number;
  readonly #batch: SpanBatch;
  readonly #conditions: Conditions;

  constructor(plan: Plan, options: OneTraceOptions, batch: SpanBatch) {
    this.#plan = plan;
    this.#originUs = options.startMs * 1000;
    this.#batch = batch;
    this.#conditions = new Conditions(
      plan.names,
      effectsAt(plan, [], 0),
      new Float64Array(plan.speeds).fill(1),
    );
  }

  run(entry: PlannedOperation, seed: number, sums: ReadonlyMap<number, number>): Ran {
    const places: Place[] = [];
    let failures = 0;
    const run = new TraceRun(this.#plan, this.#conditions, (span, traceId) => {
      if (span.failed) failures++;
      if (sums.size > 0) {
        const stamp = { originUs: this.#originUs, clockUs: span.instance.node.skewUs, weight: 1 };
        appendSpan(this.#batch, span, traceId, stamp);
      }
    });
    const rootUs = run.run(entry, 0, new Draws(seed), (site) => {
      places.push({ ...site, ordinal: places.length });
      return sums.get(places.length - 1) ?? 0;
    });
    return { rootUs, places, failures };
  }
}

/** Plans are kept for the last table of names: ten thousand traces in a row must not look all names up again. */
let lastPlan: Plan | undefined;

function plannedFor(topology: Topology, batch: SpanBatch): Plan {
  if (lastPlan?.topology !== topology || lastPlan.names !== batch.names)
    lastPlan = planTopology(topology, batch.names);
  return lastPlan;
}

/** By how often each is asked for, when one in a hundred traces or so is of an entry with a rate of its own. */
function drawEntry({ entries }: Plan, draws: Draws): PlannedOperation {
  const shares = entries.reduce((sum, entry) => sum + entry.share, 0);
  const rates = entries.reduce((sum, entry) => sum + entry.perMinute, 0);
  const rareShare = shares === 0 ? 1 : rates === 0 ? 0 : RARE_SHARE;
  const rare = draws.uniform() < rareShare;
  let left = draws.uniform() * (rare ? rates : shares);
  for (const entry of entries) {
    left -= rare ? entry.perMinute : entry.share;
    if (left < 0) return entry.operation;
  }
  return entries[entries.length - 1].operation;
}

function drawCauses(draws: Draws): ExcessCause[] {
  const count = draws.uniform() < 1 / 3 ? 2 : 1;
  return Array.from({ length: count }, () => ({
    kind: KINDS[Math.floor(draws.uniform() * KINDS.length)],
    addMs: Math.round(LEAST_MS * (MOST_MS / LEAST_MS) ** draws.uniform()),
  }));
}

function choosePlaces(
  places: readonly Place[],
  causes: readonly ExcessCause[],
  draws: Draws,
): Place[] | undefined {
  const chosen: Place[] = [];
  for (const { kind } of causes) {
    const fitting = places.filter(
      (place) =>
        kindOf(place) === kind && chosen.every((other) => blamedService(other) !== blamedService(place)),
    );
    if (fitting.length === 0) return undefined;
    chosen.push(fitting[Math.floor(draws.uniform() * fitting.length)]);
  }
  return chosen;
}

/** Of what is detached only own work counts: one place a piece of background work is enough. */
function kindOf(place: Place): ExcessKind | undefined {
  if (!place.detached) return place.kind;
  return place.kind === 'self' ? 'async' : undefined;
}

function isShown(causes: readonly ExcessCause[], rootExcessUs: number): boolean {
  const waitedFor = causes
    .filter(({ kind }) => kind !== 'async')
    .reduce((sum, { addMs }) => sum + addMs * 1000, 0);
  return rootExcessUs >= waitedFor * LEAST_SHOWN && rootExcessUs <= waitedFor + 1;
}

function blamedService({ kind, span, target }: Place): string {
  return kind === 'response' && target !== undefined ? target.service.name : span.service.name;
}

function truthOfExcess(plan: Plan, place: Place, cause: ExcessCause, rootExcessUs: number): ExcessTruth {
  return {
    kind: cause.kind,
    addUs: cause.addMs * 1000,
    component: printComponent(componentOf(plan, place)),
    service: blamedService(place),
    ...(place.peer === undefined ? {} : { peer: place.peer }),
    rootExcessUs,
  };
}

function componentOf({ names }: Plan, { kind, span, target, peer }: Place): Component {
  const service = names.serviceIdentity(span.service.id);
  if (kind === 'dependency' && peer !== undefined) return { kind, service, peer };
  if (target !== undefined) {
    const callee = names.serviceIdentity(target.service.id);
    return { kind, service, callee, calleeOperation: names.operationName(target.id) };
  }
  return { kind: 'self', service, operation: names.operationName(span.operationId) };
}
