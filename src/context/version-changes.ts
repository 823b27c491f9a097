import { type Names, OVERFLOW_NAME } from '../domain/names.ts';
import type { Trace } from '../domain/trace.ts';
import type { VersionChange } from '../domain/version-change.ts';

/** A version that was away for so long and is back was rolled back to: canaries and old pods come and go faster. */
const AWAY_MS = 10 * 60_000;
/** What a service shows in its first minutes is what runs already, several versions of it perhaps. */
const ACQUAINTED_MS = 2 * 60_000;
/** Changes kept, of all services together and of one: a day of deploys of a large mesh. */
const MOST = 1_000;
const MOST_OF_ONE = 5;

export interface VersionChangesState {
  /** By the service's number: the version seen last and since when it is known, epoch ms. */
  readonly services: readonly (readonly [service: number, version: number, sinceMs: number])[];
  /** By the version's number: when it was seen last. */
  readonly seen: readonly (readonly [version: number, atMs: number])[];
  readonly changes: readonly VersionChange[];
}

/**
 * When services began to run another version, by `service.version` of their spans in event time. A change is the first
 * trace with a version that the service never showed, or not for ten minutes, after another one. Bounded by the names.
 */
export class VersionChanges {
  readonly #names: Names;
  readonly #last: number[] = [];
  readonly #sinceMs: number[] = [];
  /** By the version's number, which belongs to one service. */
  readonly #seenMs: number[] = [];
  #changes: VersionChange[] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  /** Newest last. */
  get all(): readonly VersionChange[] {
    return this.#changes;
  }

  /** Hot path: two reads and a write a span. */
  add({ spanCount, service, version, latestEndUs }: Trace): void {
    const atMs = latestEndUs / 1000;
    for (let i = 0; i < spanCount; i++) {
      const is = version[i];
      if (is === 0) continue;
      if (this.#last[service[i]] !== is) this.#differs(service[i], is, atMs);
      this.#seenMs[is] = atMs;
    }
  }

  /** The changes in [fromMs, toMs] of the services that `concerns`, the newest first, at most `most`. */
  between(
    [fromMs, toMs]: readonly [number, number],
    concerns: (change: VersionChange) => boolean,
    most: number,
  ): readonly VersionChange[] {
    return this.#changes
      .filter((change) => change.atMs >= fromMs && change.atMs <= toMs && concerns(change))
      .slice(-most)
      .reverse();
  }

  snapshot(): VersionChangesState {
    return {
      services: entriesOf(this.#last).map(([service, version]) => [service, version, this.#sinceMs[service]]),
      seen: entriesOf(this.#seenMs),
      changes: this.#changes,
    };
  }

  /** Into one that has seen nothing, whose names are the state's. */
  restore({ services, seen, changes }: VersionChangesState): void {
    for (const [service, version, sinceMs] of services) {
      this.#last[service] = version;
      this.#sinceMs[service] = sinceMs;
    }
    for (const [version, atMs] of seen) this.#seenMs[version] = atMs;
    this.#changes = [...changes];
  }

  #differs(service: number, version: number, atMs: number): void {
    const before = this.#last[service];
    this.#last[service] = version;
    if (before === undefined) {
      this.#sinceMs[service] = atMs;
      return;
    }
    const seenMs = this.#seenMs[version];
    const isBack = seenMs !== undefined && atMs - seenMs < AWAY_MS;
    if (isBack || atMs - this.#sinceMs[service] < ACQUAINTED_MS) return;
    const { environment, namespace, name } = this.#names.serviceIdentity(service);
    const [from, to] = [this.#names.slotName(before), this.#names.slotName(version)];
    // More versions than are told apart: that is a flood, not a deploy.
    if (to === OVERFLOW_NAME) return;
    this.#keep({ environment, namespace, service: name, from, to, atMs });
  }

  #keep(change: VersionChange): void {
    const ofOne = this.#changes.filter((one) => isSame(one, change));
    const oldest =
      ofOne.length >= MOST_OF_ONE ? ofOne[0] : this.#changes.length >= MOST ? this.#changes[0] : undefined;
    this.#changes = [...this.#changes.filter((one) => one !== oldest), change];
  }
}

/** Of an array with holes. */
function entriesOf(numbers: readonly number[]): (readonly [number, number])[] {
  const entries: (readonly [number, number])[] = [];
  numbers.forEach((value, index) => entries.push([index, value]));
  return entries;
}

function isSame(a: VersionChange, b: VersionChange): boolean {
  return a.service === b.service && a.namespace === b.namespace && a.environment === b.environment;
}
