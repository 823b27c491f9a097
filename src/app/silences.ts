import { type Silence, silenceState } from '../domain/silence.ts';
import {
  newSilence,
  type SilenceBook,
  type SilenceOutcome,
  silencedBy,
  silenceProblem,
} from '../policy/index.ts';
import type { SilenceSubject } from '../policy/port.ts';
import type { Clock, Runtime } from '../runtime/index.ts';
import type { SilenceStore } from '../store/index.ts';
import type { Part } from './supervise.ts';

export interface Silences extends SilenceBook, Part {
  /** Why nobody is told about it now; undefined when people are. */
  reasonFor(incident: SilenceSubject): string | undefined;
}

/** Timers are set no further ahead: silences may last a year, and a timer of Node's 24 days. */
const MAX_WAIT_MS = 3_600_000;

/** The silences in memory, as the store has them, and a timer to the next end. */
class KnownSilences {
  readonly #store: SilenceStore;
  readonly #clock: Clock;
  readonly #onEnded: () => void;
  #known: readonly Silence[] = [];
  #cancel = (): void => undefined;
  #running = false;

  constructor(store: SilenceStore, clock: Clock, onEnded: () => void) {
    this.#store = store;
    this.#clock = clock;
    this.#onEnded = onEnded;
  }

  get all(): readonly Silence[] {
    return this.#known;
  }

  start(): Promise<void> {
    this.#running = true;
    return this.refresh();
  }

  stop(): void {
    this.#running = false;
    this.#cancel();
  }

  async refresh(): Promise<void> {
    this.#known = await this.#store.silences();
    this.#schedule();
  }

  #schedule(): void {
    this.#cancel();
    const now = this.#clock.now();
    const ends = this.#known.filter((one) => silenceState(one, now) !== 'expired').map((one) => one.endsAt);
    if (!this.#running || ends.length === 0) return;
    this.#cancel = this.#clock.after(Math.min(MAX_WAIT_MS, Math.min(...ends) - now), () => {
      this.#schedule();
      this.#onEnded();
    });
  }
}

/**
 * What people say and what messages ask. Times are the wall clock's. `onEnded` is called when one has ended, by its
 * time or by a person.
 */
export function createSilences(
  store: SilenceStore,
  runtime: Pick<Runtime, 'clock' | 'random' | 'logger'>,
  onEnded: () => void,
): Silences {
  const { clock } = runtime;
  const known = new KnownSilences(store, clock, onEnded);
  const save = async (silence: Silence): Promise<SilenceOutcome> => {
    await store.save(silence);
    runtime.logger.info({ silence: silence.id, endsAt: silence.endsAt }, 'silence saved');
    await known.refresh();
    return { kind: 'done', silence };
  };
  return {
    start: () => known.start(),
    shutdown: () => Promise.resolve(known.stop()),
    reasonFor: (incident) => silencedBy(incident, known.all, clock.now()),
    list: (state) => {
      const now = clock.now();
      return Promise.resolve(
        known.all.filter((one) => state === undefined || silenceState(one, now) === state),
      );
    },
    add: (wanted) => {
      const problem = silenceProblem(wanted, clock.now());
      if (problem !== undefined) return Promise.resolve({ kind: 'refused', ...problem });
      return save(newSilence(wanted, clock.now(), runtime.random));
    },
    expire: async (id, by) => {
      const silence = await store.silence(id);
      if (silence === undefined) return { kind: 'missing' };
      const now = Math.floor(clock.now());
      if (now >= silence.endsAt) return { kind: 'refused', field: 'id', reason: 'it has ended already' };
      // One that never began is never in force.
      const startsAt = Math.min(silence.startsAt, now);
      const outcome = await save({ ...silence, startsAt, endsAt: now, expiredBy: by.slice(0, 100) });
      onEnded();
      return outcome;
    },
  };
}
