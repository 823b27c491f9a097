import { wordsToHex } from '../domain/ids.ts';
import type { Names } from '../domain/names.ts';
import { SpanFlag } from '../domain/span-batch.ts';
import type { Trace } from '../domain/trace.ts';
import type { KeptSpan } from './port.ts';

/** By code of `SpanKind`. */
const KINDS = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/**
 * The spans of many traces as columns that are used again and again: 45 bytes a span, no object. What is copied is what
 * a waterfall shows.
 */
export class SpanColumns {
  readonly capacity: number;
  readonly #spanId: Int32Array;
  /** Index of the parent within the trace; negative for none. */
  readonly #parent: Int32Array;
  readonly #service: Int32Array;
  readonly #operation: Int32Array;
  readonly #instance: Int32Array;
  readonly #version: Int32Array;
  readonly #peer: Int32Array;
  readonly #kind: Uint8Array;
  readonly #flags: Uint8Array;
  readonly #startUs: Float64Array;
  readonly #endUs: Float64Array;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#spanId = new Int32Array(capacity * 2);
    this.#parent = new Int32Array(capacity);
    this.#service = new Int32Array(capacity);
    this.#operation = new Int32Array(capacity);
    this.#instance = new Int32Array(capacity);
    this.#version = new Int32Array(capacity);
    this.#peer = new Int32Array(capacity);
    this.#kind = new Uint8Array(capacity);
    this.#flags = new Uint8Array(capacity);
    this.#startUs = new Float64Array(capacity);
    this.#endUs = new Float64Array(capacity);
  }

  /** Copies span `from` of `trace` to place `to`; `parent` is the parent's index within what is kept of the trace. */
  copy(trace: Trace, from: number, to: number, parent: number): void {
    this.#spanId[to * 2] = trace.spanId[from * 2];
    this.#spanId[to * 2 + 1] = trace.spanId[from * 2 + 1];
    this.#parent[to] = parent;
    this.#service[to] = trace.service[from];
    this.#operation[to] = trace.operation[from];
    this.#instance[to] = trace.instance[from];
    this.#version[to] = trace.version[from];
    this.#peer[to] = trace.peer[from];
    this.#kind[to] = trace.kind[from];
    this.#flags[to] = trace.flags[from];
    this.#startUs[to] = trace.startUs[from];
    this.#endUs[to] = trace.endUs[from];
  }

  /** The `length` spans from place `at` on, in order of their start, and the first start in epoch microseconds. */
  read(names: Names, at: number, length: number): { startUs: number; spans: KeptSpan[] } {
    const order = Array.from({ length }, (_, i) => i).sort(
      (a, b) => this.#startUs[at + a] - this.#startUs[at + b] || a - b,
    );
    const startUs = length === 0 ? 0 : this.#startUs[at + order[0]];
    return { startUs, spans: order.map((i) => this.#span(names, { at, i, startUs })) };
  }

  #span(names: Names, { at, i, startUs }: { at: number; i: number; startUs: number }): KeptSpan {
    const place = at + i;
    const parent = this.#parent[place];
    const optional: { instance?: string; version?: string; peer?: string } = {};
    if (this.#instance[place] !== 0) optional.instance = names.slotName(this.#instance[place]);
    if (this.#version[place] !== 0) optional.version = names.slotName(this.#version[place]);
    if (this.#peer[place] !== 0) optional.peer = names.slotName(this.#peer[place]);
    return {
      spanId: wordsToHex(this.#spanId, place * 2, 2),
      parentId: parent < 0 ? '' : wordsToHex(this.#spanId, (at + parent) * 2, 2),
      service: names.serviceIdentity(this.#service[place]).name,
      operation: names.operationName(this.#operation[place]),
      kind: KINDS[this.#kind[place]] ?? 'unspecified',
      failed: (this.#flags[place] & SpanFlag.Error) !== 0,
      ...optional,
      startUs: this.#startUs[place] - startUs,
      durationUs: Math.max(0, this.#endUs[place] - this.#startUs[place]),
    };
  }
}
