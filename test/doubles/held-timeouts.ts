import { vi } from 'vitest';

export interface HeldTimeouts {
  /** They are over now, those of the future excepted. Returns how many were. */
  pass(): number;
  /** From here on they pass by the clock again. */
  release(): void;
}

/** Limits of `AbortSignal.timeout(limitMs)` are over when the test says so, however fast the machine is; all others by the clock. */
export function holdTimeouts(limitMs: number): HeldTimeouts {
  const byClock = AbortSignal.timeout.bind(AbortSignal);
  const held: AbortController[] = [];
  const spy = vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    if (ms !== limitMs) return byClock(ms);
    const limit = new AbortController();
    held.push(limit);
    return limit.signal;
  });
  return {
    pass: () => {
      const over = held.splice(0);
      for (const limit of over) limit.abort(new DOMException('the test says so', 'TimeoutError'));
      return over.length;
    },
    release: () => spy.mockRestore(),
  };
}
