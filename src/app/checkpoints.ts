import type { FlowInput } from '../domain/flow-input.ts';
import { JournalSegment, InputEncoder, type StateFolder, writeCheckpoint } from '../recovery/index.ts';
import type { CheckpointFacts } from '../recovery/index.ts';
import type { Logger, Runtime } from '../runtime/index.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface CheckpointLimits {
  readonly everyMs: number;
  /** Inputs kept since the last checkpoint: more of them force one. */
  readonly maxJournalBytes: number;
}

export interface CheckpointParts {
  readonly folder: StateFolder;
  readonly vocabulary: Vocabulary;
  /** All that is kept, borrowed until the next input. */
  readonly state: () => unknown;
  readonly facts: () => CheckpointFacts;
  readonly limits: CheckpointLimits;
}

/** After a failure of the disk: soon enough that little is at stake, seldom enough that the log stays readable. */
const RETRY_MS = 10_000;
/** Checkpoints that keep failing while the journal can be written must not let it fill the disk. */
const MOST_OVER = 2;

/**
 * Writes the journal and the checkpoints that cut it short. A disk that is full or cannot be written stops neither
 * detection nor messages: it is logged, counted and said in the status; what came meanwhile would be lost by a kill, and
 * the next checkpoint that succeeds ends that.
 */
export class Checkpoints {
  readonly #parts: CheckpointParts;
  readonly #runtime: Runtime;
  readonly #log: Logger;
  readonly #encoder: InputEncoder;
  readonly #metrics: ReturnType<typeof metricsOf>;
  #segment: JournalSegment | undefined;
  /** Number of the newest file of either sort, and of the newest checkpoint that is known to be good. */
  #newest: number;
  #good: number | undefined;
  /** In the segments since the last good checkpoint. */
  #bytesBefore = 0;
  #writing: Promise<boolean> | undefined;
  #trouble: string | undefined;
  #writtenAtMs: number | undefined;
  /** The journal is over its limit, and a checkpoint is on its way. */
  #due = false;
  #cancel = (): void => undefined;

  /** `good`: number of the checkpoint that the state came from. */
  constructor(parts: CheckpointParts, good: number | undefined, runtime: Runtime) {
    const { folder, vocabulary } = parts;
    this.#parts = parts;
    this.#runtime = runtime;
    this.#log = runtime.logger;
    this.#encoder = new InputEncoder(vocabulary.names, vocabulary.names.counts());
    this.#good = good;
    this.#newest = Math.max(0, ...folder.checkpoints(), ...folder.segments());
    this.#metrics = metricsOf(runtime, () => this.#bytes);
  }

  /** Why a kill would lose what came lately; empty while it would not. */
  get troubles(): readonly string[] {
    return this.#trouble === undefined ? [] : [this.#trouble];
  }

  get status(): object {
    return {
      checkpointAt: this.#writtenAtMs === undefined ? null : new Date(this.#writtenAtMs).toISOString(),
      journalBytes: this.#bytes,
      trouble: this.#trouble ?? null,
    };
  }

  /** Before the input is applied. Never throws. */
  record(input: FlowInput, sequence: number): void {
    if (this.#segment === undefined) return;
    try {
      this.#segment.append(input, sequence);
    } catch (error) {
      this.#stopJournal('the journal cannot be written', error);
      return;
    }
    const { maxJournalBytes } = this.#parts.limits;
    if (this.#bytes <= maxJournalBytes) return;
    if (this.#bytes > MOST_OVER * maxJournalBytes)
      this.#stopJournal('the journal is too long without a checkpoint');
    else if (!this.#due) {
      // Later: this input is in the journal and not yet in the state.
      this.#due = true;
      this.#again(0);
    }
  }

  /** Takes a checkpoint now, unless one is being written; resolves to whether it is on the disk. */
  checkpoint(): Promise<boolean> {
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** One more, after the one that is being written: what changed just now is in it. */
  async checkpointAnew(): Promise<boolean> {
    await this.#writing;
    return this.checkpoint();
  }

  /** One more, after the one that is being written: the last word. Closes the journal. */
  async close(): Promise<boolean> {
    this.#cancel();
    await this.#writing;
    const written = await this.checkpoint();
    this.#cancel();
    this.#segment?.close();
    this.#segment = undefined;
    return written;
  }

  /** For a start that failed: writes nothing more, and lets go of the journal. */
  abandon(): void {
    this.#cancel();
    this.#segment?.close();
    this.#segment = undefined;
  }

  get #bytes(): number {
    return this.#bytesBefore + (this.#segment?.bytes ?? 0);
  }

  async #write(): Promise<boolean> {
    const { folder, limits } = this.#parts;
    this.#cancel();
    this.#due = false;
    const startedAtMs = this.#runtime.clock.now();
    const number = ++this.#newest;
    const bytesBefore = this.#bytes;
    try {
      const written = writeCheckpoint(folder.checkpoint(number), this.#parts.facts(), this.#parts.state());
      // What comes from here on is not in it.
      this.#rotate(number);
      await written;
      folder.prune(this.#good === undefined ? [number] : [this.#good, number]);
    } catch (error) {
      this.#metrics.checkpoints.inc({ outcome: 'failed' });
      this.#say('a checkpoint cannot be written', error);
      // A journal that nothing good comes before is worth nothing.
      if (this.#good === undefined)
        this.#trouble = 'no checkpoint can be written: a kill would lose what came';
      if (this.#trouble !== undefined) this.#dropSegment();
      this.#again(RETRY_MS);
      return false;
    }
    this.#good = number;
    this.#bytesBefore = Math.max(0, this.#bytesBefore - bytesBefore);
    this.#writtenAtMs = startedAtMs;
    this.#metrics.checkpoints.inc({ outcome: 'written' });
    if (this.#segment !== undefined) {
      if (this.#trouble !== undefined) this.#log.info('checkpoint and journal are written again');
      this.#trouble = undefined;
    }
    this.#again(this.#trouble === undefined ? limits.everyMs : RETRY_MS);
    return true;
  }

  #rotate(number: number): void {
    this.#dropSegment();
    try {
      this.#segment = new JournalSegment(this.#parts.folder.segment(number), this.#encoder);
    } catch (error) {
      this.#stopJournal('the journal cannot be opened', error);
    }
  }

  /** What follows would come after a hole: nothing more is recorded until a checkpoint has it all. */
  #stopJournal(what: string, error?: unknown): void {
    this.#metrics.failures.inc();
    this.#say(what, error);
    this.#trouble = `${what}: a kill would lose what came since`;
    this.#dropSegment();
    this.#again(RETRY_MS);
  }

  #dropSegment(): void {
    this.#bytesBefore = this.#bytes;
    this.#segment?.close();
    this.#segment = undefined;
  }

  #say(what: string, error: unknown): void {
    this.#log.error(
      { folder: this.#parts.folder.path, err: error },
      `${what}; detection goes on, and it is tried again`,
    );
  }

  #again(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#runtime.clock.after(delayMs, () => void this.checkpoint());
  }
}

function metricsOf({ metrics }: Runtime, bytes: () => number) {
  const gauge = metrics.gauge('spanwatch_journal_bytes', 'Inputs kept since the last checkpoint, in bytes.');
  Object.assign(gauge, { collect: () => gauge.set(bytes()) });
  return {
    checkpoints: metrics.counter('spanwatch_checkpoints_total', 'Checkpoints by how they ended.', [
      'outcome',
    ]),
    failures: metrics.counter(
      'spanwatch_journal_failures_total',
      'Times that the journal could not be written; a kill loses what came until the next checkpoint.',
    ),
  };
}
