/** A receiver cannot listen as it is configured. */
export class ListenError extends Error {
  override readonly name: string = 'ListenError';
  readonly code: 'port_taken' | 'open_to_the_network' | 'cannot_listen';
  readonly retryable = false;

  constructor(code: ListenError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
