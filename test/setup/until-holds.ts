import { vi } from 'vitest';

/** `vi.waitFor` gives up after a second: so long a busy machine may stand still. This is far below a test's own limit. */
const PATIENCE = { timeout: 30_000, interval: 10 };

/** Resolves with what `check` returns once it throws no more; rejects with what it threw last. */
export function untilHolds<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, PATIENCE);
}
