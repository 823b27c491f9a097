/** A request that somebody might send, and what the OTLP specification has us answer. */
export interface HostileRequest {
  /** For the table. */
  readonly kind: string;
  readonly path: string;
  readonly method: 'POST' | 'GET';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** Statuses that are right, but for 429, which always is when it says for how long. */
  readonly right: readonly number[];
  /** Sent in pieces without a length. */
  readonly chunked: boolean;
  /** Sent by halves: `drop` then goes away, `stall` waits to be cut off. */
  readonly unfinished?: 'drop' | 'stall';
}

export const PROTO = 'application/x-protobuf';
export const JSON_TYPE = 'application/json';

export function post(
  kind: string,
  type: string,
  body: Uint8Array | string,
  more: Partial<HostileRequest> & Pick<HostileRequest, 'right'>,
): HostileRequest {
  return {
    kind,
    path: '/v1/traces',
    method: 'POST',
    body: typeof body === 'string' ? Buffer.from(body) : body,
    chunked: false,
    ...more,
    headers: { ...(type === '' ? {} : { 'content-type': type }), ...more.headers },
  };
}
