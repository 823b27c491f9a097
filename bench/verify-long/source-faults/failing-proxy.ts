import { createServer, request as ask, type ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../../../src/runtime/index.ts';

export const FAILURES = ['503', 'cut off', 'no answer in time', 'slow', 'no JSON'] as const;
export type Failure = (typeof FAILURES)[number];

export interface FailingProxy {
  readonly url: string;
  readonly counts: Readonly<Record<Failure | 'passed on', number>>;
  close(): Promise<void>;
}

/** Before a real HTTP server: half of the requests fail, in one of five ways by chance. `patienceMs` is the client's. */
export async function startFailingProxy(
  target: string,
  seed: number,
  patienceMs: number,
): Promise<FailingProxy> {
  const random = createRandom(seed);
  const counts = { 'passed on': 0, '503': 0, 'cut off': 0, 'no answer in time': 0, slow: 0, 'no JSON': 0 };
  const server = createServer((incoming, response) => {
    const failure = random() < 0.5 ? FAILURES[Math.floor(random() * FAILURES.length)] : undefined;
    counts[failure ?? 'passed on']++;
    void fail(failure, response, patienceMs).then((goesOn) => {
      if (!goesOn) return;
      const forward = ask(
        `${target}${incoming.url}`,
        { headers: { accept: 'application/json' } },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, {
            'content-type': answer.headers['content-type'] ?? '',
          });
          if (failure !== 'cut off') return void answer.pipe(response);
          answer.once('data', (chunk: Buffer) => {
            response.write(chunk.subarray(0, chunk.length >> 1), () => response.destroy());
            answer.destroy();
          });
        },
      );
      forward.once('error', () => response.destroy());
      forward.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => void server.close(() => resolve()));
    },
  };
}

/** Whether the request goes on to the server. */
async function fail(
  failure: Failure | undefined,
  response: ServerResponse,
  patienceMs: number,
): Promise<boolean> {
  switch (failure) {
    case '503':
      response.writeHead(503, { 'content-type': 'text/plain' }).end('overloaded');
      return false;
    case 'no JSON':
      response.writeHead(200, { 'content-type': 'text/html' }).end('<html>a login page</html>');
      return false;
    case 'no answer in time':
      await pause(patienceMs * 1.5);
      response.destroy();
      return false;
    case 'slow':
      await pause(patienceMs / 3);
      return true;
    default:
      return true;
  }
}
