/** More incidents than any two days have. */
const MOST = 1000;

/** When incidents at P0 to P2 went on, so that what was seen then is not taken for ordinary. Epoch ms of event time. */
export class CoveredStretches {
  readonly #stretches = new Map<string, readonly [number, number]>();

  /** [from, to) of an incident; a later call replaces the earlier one. */
  cover(incidentId: string, stretch: readonly [number, number]): void {
    this.#stretches.delete(incidentId);
    this.#stretches.set(incidentId, stretch);
    for (const oldest of this.#stretches.keys()) {
      if (this.#stretches.size <= MOST) break;
      this.#stretches.delete(oldest);
    }
  }

  isCovered(atMs: number): boolean {
    for (const [fromMs, toMs] of this.#stretches.values()) if (fromMs <= atMs && atMs < toMs) return true;
    return false;
  }
}
