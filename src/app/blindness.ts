import { BlindWatch, type BlindState, type UnseenService } from '../blind/index.ts';
import type { Arrival } from '../domain/arrival.ts';
import type { BlindNews, BlindSpot } from '../domain/blind.ts';
import type { Names } from '../domain/names.ts';
import { sameService } from '../domain/service-identity.ts';
import { parseJson, type Runtime } from '../runtime/index.ts';
import type { NewDelivery, Store } from '../store/index.ts';
import type { Flow } from './flow.ts';
import type { Part } from './supervise.ts';

export interface BlindnessParts {
  readonly names: Names;
  readonly store: Pick<Store, 'cursor' | 'enqueue'>;
  readonly flow: Pick<Flow, 'unseen' | 'verdicts'>;
  /** Who hears of it, in their language. */
  readonly messages: (news: BlindNews) => readonly NewDelivery[];
  readonly wake: () => void;
  /** Whether senders are told to stay away: then silence is ours. */
  readonly refusing: () => boolean;
  /** Calm that resolves an incident. */
  readonly resolveAfterMs: number;
}

const KEY = 'blind';
const LOOK_MS = 5_000;
/** What a crash may lose of the rhythms. What people were told is written with the message. */
const SAVE_MS = 60_000;
/** Of the calm that resolves: silence is noticed long before it could pass for calm, with two looks to spare. */
const HOLD_AFTER = 1 / 3;
/** News that could not be written yet; spells are few, so that more means a store that is gone for hours. */
const MOST_UNWRITTEN = 1_000;

/**
 * Silence as news of its own kind, by the wall clock: told once, told when it is over, in no incident and in no budget.
 * Incidents about what is not seen do not resolve by its silence (docs/adr: blind by rhythm).
 */
export class Blindness implements Part {
  readonly #parts: BlindnessParts;
  readonly #runtime: Runtime;
  readonly #watch: BlindWatch;
  #unwritten: NewDelivery[] = [];
  #lookedAt: number;
  #savedAt: number;
  #unseenBefore: readonly UnseenService[] = [];
  #writing: Promise<void> = Promise.resolve();
  #cancel = (): void => undefined;

  constructor(parts: BlindnessParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#watch = new BlindWatch(parts.names);
    this.#lookedAt = this.#savedAt = runtime.clock.now();
    const gauge = runtime.metrics.gauge(
      'spanwatch_blind',
      'What is silent for longer than is plausible, by kind.',
      ['kind'],
    );
    const set = (): void => {
      const spots = this.spots();
      for (const kind of ['source', 'service'] as const)
        gauge.set({ kind }, spots.filter((spot) => spot.kind === kind).length);
    };
    set();
    this.#show = set;
  }

  readonly #show: () => void;

  arrived({ source, batch }: Arrival): void {
    this.#watch.arrived(source, batch, this.#runtime.clock.now());
  }

  spots(): readonly BlindSpot[] {
    return this.#watch.spots();
  }

  async start(): Promise<void> {
    const stored = await this.#parts.store.cursor(KEY);
    const parsed = stored === undefined ? undefined : parseJson(stored);
    if (parsed?.ok === true)
      this.#watch.restore(parsed.value as unknown as BlindState, this.#runtime.clock.now());
    this.#lookedAt = this.#savedAt = this.#runtime.clock.now();
    this.#arm();
  }

  async shutdown(): Promise<void> {
    this.#cancel();
    this.#save([]);
    await this.#writing;
  }

  #arm(): void {
    this.#cancel = this.#runtime.clock.after(LOOK_MS, () => {
      this.#look(this.#runtime.clock.now());
      this.#arm();
    });
  }

  #look(nowMs: number): void {
    if (this.#parts.refusing()) this.#watch.excuse(nowMs);
    const news = this.#watch.look(nowMs);
    for (const one of news) this.#log(one);
    if (news.length > 0 || this.#unwritten.length > 0 || nowMs - this.#savedAt >= SAVE_MS)
      this.#save(news.flatMap((one) => this.#parts.messages(one)));
    this.#hold(nowMs);
    this.#show();
    this.#lookedAt = nowMs;
  }

  /** The time in which a suspect was not seen is no calm: only for what is open, so that the journal stays small. */
  #hold(nowMs: number): void {
    const unseen = this.#watch.unseen(nowMs, this.#parts.resolveAfterMs * HOLD_AFTER);
    const suspects = this.#parts.flow.verdicts.incidents
      .filter(({ state }) => state !== 'resolved')
      .flatMap(({ finalSuspects }) => finalSuspects.slice(0, 1))
      .map(({ environment, namespace, service }) => ({ environment, namespace, name: service }));
    const held = unseen
      .filter((one) => suspects.some((suspect) => sameService(suspect, one)))
      .map(({ sinceMs, ...service }) => {
        const before = this.#unseenBefore.some((other) => sameService(other, service));
        return { ...service, ms: nowMs - (before ? this.#lookedAt : Math.max(sinceMs, 0)) };
      });
    if (held.length > 0) this.#parts.flow.unseen(held);
    this.#unseenBefore = unseen;
  }

  /** News and what they rest on in one transaction: a restart tells nothing twice, and forgets nothing that was told. */
  #save(deliveries: readonly NewDelivery[]): void {
    this.#savedAt = this.#runtime.clock.now();
    this.#unwritten = [...this.#unwritten, ...deliveries].slice(-MOST_UNWRITTEN);
    const writing = this.#unwritten;
    const value = JSON.stringify(this.#watch.snapshot());
    this.#writing = this.#writing
      .then(() => this.#parts.store.enqueue(writing, { key: KEY, value }))
      .then(() => {
        this.#unwritten = this.#unwritten.filter((one) => !writing.includes(one));
        if (writing.length > 0) this.#parts.wake();
      })
      .catch((error: unknown) => {
        this.#runtime.logger.error({ err: error }, 'news of silence could not be written; trying again');
      });
  }

  #log({ type, spell }: BlindNews): void {
    const facts = {
      lane: spell.id,
      kind: spell.kind,
      names: spell.names.slice(0, 10),
      since: new Date(spell.sinceMs).toISOString(),
    };
    if (type === 'blind')
      this.#runtime.logger.warn(
        facts,
        `blind: no spans from ${spell.kind === 'source' ? 'a source' : 'services'}`,
      );
    else this.#runtime.logger.info(facts, 'no longer blind');
  }
}
