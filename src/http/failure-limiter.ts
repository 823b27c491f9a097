import type { Clock } from '../runtime/index.ts';

/** A person mistypes a few times; a guesser gets ten a minute, for each address. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
/** Addresses remembered; beyond it the ones that failed longest ago are forgotten. An IPv6 network counts as one. */
const MOST_ADDRESSES = 10_000;

interface Failures {
  count: number;
  sinceMs: number;
}

/** Counts wrong tokens by address, so that nobody guesses at speed. Bounded. */
export class FailureLimiter {
  readonly #clock: Clock;
  readonly #failures = new Map<string, Failures>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Addresses remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /** Seconds until the address may try again; 0 when it may now. */
  blockedForS(address: string): number {
    const known = this.#failures.get(networkOf(address));
    if (known === undefined || known.count < MOST_FAILURES) return 0;
    return Math.max(0, Math.ceil((known.sinceMs + WINDOW_MS - this.#clock.now()) / 1000));
  }

  failed(address: string): void {
    const network = networkOf(address);
    const nowMs = this.#clock.now();
    const known = this.#failures.get(network);
    const goesOn = known !== undefined && nowMs - known.sinceMs < WINDOW_MS;
    // Set anew, so that the map's order is that of the last failure.
    this.#failures.delete(network);
    this.#failures.set(network, {
      count: goesOn ? known.count + 1 : 1,
      // At the limit the minute begins: a guesser that goes on waits for all of it.
      sinceMs: goesOn && known.count + 1 < MOST_FAILURES ? known.sinceMs : nowMs,
    });
    if (this.#failures.size <= MOST_ADDRESSES) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }
}

/** An IPv6 host has a /64 to itself: its addresses are one. IPv4 in IPv6 is IPv4. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1];
  if (!address.includes(':')) return address;
  const [head, tail] = address.split('%')[0].split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  return [...left, ...new Array<string>(Math.max(0, zeros)).fill('0'), ...right].slice(0, 4).join(':');
}
