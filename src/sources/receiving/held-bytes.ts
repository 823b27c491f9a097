import type { Admission } from '../port.ts';

/** What one request holds of the process's bytes in flight: given back at its end, whatever happened. */
export class HeldBytes {
  readonly #admission: Admission | undefined;
  #held = 0;

  constructor(admission: Admission | undefined) {
    this.#admission = admission;
  }

  /** False when there is no room. */
  take(bytes: number): boolean {
    if (this.#admission?.take(bytes) === false) return false;
    this.#held += bytes;
    return true;
  }

  release(bytes = this.#held): void {
    this.#admission?.release(bytes);
    this.#held -= bytes;
  }
}
