import { SpanKind } from '../domain/span-batch.ts';
import type { Draws } from './distribution.ts';
import type { Conditions } from './conditions.ts';
import type {
  Plan,
  PlannedCall,
  PlannedInstance,
  PlannedOperation,
  PlannedPublish,
  PlannedQuery,
  PlannedStep,
} from './planned.ts';
import { type SpanDraft, type SpanSink, openSpan } from './span-draft.ts';

/** Where time passes; a probe may add to it (one-trace.ts). Names are those of the components. */
export interface Site {
  readonly kind: 'self' | 'request' | 'response' | 'dependency';
  /** Nobody waits for what happens here. */
  readonly detached: boolean;
  /** The owner of the time; the caller for `request` and `response`. */
  readonly span: SpanDraft;
  readonly target?: PlannedOperation;
  readonly peer?: string;
}

/** Called each time a site is passed, in a fixed order; returns microseconds to add. */
export type Probe = (site: Site) => number;

/** A client that retries waits so long first, doubled each time, with full jitter. */
const FIRST_BACKOFF_US = 25_000;
/** Handing a message to a broker. */
const PUBLISH_TIME = { kind: 'log-normal', medianUs: 1800, sigma: 0.4 } as const;
/** Starting the next branch of a fan-out. */
const FORK_US = 20;

/** Where a program runs: whose span is open, and how slow its own work is there. */
interface Frame {
  readonly span: SpanDraft;
  readonly workFactor: number;
}

/** Runs the program of one entry operation and hands every span that it makes to a sink. */
export class TraceRun {
  readonly #plan: Plan;
  readonly #conditions: Conditions;
  readonly #sink: SpanSink;
  #draws!: Draws;
  #traceId = new Int32Array(4);
  #probe: Probe | undefined;
  /** Whether the last step failed in a way that its caller must pass on. */
  #failed = false;
  #detached = 0;

  constructor(plan: Plan, conditions: Conditions, sink: SpanSink) {
    this.#plan = plan;
    this.#conditions = conditions;
    this.#sink = sink;
  }

  /** `startUs` is true time since the start of the simulation. Returns the root's end; background work may go on. */
  run(entry: PlannedOperation, startUs: number, draws: Draws, probe?: Probe): number {
    this.#draws = draws;
    this.#probe = probe;
    this.#failed = false;
    this.#traceId = Int32Array.of(draws.word(), draws.word(), draws.word(), draws.word() | 1);
    return this.#serve(entry, this.#conditions.pick(entry, this.#draws), undefined, startUs);
  }

  #serve(
    operation: PlannedOperation,
    instance: PlannedInstance,
    parent: SpanDraft | undefined,
    t: number,
  ): number {
    const { service } = operation;
    const consumer = parent?.kind === SpanKind.Producer;
    const span = openSpan(
      parent,
      {
        service,
        instance,
        operationId: this.#conditions.nameOf(operation, this.#draws),
        kind: consumer ? SpanKind.Consumer : SpanKind.Server,
        peerId: 0,
        startUs: t,
      },
      this.#draws,
    );
    const fails = this.#conditions.failsItself(operation, instance, this.#draws);
    const slow = this.#conditions.slowness(operation, instance, this.#draws);
    this.#failed = fails === 'fast';
    let end = t;
    if (fails !== 'fast') {
      const frame = { span, workFactor: slow.workFactor };
      end = this.#steps(operation.steps, t + slow.addUs, frame);
      end = this.#newCalls(operation, end, frame);
      this.#failed ||= fails === 'late';
    } else end += 200 + 300 * this.#draws.uniform();
    span.endUs = end;
    span.failed = this.#failed;
    if (!consumer) span.statusClass = this.#failed ? service.failedStatus : service.okStatus;
    this.#sink(span, this.#traceId);
    return end;
  }

  #steps(steps: readonly PlannedStep[], t: number, frame: Frame): number {
    for (const step of steps) {
      t = this.#step(step, t, frame);
      if (this.#failed) return t;
    }
    return t;
  }

  #step(step: PlannedStep, t: number, frame: Frame): number {
    switch (step.do) {
      case 'work':
        return t + this.#draws.time(step.time) * frame.workFactor + this.#probed('self', frame.span);
      case 'wait':
        return t + this.#draws.time(step.time);
      case 'call':
        return this.#repeated(step.pair, t, (from) => this.#call(step, from, frame));
      case 'query':
        return this.#repeated(step.pair, t, (from) => this.#query(step, from, frame));
      case 'publish':
        return this.#publish(step, t, frame);
      case 'cached': {
        const hit = this.#draws.uniform() < step.hitRatio;
        const after = this.#steps(step.hit, t, frame);
        return hit || this.#failed ? after : this.#steps(step.miss, after, frame);
      }
      case 'sometimes':
        return this.#draws.uniform() < step.probability ? this.#steps(step.steps, t, frame) : t;
      case 'parallel':
        return this.#parallel(step.branches, t, frame);
      case 'repeat': {
        const times = step.least + Math.floor(this.#draws.uniform() * (step.most - step.least + 1));
        for (let i = 0; i < times && !this.#failed; i++) t = this.#steps(step.steps, t, frame);
        return t;
      }
      case 'background':
        return this.#background(step, t, frame);
    }
  }

  #repeated(pair: string, t: number, once: (from: number) => number): number {
    const times = this.#conditions.callsFor(pair);
    for (let i = 0; i < times && !this.#failed; i++) t = once(t);
    return t;
  }

  #call(step: PlannedCall, t: number, frame: Frame): number {
    for (let attempt = 1; ; attempt++) {
      const client = this.#openClient(frame.span, step, t, SpanKind.Client);
      let end = this.#exchange(step, client, t);
      const timedOut = end - t > step.timeoutUs;
      if (timedOut) end = t + step.timeoutUs;
      const { service } = step.target;
      client.failed = timedOut || this.#failed;
      client.statusClass = timedOut ? 0 : this.#failed ? service.failedStatus : service.okStatus;
      client.endUs = end;
      this.#sink(client, this.#traceId);
      this.#failed = client.failed && !step.optional;
      if (!client.failed || attempt >= step.attempts) return end;
      this.#failed = false;
      t = end + FIRST_BACKOFF_US * 2 ** (attempt - 1) * this.#draws.uniform();
    }
  }

  /** The way there, the work there, the way back. Returns when the answer is read. */
  #exchange(step: PlannedCall, client: SpanDraft, t: number): number {
    const { effects } = this.#conditions;
    const { target } = step;
    const caller = client.service.index;
    const callee = target.service.index;
    const instance = this.#conditions.pick(target, this.#draws);
    const near = instance.nodeIndex === client.instance.nodeIndex;
    const { withinNode, betweenNodes } = this.#plan.topology.network;
    const wire = near ? withinNode : betweenNodes;
    let there = this.#draws.time(wire) + effects.requestUs[callee] + effects.outRequestUs[caller];
    there += this.#conditions.takeUpUs(instance, target.service, this.#draws);
    there += this.#probed('request', client, target);
    const served = this.#serve(target, instance, client, t + there);
    let back = this.#draws.time(wire) + effects.responseUs[callee] + effects.outResponseUs[caller];
    back += this.#conditions.takeUpUs(client.instance, client.service, this.#draws);
    return served + back + this.#probed('response', client, target);
  }

  #query(step: PlannedQuery, t: number, frame: Frame): number {
    const client = this.#openClient(frame.span, step, t, SpanKind.Client);
    const { timeUs, failed } = this.#conditions.query(step, client, this.#draws);
    client.endUs = t + timeUs + this.#probed('dependency', client, undefined, step.peer);
    client.failed = this.#failed = failed;
    this.#sink(client, this.#traceId);
    return client.endUs;
  }

  #publish(step: PlannedPublish, t: number, frame: Frame): number {
    if (this.#conditions.callsFor(step.pair) === 0 || this.#conditions.callsFor(step.queuePair) === 0)
      return t;
    const producer = this.#openClient(frame.span, step, t, SpanKind.Producer);
    producer.endUs = t + this.#draws.time(PUBLISH_TIME);
    this.#sink(producer, this.#traceId);
    const backlogUs = this.#conditions.effects.queueUs[step.target.service.index];
    const taken = producer.endUs + this.#draws.time(step.delay) + backlogUs;
    this.#detach(() =>
      this.#serve(step.target, this.#conditions.pick(step.target, this.#draws), producer, taken),
    );
    return producer.endUs;
  }

  #background(step: PlannedStep & { do: 'background' }, t: number, frame: Frame): number {
    const { service, instance } = frame.span;
    const span = openSpan(
      frame.span,
      {
        service,
        instance,
        operationId: step.operationId,
        kind: SpanKind.Internal,
        peerId: 0,
        startUs: t + FORK_US,
      },
      this.#draws,
    );
    this.#detach(() => {
      span.endUs = this.#steps(step.steps, span.startUs, { span, workFactor: frame.workFactor });
      span.failed = this.#failed;
      this.#sink(span, this.#traceId);
    });
    return t + FORK_US;
  }

  /** What nobody waits for fails alone. */
  #detach(run: () => void): void {
    this.#detached++;
    run();
    this.#detached--;
    this.#failed = false;
  }

  #parallel(branches: readonly (readonly PlannedStep[])[], t: number, frame: Frame): number {
    let end = t;
    let anyFailed = false;
    for (let i = 0; i < branches.length; i++) {
      this.#failed = false;
      end = Math.max(end, this.#steps(branches[i], t + i * FORK_US, frame));
      anyFailed ||= this.#failed;
    }
    this.#failed = anyFailed;
    return end;
  }

  #probed(kind: Site['kind'], span: SpanDraft, target?: PlannedOperation, peer?: string): number {
    if (this.#probe === undefined) return 0;
    const detached = this.#detached > 0;
    return this.#probe({
      kind,
      detached,
      span,
      ...(target === undefined ? {} : { target }),
      ...(peer === undefined ? {} : { peer }),
    });
  }

  #newCalls(operation: PlannedOperation, t: number, frame: Frame): number {
    for (const added of this.#conditions.effects.changes.newCalls[operation.service.index] ?? []) {
      if (this.#failed) return t;
      if (added.operation === undefined || added.operation === operation.name)
        t = this.#call(added.call, t, frame);
    }
    return t;
  }

  #openClient(
    parent: SpanDraft,
    step: { readonly operationId: number; readonly peerId: number },
    t: number,
    kind: number,
  ): SpanDraft {
    const { service, instance } = parent;
    const { operationId, peerId } = step;
    return openSpan(parent, { service, instance, operationId, kind, peerId, startUs: t }, this.#draws);
  }
}
