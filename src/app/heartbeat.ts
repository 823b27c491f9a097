import { request } from 'undici';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { Flow } from './flow.ts';
import type { Part } from './supervise.ts';

export interface HeartbeatParts {
  readonly flow: Pick<Flow, 'verdicts' | 'traces'>;
  readonly store: Pick<Store, 'setCursor'>;
  /** Under event time only spans move judging on: that nothing is judged is no fault. */
  readonly clock: 'wall' | 'event';
  /** Why nothing can be judged, in our words; undefined when sources listen and are let in. */
  readonly hindrance: () => string | undefined;
  /** A dead man's switch: asked for by GET while all is well. */
  readonly ping?: { readonly url: string; readonly everyMs: number };
}

const BEAT_MS = 10_000;
/** Spans are judged 20 to 40 s after they came, whether others follow or not. */
const STUCK_MS = 120_000;
/** A switch that does not answer in ten seconds has been asked in vain. */
const PING_TIMEOUT_MS = 10_000;

/**
 * The proof of life: a metric that moves, and a switch that is held, only while sources listen, the store takes writes and
 * what came is judged, or nothing came. The process being there is not enough.
 */
export class Heartbeat implements Part {
  readonly #parts: HeartbeatParts;
  readonly #runtime: Runtime;
  readonly #beat;
  readonly #pings;
  #windows = 0;
  #spans = 0;
  /** Since when spans wait to be judged; 0: none do. */
  #waitingSince = 0;
  #lastPing = Number.NEGATIVE_INFINITY;
  #lastProblem: string | undefined;
  #lastPingProblem: string | undefined;
  #cancel = (): void => undefined;

  constructor(parts: HeartbeatParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    this.#beat = runtime.metrics.gauge(
      'spanwatch_heartbeat_timestamp_seconds',
      'When all was last well: sources listening, the store writable, what came judged or nothing there to judge.',
    );
    this.#pings = runtime.metrics.counter(
      'spanwatch_heartbeat_pings_total',
      'Requests to the heartbeat address, by how they ended.',
      ['outcome'],
    );
  }

  start(): Promise<void> {
    this.#arm(0);
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    this.#cancel();
    return Promise.resolve();
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#runtime.clock.after(delayMs, () => {
      // Never awaited: a store or a switch that hangs delays no beat of the pipeline, only its own.
      void this.#tick().finally(() => this.#arm(BEAT_MS));
    });
  }

  async #tick(): Promise<void> {
    const nowMs = this.#runtime.clock.now();
    const problem = this.#parts.hindrance() ?? this.#stuck(nowMs) ?? (await this.#storeProblem(nowMs));
    if (problem !== this.#lastProblem) {
      if (problem !== undefined) this.#runtime.logger.error({ problem }, 'the heartbeat stops');
      else this.#runtime.logger.info('the heartbeat goes on');
      this.#lastProblem = problem;
    }
    if (problem !== undefined) return;
    this.#beat.set(nowMs / 1000);
    const { ping } = this.#parts;
    if (ping === undefined || nowMs - this.#lastPing < ping.everyMs) return;
    this.#lastPing = nowMs;
    await this.#hold(ping.url);
  }

  #stuck(nowMs: number): string | undefined {
    const { windows } = this.#parts.flow.verdicts;
    const { spansIn } = this.#parts.flow.traces.assembler.counts;
    if (windows !== this.#windows) this.#waitingSince = 0;
    else if (spansIn !== this.#spans && this.#waitingSince === 0) this.#waitingSince = nowMs;
    [this.#windows, this.#spans] = [windows, spansIn];
    const stuck =
      this.#parts.clock === 'wall' && this.#waitingSince > 0 && nowMs - this.#waitingSince > STUCK_MS;
    return stuck
      ? `spans wait to be judged for ${Math.round((nowMs - this.#waitingSince) / 1000)} s`
      : undefined;
  }

  async #storeProblem(nowMs: number): Promise<string | undefined> {
    try {
      await this.#parts.store.setCursor('heartbeat', String(nowMs));
      return undefined;
    } catch (error) {
      return `the store takes no writes: ${error instanceof Error ? error.message : 'unknown'}`;
    }
  }

  /** The address is a secret: neither it nor an error's text, which may hold it, is logged. */
  async #hold(url: string): Promise<void> {
    const problem = await pinged(url);
    this.#pings.inc({ outcome: problem === undefined ? 'ok' : 'failed' });
    if (problem !== undefined && problem !== this.#lastPingProblem)
      this.#runtime.logger.warn({ problem }, 'the heartbeat address could not be reached');
    this.#lastPingProblem = problem;
  }
}

/** Undefined when it answered with 2xx. */
async function pinged(url: string): Promise<string | undefined> {
  try {
    const { statusCode, body } = await request(url, { signal: AbortSignal.timeout(PING_TIMEOUT_MS) });
    await body.dump();
    return statusCode >= 200 && statusCode < 300 ? undefined : `HTTP ${statusCode}`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    return code ?? (error instanceof Error ? error.name : 'failed');
  }
}
