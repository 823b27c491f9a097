import { type ComponentTable, KindCode } from '../domain/component-table.ts';
import { type Measurements, NOBODY } from '../domain/measurement.ts';
import { SpanFlag, SpanKind } from '../domain/span-batch.ts';
import { LOG_OFFSET_US } from '../domain/summary.ts';
import { ORPHAN, ROOT, type Trace } from '../domain/trace.ts';
import { widened } from '../domain/widened.ts';
import { culpritOf, wasGivenUp } from './given-up.ts';
import { OwnTimes } from './own-time.ts';
import { KnownCallees, type KnownCalleesState } from './known-callees.ts';
import { OperationIds } from './operation-ids.ts';
import { type LossState, LossWatch } from './losses.ts';
import { SkewEstimator, type SkewState } from './skew.ts';
import { isAsynchronous, isCallSpan, SpanTree } from './span-tree.ts';

/** Children of one operation told apart; a hostile sender's thousandth is not worth a zero in every trace. */
const MOST_CALLEES = 200;

export interface MeasurerState {
  readonly skew: SkewState;
  readonly callsOf: readonly (readonly [operation: number, calls: KnownCalls])[];
  readonly seenComponents: number;
  /** Absent in what was written before losses were watched. */
  readonly losses?: LossState;
  /** Absent in what older versions stored. */
  readonly callees?: KnownCalleesState;
}

interface KnownCalls {
  readonly operations: number[];
  readonly components: number[];
}

/**
 * One trace to measurements of its components (docs/detection.md, "Components"). Hot path: scratch columns, no object a
 * span.
 */
export class Measurer {
  readonly tree = new SpanTree();
  readonly #table: ComponentTable;
  readonly #own = new OwnTimes();
  /** 1 for spans of the trace at hand that calls were given up for. */
  #culprit = new Uint8Array(256);
  readonly skew: SkewEstimator;
  readonly losses: LossWatch;
  /** Children of the parent at hand, by operation. */
  #tally = new Int32Array(1024);
  /** By parent operation. */
  readonly #callsOf: KnownCalls[] = [];
  readonly #callees: KnownCallees;
  /** Components of the table that #callsOf knows. */
  #seenComponents = 0;
  readonly #selfIds: OperationIds;
  readonly #errorIds: OperationIds;

  constructor(table: ComponentTable) {
    this.#table = table;
    this.skew = new SkewEstimator(table.names);
    this.losses = new LossWatch(table.names);
    this.#callees = new KnownCallees(table.names);
    this.#selfIds = new OperationIds(table, KindCode.self);
    this.#errorIds = new OperationIds(table, KindCode.error);
  }

  /** Clears `into` and fills it. */
  measure(trace: Trace, into: Measurements): void {
    into.clear();
    this.tree.build(trace);
    this.#own.compute(trace, this.tree);
    const broken = this.losses.begin(trace, this.tree.orphans);
    this.#findCulprits(trace);
    for (let i = 0; i < trace.spanCount; i++) {
      if (!broken || this.#isWhole(trace, i)) this.#measureTime(trace, i, into);
      this.#measureFailure(trace, i, into);
      // A call span has one callee by its nature: which one is the mix of the traffic, not a decision of its code.
      if (!broken && !isCallSpan(trace, this.tree, i)) this.#measureCalls(trace, i, into);
      const parent = trace.parent[i];
      if (parent === ROOT) this.#measureEntry(trace, i, into);
      else this.losses.span(trace.operation[i], parent === ORPHAN);
    }
  }

  snapshot(): MeasurerState {
    // Sparse: `flatMap` leaves the holes out.
    const callsOf = this.#callsOf.flatMap((calls, operation) => [[operation, calls] as const]);
    const losses = this.losses.snapshot();
    const callees = this.#callees.snapshot();
    return { skew: this.skew.snapshot(), callsOf, seenComponents: this.#seenComponents, losses, callees };
  }

  restore({ skew, callsOf, seenComponents, losses, callees }: MeasurerState): void {
    if (callees !== undefined) this.#callees.restore(callees);
    this.skew.restore(skew);
    if (losses !== undefined) this.losses.restore(losses);
    this.#callsOf.length = 0;
    for (const [operation, calls] of callsOf) this.#callsOf[operation] = calls;
    this.#seenComponents = seenComponents;
  }

  /**
   * Whether the span's time means what it means in a whole trace, though spans of the trace were lost: a call of which
   * both ends are there, what never has children, and a call that failed, whose other end may never have been.
   */
  #isWhole(trace: Trace, i: number): boolean {
    const operation = trace.operation[i];
    if (!isCallSpan(trace, this.tree, i)) return this.#knownCalls(operation).operations.length === 0;
    if (this.#lastRemoteChild(trace, i) >= 0 || (trace.flags[i] & SpanFlag.Error) !== 0) return true;
    return !this.#callees.has(operation);
  }

  #measureEntry(trace: Trace, i: number, into: Measurements): void {
    const operation = trace.operation[i];
    into.push(this.#table.id(KindCode.total, operation, 0), logOf(trace.endUs[i] - trace.startUs[i]), i);
    into.push(this.#table.id(KindCode.traffic, operation, 0), trace.weight[i], i);
  }

  #measureTime(trace: Trace, i: number, into: Measurements): void {
    if (!isCallSpan(trace, this.tree, i)) {
      // Waiting to try again and falling back are what its failed child makes it do: no time of its own code.
      if (!this.#hasFailedChild(trace, i))
        into.push(this.#selfIds.of(trace.operation[i]), logOf(this.#own.ownUs[i]), i);
      return;
    }
    const callee = this.#lastRemoteChild(trace, i);
    if (callee >= 0) {
      this.#callees.see(trace.operation[i], trace.peer[i], trace.operation[callee]);
      this.#measureCall(trace, callee, into);
      return;
    }
    const operation = trace.operation[i];
    const peer = trace.peer[i];
    if (peer !== 0 && !this.#callees.has(operation)) this.#table.asks(operation, peer);
    const id =
      peer === 0 ? this.#selfIds.of(operation) : this.#table.id(KindCode.dependency, trace.service[i], peer);
    into.push(id, logOf(this.#own.ownUs[i]), i);
  }

  #measureCall(trace: Trace, callee: number, into: Measurements): void {
    const caller = trace.parent[callee];
    const asynchronous = isAsynchronous(trace, callee);
    const requestUs = trace.startUs[callee] - (asynchronous ? trace.endUs[caller] : trace.startUs[caller]);
    const responseUs = trace.endUs[caller] - trace.endUs[callee];
    const service = trace.service[caller];
    const operation = trace.operation[callee];
    const offsetUs = asynchronous
      ? this.skew.shiftUs(trace, caller, callee)
      : this.skew.offsetUs(trace, callee, { requestUs, responseUs });
    if (Number.isNaN(offsetUs)) return;
    const bothUs = requestUs + responseUs;
    // What failed before its callee was done has no answer: nothing tells the way from what drifting clocks add to it.
    if (!asynchronous && bothUs < 0 && (trace.flags[caller] & SpanFlag.Error) !== 0) return;
    // No side of an answered call is longer than both: where the clocks have drifted beyond that, the rest is theirs.
    const mostUs = asynchronous || bothUs < 0 ? Number.POSITIVE_INFINITY : bothUs;
    const row = into.push(
      this.#table.id(asynchronous ? KindCode.queue : KindCode.request, service, operation),
      logOf(Math.min(mostUs, requestUs + offsetUs)),
      caller,
    );
    if (row >= 0) {
      // Of the callee's pod, there and back: an offset between two clocks moves time from one side to the other.
      into.place[row] = asynchronous ? NOBODY : callee;
      into.placeValue[row] = logOf(bothUs);
    }
    if (asynchronous) return;
    const backUs = Math.min(mostUs, responseUs - offsetUs);
    into.push(this.#table.id(KindCode.response, service, operation), logOf(backUs), caller);
  }

  /** The child that the call was about: the last one to end, when retries share a call span. */
  #lastRemoteChild(trace: Trace, i: number): number {
    let last = -1;
    for (let k = this.tree.first[i]; k < this.tree.first[i + 1]; k++) {
      const child = this.tree.children[k];
      const kind = trace.kind[child];
      const remote =
        trace.service[child] !== trace.service[i] || kind === SpanKind.Server || kind === SpanKind.Consumer;
      if (remote && (last < 0 || trace.endUs[child] >= trace.endUs[last])) last = child;
    }
    return last;
  }

  /**
   * The deepest failing span is the origin of a failure, not each ancestor that passes it on; of a call that was given up
   * it is whoever the time went with.
   */
  #isOrigin(trace: Trace, i: number): boolean {
    if (this.#culprit[i] === 1) return true;
    if ((trace.flags[i] & SpanFlag.Error) === 0 || this.#hasFailedChild(trace, i)) return false;
    return !wasGivenUp(trace, this.tree, i);
  }

  /**
   * A call that failed and was not answered (refused, timed out, no such host) is a failure of whom it was for, where that is known:
   * nobody there could send a span of it, and every caller would be blamed instead.
   */
  #measureFailure(trace: Trace, i: number, into: Measurements): void {
    const isOrigin = this.#isOrigin(trace, i);
    const callee =
      isOrigin && this.#isUnanswered(trace, i) ? this.#callees.of(trace.operation[i], trace.peer[i]) : -1;
    into.push(this.#errorIds.of(trace.operation[i]), isOrigin && callee < 0 ? 1 : 0, i);
    if (callee < 0) return;
    const row = into.push(this.#errorIds.of(callee), 1, i);
    // Which of its pods it was for, nobody knows.
    if (row >= 0) into.place[row] = NOBODY;
  }

  #isUnanswered(trace: Trace, i: number): boolean {
    return trace.kind[i] === SpanKind.Client && this.tree.childCount(i) === 0 && this.#culprit[i] !== 1;
  }

  #findCulprits(trace: Trace): void {
    if (trace.spanCount > this.#culprit.length) this.#culprit = new Uint8Array(trace.spanCount * 2);
    this.#culprit.fill(0, 0, trace.spanCount);
    for (let i = 0; i < trace.spanCount; i++) {
      if ((trace.flags[i] & SpanFlag.Error) === 0) continue;
      const culprit = culpritOf(trace, this.tree, { i, ownUs: this.#own.ownUs });
      if (culprit >= 0) this.#culprit[culprit] = 1;
    }
  }

  #hasFailedChild(trace: Trace, i: number): boolean {
    for (let k = this.tree.first[i]; k < this.tree.first[i + 1]; k++) {
      const child = this.tree.children[k];
      if ((trace.flags[child] & SpanFlag.Error) !== 0 && !isAsynchronous(trace, child)) return true;
    }
    return false;
  }

  /**
   * Children of `parent` by operation, zeros included: a call that was not made leaves no span, so every child operation
   * that the parent's operation was ever seen to call is counted. A parent that failed, or whose child failed, says
   * nothing: what it left out then is a consequence, and the failure is evidence of its own.
   */
  #measureCalls(trace: Trace, parent: number, into: Measurements): void {
    if (this.#isAborted(trace, parent)) return;
    const known = this.#knownCalls(trace.operation[parent]);
    for (let k = this.tree.first[parent]; k < this.tree.first[parent + 1]; k++) {
      const operation = trace.operation[this.tree.children[k]];
      if (operation >= this.#tally.length) this.#growTally(operation);
      if (this.#tally[operation]++ === 0 && !known.operations.includes(operation)) {
        const component = this.#table.id(KindCode.calls, trace.operation[parent], operation);
        if (known.operations.length < MOST_CALLEES) {
          known.operations.push(operation);
          known.components.push(component);
        } else this.#tally[operation] = 0;
      }
    }
    for (let c = 0; c < known.operations.length; c++) {
      const operation = known.operations[c];
      const count = operation < this.#tally.length ? this.#tally[operation] : 0;
      into.push(known.components[c], count, parent);
      if (count > 0) this.#tally[operation] = 0;
    }
  }

  #isAborted(trace: Trace, parent: number): boolean {
    return (trace.flags[parent] & SpanFlag.Error) !== 0 || this.#hasFailedChild(trace, parent);
  }

  /** The calls of a parent operation known so far: from the model, and as they are seen. */
  #knownCalls(operation: number): KnownCalls {
    for (; this.#seenComponents < this.#table.size; this.#seenComponents++) {
      const component = this.#seenComponents;
      if (this.#table.kind[component] !== KindCode.calls) continue;
      const calls = (this.#callsOf[this.#table.a[component]] ??= { operations: [], components: [] });
      if (calls.operations.length >= MOST_CALLEES || calls.components.includes(component)) continue;
      calls.operations.push(this.#table.b[component]);
      calls.components.push(component);
    }
    return (this.#callsOf[operation] ??= { operations: [], components: [] });
  }

  #growTally(operation: number): void {
    this.#tally = widened(this.#tally, operation * 2);
  }
}

function logOf(us: number): number {
  return Math.log((us > 0 ? us : 0) + LOG_OFFSET_US);
}
