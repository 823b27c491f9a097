export type HttpServerErrorCode = 'port-in-use' | 'not-allowed' | 'listen-failed';

/** The server cannot start; the message is one line for people. */
export class HttpServerError extends Error {
  readonly code: HttpServerErrorCode;
  readonly retryable = false;

  constructor(code: HttpServerErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'HttpServerError';
    this.code = code;
  }
}

/** What `listen` threw, in words. */
export function listenError(error: unknown, host: string, port: number): HttpServerError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  if (code === 'EADDRINUSE') {
    const message = `port ${port} on ${host} is taken by another program: set http.port, or stop the other one`;
    return new HttpServerError('port-in-use', message, error);
  }
  if (code === 'EACCES')
    return new HttpServerError(
      'listen-failed',
      `port ${port} on ${host} needs rights that this process has not`,
      error,
    );
  return new HttpServerError(
    'listen-failed',
    `cannot listen on ${host}:${port} (${code}): check http.host`,
    error,
  );
}
