/** Runs at once, so that calls take effect in the order in which they were made; what it throws is a rejection. */
export function settle<T>(work: () => T): Promise<Awaited<T>> {
  return new Promise<Awaited<T>>((resolve) => {
    resolve(work() as Awaited<T>);
  });
}
