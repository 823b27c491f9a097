import type { Clock } from '../runtime/index.ts';
import type { FileCounts } from '../sources/file/index.ts';
import type { Terminal } from './command.ts';

/** A line that is drawn over on a terminal, plain lines elsewhere. */
const INTERACTIVE_MS = 250;
const PLAIN_MS = 10_000;

/** How far a long reading has come: spans, event time, rate, what is left. On standard error. */
export class Progress {
  readonly #what: string;
  readonly #counts: FileCounts;
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #startedMs: number;
  #nextMs: number;
  #drawn = false;

  constructor(what: string, counts: FileCounts, { terminal, clock }: { terminal: Terminal; clock: Clock }) {
    this.#what = what;
    this.#counts = counts;
    this.#terminal = terminal;
    this.#clock = clock;
    this.#startedMs = clock.now();
    this.#nextMs = this.#startedMs + (terminal.interactive ? INTERACTIVE_MS : PLAIN_MS);
  }

  /** Cheap; call it for each record. `eventUs` is its event time, epoch microseconds. */
  at(eventUs: number): void {
    const nowMs = this.#clock.now();
    if (nowMs < this.#nextMs) return;
    this.#nextMs = nowMs + (this.#terminal.interactive ? INTERACTIVE_MS : PLAIN_MS);
    this.#draw(this.#line(eventUs, nowMs));
  }

  /** The last line stays: what was read, in which time. */
  done(): void {
    const seconds = (this.#clock.now() - this.#startedMs) / 1000;
    const { spans } = this.#counts;
    if (this.#drawn && this.#terminal.interactive) this.#terminal.err('\r\u001b[K');
    const rate = seconds > 0 ? `, ${thousands(spans / seconds)} spans/s` : '';
    this.#terminal.err(`${this.#what}: ${thousands(spans)} spans in ${seconds.toFixed(1)} s${rate}\n`);
  }

  #line(eventUs: number, nowMs: number): string {
    const { spans, bytesRead, bytesTotal } = this.#counts;
    const seconds = (nowMs - this.#startedMs) / 1000;
    const done = bytesTotal > 0 ? Math.min(1, bytesRead / bytesTotal) : 0;
    const left = done > 0.01 ? `, ${Math.ceil((seconds / done) * (1 - done))} s left` : '';
    const event = new Date(eventUs / 1000).toISOString().slice(0, 19);
    return `${this.#what}: ${thousands(spans)} spans, event time ${event}Z, ${thousands(spans / seconds)} spans/s${left}`;
  }

  #draw(line: string): void {
    this.#drawn = true;
    this.#terminal.err(this.#terminal.interactive ? `\r\u001b[K${line}` : `${line}\n`);
  }
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
