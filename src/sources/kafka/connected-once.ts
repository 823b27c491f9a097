/** Connects at the first call; calls meanwhile wait for the same, and after one that failed the next tries again. */
export class ConnectedOnce {
  readonly #connect: () => Promise<void>;
  #connecting: Promise<void> | undefined;

  constructor(connect: () => Promise<void>) {
    this.#connect = connect;
  }

  /** Whether there is something to disconnect. */
  get isBegun(): boolean {
    return this.#connecting !== undefined;
  }

  /** Rejects with what `connect` rejects with. */
  ready(): Promise<void> {
    return (this.#connecting ??= this.#connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    }));
  }
}
