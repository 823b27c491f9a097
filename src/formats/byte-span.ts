import { SpanFlag, type SpanBatch } from '../domain/span-batch.ts';
import { slotScope, type ByteInterner } from './byte-interner.ts';
import type { ByteSource } from './byte-names.ts';
import { PEER_PARTS } from './known-keys.ts';
import type { ResourceIds } from './resource-ids.ts';
import { hasFailed, peerDetail, peerPart, SpanFacts, statusClassOf } from './span-facts.ts';
import { timesFault, usableDuration } from './span-times.ts';
import { MAX_TRACE_STATE_BYTES, samplingWeight } from './trace-state.ts';

const COLON = 58;

/**
 * One span whose names are ranges of the message's bytes: filled field by field, appended, and used again for the
 * next (hot path: no object and no string per span).
 */
export class ByteSpan {
  readonly facts = new SpanFacts();
  /** Start and end by `PeerPart`; valid where `facts.peers` has the bit. */
  readonly peerRanges = new Int32Array(2 * PEER_PARTS);
  trace0 = 0;
  trace1 = 0;
  trace2 = 0;
  trace3 = 0;
  spanHigh = 0;
  spanLow = 0;
  parentHigh = 0;
  parentLow = 0;
  startUs = 0;
  durationUs = 0;
  nameFrom = 0;
  nameTo = 0;
  /** Instead of the range, for a name whose bytes are not its text (JSON escapes). */
  nameText: string | undefined = undefined;
  stateFrom = 0;
  stateTo = 0;

  /** All but ids and times, which a reader sets for every span. */
  reset(): void {
    this.facts.reset();
    this.parentHigh = this.parentLow = 0;
    this.nameFrom = this.nameTo = 0;
    this.nameText = undefined;
    this.stateFrom = this.stateTo = 0;
  }

  setPeer(part: number, from: number, to: number): void {
    if (to === from) return;
    this.peerRanges[part << 1] = from;
    this.peerRanges[(part << 1) + 1] = to;
    this.facts.peers |= 1 << part;
  }

  /** Appends the span, or says why it cannot be used. */
  append(
    batch: SpanBatch,
    source: ByteSource,
    interner: ByteInterner,
    resource: ResourceIds,
  ): string | undefined {
    if ((this.trace0 | this.trace1 | this.trace2 | this.trace3) === 0) return 'trace id is all zeros';
    if ((this.spanHigh | this.spanLow) === 0) return 'span id is all zeros';
    const fault = timesFault(this.startUs, this.durationUs);
    if (fault !== undefined) return fault;
    const i = batch.push();
    const t = i << 2;
    batch.traceId[t] = this.trace0;
    batch.traceId[t + 1] = this.trace1;
    batch.traceId[t + 2] = this.trace2;
    batch.traceId[t + 3] = this.trace3;
    const s = i << 1;
    batch.spanId[s] = this.spanHigh;
    batch.spanId[s + 1] = this.spanLow;
    batch.parentId[s] = this.parentHigh;
    batch.parentId[s + 1] = this.parentLow;
    batch.startUs[i] = this.startUs;
    batch.durationUs[i] = usableDuration(this.durationUs);
    batch.service[i] = resource.service;
    batch.instance[i] = resource.instance;
    batch.version[i] = resource.version;
    batch.node[i] = resource.node;
    batch.operation[i] =
      this.nameText === undefined
        ? interner.operation(resource.service, source, this.nameFrom, this.nameTo)
        : interner.operationOf(resource.service, this.nameText);
    const { facts } = this;
    batch.kind[i] = facts.kind;
    batch.statusClass[i] = statusClassOf(facts);
    if (hasFailed(facts)) batch.flags[i] = SpanFlag.Error;
    if (facts.peers !== 0) batch.peer[i] = this.#peer(source, interner, resource.service);
    if (this.stateTo > this.stateFrom) batch.weight[i] = this.#weight(source);
    return undefined;
  }

  #peer(source: ByteSource, interner: ByteInterner, service: number): number {
    const part = peerPart(this.facts);
    if (part < 0) return 0;
    const ranges = this.peerRanges;
    const detail = peerDetail(this.facts, part);
    if (detail < 0)
      return interner.slot(slotScope('peer', service), source, ranges[part << 1], ranges[(part << 1) + 1]);
    interner.compose();
    interner.append(source, ranges[part << 1], ranges[(part << 1) + 1], COLON);
    interner.append(source, ranges[detail << 1], ranges[(detail << 1) + 1], COLON);
    return interner.composedPeer(service);
  }

  #weight(source: ByteSource): number {
    if (this.stateTo - this.stateFrom > MAX_TRACE_STATE_BYTES) return 1;
    return samplingWeight(
      Buffer.from(source.bytes.subarray(this.stateFrom, this.stateTo)).toString('latin1'),
    );
  }
}
