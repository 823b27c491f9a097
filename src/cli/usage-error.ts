/** The command line is wrong: exit code 2, the message and the command's usage on standard error. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'usage';
  readonly retryable = false;
}

/** The command could not do its work: exit code 1, the message alone on standard error. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly code = 'failed';
  readonly retryable = false;
}
