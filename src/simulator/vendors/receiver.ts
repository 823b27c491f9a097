import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a vendor's rules see it. */
export interface VendorRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface VendorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * `accepted`: what the vendor would show, undefined when it refuses. `violations`: documented rules that were broken,
 * also those that a vendor lets pass (a mention of everybody is shown, and rings everybody).
 */
export interface VendorVerdict<T> {
  readonly answer: VendorAnswer;
  readonly accepted?: T;
  readonly violations: readonly string[];
}

/** In place of the vendor's own answer (`own`): another one, a cut connection, or none at all. */
export type Disturbance = VendorAnswer | 'own' | 'reset' | 'silence';

export interface VendorReceiver<T> {
  /** Where to post: what a channel is configured with. */
  readonly url: string;
  readonly accepted: readonly T[];
  readonly violations: readonly string[];
  /** Requests seen, disturbed ones included. */
  readonly requests: readonly VendorRequest[];
  /** The next requests meet these, one each, before the vendor's rules are asked again. */
  disturb(...disturbances: Disturbance[]): void;
  /** Every request meets this one, until it is told otherwise. */
  disturbAll(disturbance: Disturbance | undefined): void;
  /** Nobody listens at its port any more, until `listen`. */
  refuse(): Promise<void>;
  listen(): Promise<void>;
  close(): Promise<void>;
}

export interface ReceiverOptions {
  /** 0 or absent: any free port. */
  readonly port?: number;
  /** Epoch ms, for time windows and rates. */
  readonly nowMs: () => number;
  /** After a message was accepted and before its sender is answered. */
  readonly onAccepted?: () => void;
}

/** The largest body that is read; more is a fault of the sender, and ends the connection. */
const MAX_BODY_BYTES = 1_000_000;

/** Serves a vendor's rules on 127.0.0.1. Rejects when the port is taken. */
export async function startReceiver<T>(
  path: string,
  options: ReceiverOptions,
  judge: (request: VendorRequest) => VendorVerdict<T>,
): Promise<VendorReceiver<T>> {
  const accepted: T[] = [];
  const violations: string[] = [];
  const requests: VendorRequest[] = [];
  const disturbances: Disturbance[] = [];
  let lasting: Disturbance | undefined;
  const server = createServer((incoming, response) => {
    void readRequest(incoming).then((request) => {
      if (request === undefined) return incoming.destroy();
      requests.push(request);
      const disturbance = disturbances.shift() ?? lasting;
      if (disturbance === 'reset') return incoming.socket.resetAndDestroy();
      if (disturbance === 'silence') return undefined;
      if (disturbance !== undefined && disturbance !== 'own') return send(response, disturbance);
      const verdict = judge(request);
      violations.push(...verdict.violations);
      if (verdict.accepted !== undefined) {
        accepted.push(verdict.accepted);
        options.onAccepted?.();
      }
      return send(response, verdict.answer);
    });
  });
  const listen = (at: number): Promise<void> =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, '127.0.0.1', resolve);
    });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen(options.port ?? 0);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${path}`,
    accepted,
    violations,
    requests,
    disturb: (...more) => void disturbances.push(...more),
    disturbAll: (disturbance) => void (lasting = disturbance),
    refuse: close,
    listen: () => listen(port),
    close,
  };
}

/** Counts events in a sliding window; true while another one is allowed. */
export function createRateLimit(max: number, windowMs: number): (nowMs: number) => boolean {
  let seen: number[] = [];
  return (nowMs) => {
    seen = seen.filter((at) => at > nowMs - windowMs);
    if (seen.length >= max) return false;
    seen.push(nowMs);
    return true;
  };
}

async function readRequest(incoming: IncomingMessage): Promise<VendorRequest | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  const body = Buffer.concat(chunks).toString('utf8');
  return { method: incoming.method ?? '', path: incoming.url ?? '', headers: incoming.headers, body };
}

function send(response: ServerResponse, { status, headers, body }: VendorAnswer): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(body);
}
