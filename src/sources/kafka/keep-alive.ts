import type { Clock } from '../../runtime/index.ts';

const KEEP_ALIVE_MS = 1000;

/** What `work` resolves with; until then `keepAlive` is called every second, whatever comes of it. */
export async function keepingAlive<T>(
  work: Promise<T>,
  keepAlive: () => Promise<void>,
  clock: Clock,
): Promise<T> {
  let cancel = (): void => undefined;
  const beat = (): void => {
    cancel = clock.after(KEEP_ALIVE_MS, () => {
      void keepAlive().catch(() => undefined);
      beat();
    });
  };
  beat();
  try {
    return await work;
  } finally {
    cancel();
  }
}
