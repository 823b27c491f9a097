/**
 * - `broken`: the contents cannot be read; a person must restore or remove the file.
 * - `newer`: written by a newer Spanwatch; upgrade, or use another file.
 * - `foreign`: the file is a database, but not ours.
 * - `busy`: another process holds it; trying again may help.
 * - `fenced`: another process has taken over; this one must not write any more.
 * - `unavailable`: it cannot be opened or written (path, rights, disk full), or was closed.
 */
export type StoreErrorCode = 'broken' | 'newer' | 'foreign' | 'busy' | 'fenced' | 'unavailable';

/** The message names the store and says what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly retryable: boolean;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.retryable = code === 'busy';
  }
}
