import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { ChangeFeed } from '../../src/http/change-feed.ts';
import type { Change } from '../../src/http/port.ts';
import type { ManualClock } from '../../src/runtime/index.ts';
import { testRuntime } from './test-server.ts';

/** A socket that takes so many bytes and then no more. */
class Stalling extends EventEmitter {
  written = '';
  destroyed = false;
  readonly #room: number;

  constructor(room: number) {
    super();
    this.#room = room;
  }

  get writableLength(): number {
    return Math.max(0, this.written.length - this.#room);
  }

  get writableNeedDrain(): boolean {
    return this.writableLength > 0;
  }

  write(text: string): boolean {
    this.written += text;
    return !this.writableNeedDrain;
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }
}

function changesOf(n: number): Change[] {
  return Array.from({ length: n }, (_, i) => ({
    position: i + 1,
    event: { incidentId: 'i', sequence: i + 1, at: 0, type: 'noted', by: 'a', text: 'x'.repeat(1000) },
  }));
}

function feedOf(all: readonly Change[]) {
  const runtime = testRuntime();
  let wake = (): void => undefined;
  let reads = 0;
  const feed = new ChangeFeed(
    {
      changes: ({ after, limit }) => {
        reads++;
        return Promise.resolve(all.filter(({ position }) => position > after).slice(0, limit));
      },
      lastPosition: () => Promise.resolve(all.at(-1)?.position ?? 0),
      onChange: (listener) => {
        wake = listener;
        return () => undefined;
      },
    },
    runtime,
  );
  return { feed, clock: runtime.clock as ManualClock, wake: () => wake(), reads: () => reads };
}

describe('who does not read', () => {
  it('is sent one batch beyond its socket at most, and is cut off after half a minute', async () => {
    const { feed, clock, wake, reads } = feedOf(changesOf(5_000));
    const slow = new Stalling(1_000);
    await feed.add(slow as unknown as ServerResponse, 0);
    const after = slow.written.length;
    expect(after).toBeLessThan(150_000);
    for (let n = 0; n < 50; n++) wake();
    await Promise.resolve();
    expect(slow.written.length).toBe(after);
    expect(reads()).toBe(1);
    clock.advance(15_000);
    expect(slow.destroyed).toBe(false);
    clock.advance(30_000);
    expect(slow.destroyed).toBe(true);
  });

  it('goes on where it was when it reads again', async () => {
    const { feed, clock } = feedOf(changesOf(150));
    const slow = new Stalling(1_000);
    await feed.add(slow as unknown as ServerResponse, 0);
    expect([...slow.written.matchAll(/^id: /gm)]).toHaveLength(100);
    slow.written = slow.written.slice(0, 0);
    slow.emit('drain');
    await new Promise((resolve) => setImmediate(resolve));
    expect(slow.written).toContain('id: 101\n');
    expect(slow.written).toContain('id: 150\n');
    slow.written = '';
    clock.advance(60_000);
    expect(slow.destroyed).toBe(false);
  });
});
