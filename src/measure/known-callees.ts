import type { Names } from '../domain/names.ts';
import { widened } from '../domain/widened.ts';

/** What calls with one name say of whom they reach, by peer besides: hosts and ports of a large system, and what a hostile sender makes up. */
const MOST_BY_PEER = 50_000;
const UNSEEN = 0;
/** Of several services: a client that names all its calls alike ("GET"). */
const SEVERAL = -1;

export interface KnownCalleesState {
  readonly byCall: Int32Array;
  readonly byPeer: ReadonlyMap<number, number>;
}

/**
 * Whom a call reaches when it is answered, by the operation of its client span, and where that is no name of one service by its
 * peer: so that a call of which no answer came (refused, timed out, no such host) can be told as a failure of whom it was
 * for. Learned as calls are seen.
 */
export class KnownCallees {
  readonly #names: Names;
  /** By operation of the client span: operation of the server span + 1. */
  #byCall = new Int32Array(256);
  /** The same by operation and peer, where the operation reaches several services. */
  readonly #byPeer = new Map<number, number>();

  constructor(names: Names) {
    this.#names = names;
  }

  /** A call with this operation and peer (0: unknown) was answered by `callee`, an operation. */
  see(call: number, peer: number, callee: number): void {
    if (call >= this.#byCall.length) this.#byCall = widened(this.#byCall, call * 2);
    const known = this.#byCall[call];
    if (known === callee + 1) return;
    if (known === UNSEEN || (known !== SEVERAL && this.#sameService(known - 1, callee))) {
      this.#byCall[call] = callee + 1;
      return;
    }
    this.#byCall[call] = SEVERAL;
    if (peer === 0) return;
    const key = keyOf(call, peer);
    const before = this.#byPeer.get(key);
    if (before === callee + 1 || before === SEVERAL) return;
    if (before === undefined && this.#byPeer.size >= MOST_BY_PEER) return;
    const isNews = before !== undefined && !this.#sameService(before - 1, callee);
    this.#byPeer.set(key, isNews ? SEVERAL : callee + 1);
  }

  /** Whether such a call was ever answered by a span. */
  has(call: number): boolean {
    return call < this.#byCall.length && this.#byCall[call] !== UNSEEN;
  }

  /** The operation that answers such calls; of one of several of a service the last that did. -1 when it is not known. */
  of(call: number, peer: number): number {
    const known = call < this.#byCall.length ? this.#byCall[call] : UNSEEN;
    if (known !== SEVERAL) return known - 1;
    return Math.max(SEVERAL, (this.#byPeer.get(keyOf(call, peer)) ?? UNSEEN) - 1);
  }

  snapshot(): KnownCalleesState {
    return { byCall: this.#byCall, byPeer: this.#byPeer };
  }

  restore({ byCall, byPeer }: KnownCalleesState): void {
    this.#byCall = byCall.slice();
    this.#byPeer.clear();
    for (const [key, callee] of byPeer) this.#byPeer.set(key, callee);
  }

  #sameService(a: number, b: number): boolean {
    return this.#names.serviceOf(a) === this.#names.serviceOf(b);
  }
}

function keyOf(call: number, peer: number): number {
  return call * 2_097_152 + peer;
}
