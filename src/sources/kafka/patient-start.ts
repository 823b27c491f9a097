import type { Source } from '../../domain/arrival.ts';
import type { Runtime } from '../../runtime/index.ts';

const FIRST_WAIT_MS = 1_000;
const MOST_WAIT_MS = 60_000;
/** An attempt under way cannot be broken off: the end of the process does not wait longer for it. */
const PATIENCE_AT_END_MS = 5_000;

/**
 * `source`, which nobody waits for: brokers that are away, or a topic that nobody has written to yet, keep neither other
 * sources nor pages nor messages down. What fails at the start is tried again after 1 s to 60 s, until `shutdown`.
 */
export function patientStart(source: Source, runtime: Runtime): Source {
  const patient = new PatientStart(source, runtime);
  return { name: source.name, start: () => patient.start(), shutdown: () => patient.shutdown() };
}

class PatientStart {
  readonly #source: Source;
  readonly #runtime: Runtime;
  #state: 'waiting' | 'started' | 'ended' = 'waiting';
  #attempt: Promise<void> = Promise.resolve();
  #cancel = (): void => undefined;

  constructor(source: Source, runtime: Runtime) {
    this.#source = source;
    this.#runtime = runtime;
  }

  /** Resolves after the first attempt, however that went. */
  start(): Promise<void> {
    this.#attempt = this.#try(FIRST_WAIT_MS);
    return this.#attempt;
  }

  async shutdown(): Promise<void> {
    const wasStarted = this.#state === 'started';
    this.#state = 'ended';
    this.#cancel();
    if (wasStarted) return this.#source.shutdown();
    let cancel = (): void => undefined;
    const patience = new Promise<void>((resolve) => {
      cancel = this.#runtime.clock.after(PATIENCE_AT_END_MS, resolve);
    });
    await Promise.race([this.#attempt, patience]);
    cancel();
  }

  async #try(waitMs: number): Promise<void> {
    try {
      await this.#source.start();
      if (this.#state === 'ended') return await this.#source.shutdown();
      this.#state = 'started';
    } catch (error) {
      if (this.#state === 'ended') return;
      const { logger, clock } = this.#runtime;
      const reason = error instanceof Error ? error.message : 'unknown';
      logger.warn({ source: this.#source.name, reason, waitMs }, 'the source could not begin; trying again');
      this.#cancel = clock.after(waitMs, () => {
        this.#attempt = this.#try(Math.min(2 * waitMs, MOST_WAIT_MS));
      });
    }
  }
}
