/** A part with a life: started in order, stopped in reverse. */
export interface Part {
  start(): Promise<void>;
  shutdown(): Promise<void>;
}

/**
 * Starts `parts` left to right; when one fails, those that started are stopped again and its error is thrown. The
 * returned part stops them right to left, each whatever the others do, so that what comes first in the flow closes
 * first and everything flushes into a live next.
 */
export function supervise(parts: readonly Part[]): Part {
  const started: Part[] = [];
  const shutdown = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let part = started.pop(); part !== undefined; part = started.pop()) {
      try {
        await part.shutdown();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some parts did not stop cleanly');
  };
  return {
    start: async () => {
      for (const part of parts) {
        try {
          await part.start();
        } catch (error) {
          // Why it did not start is what is to be said; that something did not stop cleanly either would hide it.
          await shutdown().catch(() => undefined);
          throw error;
        }
        started.push(part);
      }
    },
    shutdown,
  };
}
