import type { Route } from '../policy/index.ts';

/** Openings of a route that came soon after another one was told wait for each other, by route and channel. */
export class Groups {
  /** When the wait of a group ends, epoch ms by the wall clock. */
  readonly #until = new Map<string, number>();
  /** Channels with a group whose wait has not been ended yet. */
  readonly #waiting = new Map<string, { readonly channel: string; readonly untilMs: number }>();

  /** Until when an opening that is told now has to wait; undefined when it is the first. */
  until(route: Route, channel: string, nowMs: number): number | undefined {
    if (route.groupWaitMs === 0) return undefined;
    const key = `${route.path} ${channel}`;
    const untilMs = this.#until.get(key);
    if (untilMs === undefined || untilMs <= nowMs) {
      this.#until.set(key, nowMs + route.groupWaitMs);
      return undefined;
    }
    this.#waiting.set(key, { channel, untilMs });
    return untilMs + GRACE_MS;
  }

  /** Channels whose waits are over at `nowMs`; each once. */
  over(nowMs: number): readonly string[] {
    const ended = [...this.#waiting].filter(([, { untilMs }]) => untilMs <= nowMs);
    for (const [key] of ended) this.#waiting.delete(key);
    return [...new Set(ended.map(([, { channel }]) => channel))];
  }
}

/** Who sums up is asked every few seconds; if nobody does (the process was killed), each goes out by itself. */
const GRACE_MS = 15_000;
