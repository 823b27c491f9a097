import { describe, expect, it } from 'vitest';
import { EventTimeMover } from '../../src/app/event-time.ts';
import type { Clock } from '../../src/runtime/index.ts';
import { ManualClock } from '../../src/runtime/index.ts';

/** A clock that can be set: what waits is called after as long as it was to wait, whatever the clock says. */
class SetClock implements Clock {
  readonly #steady = new ManualClock(1_000_000);
  aheadMs = 0;
  now(): number {
    return this.#steady.now() + this.aheadMs;
  }
  after(delayMs: number, callback: () => void): () => void {
    return this.#steady.after(delayMs, callback);
  }
  pass(ms: number): void {
    this.#steady.advance(ms);
  }
}

function moved() {
  const clock = new SetClock();
  const flow = {
    eventTimeUs: 500e6,
    advanceTo: (us: number) => void (flow.eventTimeUs = Math.max(flow.eventTimeUs, us)),
  };
  const mover = new EventTimeMover(clock, flow);
  void mover.start();
  mover.arrived();
  return { clock, flow, mover };
}

describe('event time while no spans come', () => {
  it('stands for ten seconds, and then moves on with the clock', () => {
    const { clock, flow } = moved();
    clock.pass(10_000);
    expect(flow.eventTimeUs).toBe(500e6);
    clock.pass(5_000);
    expect(flow.eventTimeUs).toBe(505e6);
  });

  it('begins anew when spans come', () => {
    const { clock, flow, mover } = moved();
    clock.pass(9_000);
    mover.arrived();
    clock.pass(9_000);
    expect(flow.eventTimeUs).toBe(500e6);
  });

  it('is not moved by a clock that is set an hour ahead, nor by one that is set back', () => {
    const { clock, flow, mover } = moved();
    for (const aheadMs of [3_600_000, -3_600_000]) {
      clock.aheadMs = aheadMs;
      clock.pass(3_000);
      expect(flow.eventTimeUs).toBe(500e6);
      mover.arrived();
    }
    clock.pass(12_000);
    expect(flow.eventTimeUs).toBe(502e6);
  });
});
