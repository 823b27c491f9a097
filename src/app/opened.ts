/**
 * What a service opened while it was built, so that one that cannot be built or started lets go of all of it: parts that
 * never started are not shut down by anybody else.
 */
export class Opened {
  #releases: (() => unknown)[] = [];

  /** `release` may be called for what is closed already; that it then throws is no matter. */
  add(release: () => unknown): void {
    this.#releases.push(release);
  }

  /** What was opened last goes first. Never rejects: why the start failed is what is to be said. */
  async release(): Promise<void> {
    for (const release of this.#releases.splice(0).reverse()) {
      try {
        await release();
      } catch {
        // It was closed by its part.
      }
    }
  }
}
