/** What is kept of an earlier process cannot be used, and going on would destroy it; the message says why. */
export class StateError extends Error {
  override readonly name = 'StateError';
  readonly code = 'state';
  readonly retryable = false;
}
