import type { Part } from './supervise.ts';

/** A part that is made anew, from what holds by then, while the process runs. */
export class Restarted implements Part {
  readonly #make: () => Part;
  #part: Part;
  #isUp = false;
  #tail: Promise<void> = Promise.resolve();

  constructor(make: () => Part) {
    this.#make = make;
    this.#part = make();
  }

  async start(): Promise<void> {
    await this.#part.start();
    this.#isUp = true;
  }

  /** Resolves when the one before has ended and the new one is up, where it was up at all. */
  again(): Promise<void> {
    this.#tail = this.#tail.then(async () => {
      if (this.#isUp) await this.#part.shutdown();
      this.#part = this.#make();
      if (this.#isUp) await this.#part.start();
    });
    return this.#tail;
  }

  async shutdown(): Promise<void> {
    await this.#tail;
    this.#isUp = false;
    await this.#part.shutdown();
  }
}
