import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';

export interface Gate {
  readonly url: string;
  /** `open` passes requests on; `shut` takes no connection's request; a number answers with that status. */
  state: 'open' | 'shut' | number;
  close(): Promise<void>;
}

export interface GateOptions {
  /** It speaks TLS with these, in PEM. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** `Authorization` headers that are let through; all when absent. */
  readonly lets?: readonly string[];
}

/** A way to a real server that can be shut: an outage for one client alone; or that asks for TLS and a login. */
export async function startGate(target: string, { tls, lets }: GateOptions = {}): Promise<Gate> {
  const gate: { state: Gate['state'] } = { state: 'open' };
  const answer = (request: IncomingMessage, response: ServerResponse, status: number): void => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end('{}');
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const isLetIn = lets?.includes(request.headers.authorization ?? '') ?? true;
    if (gate.state === 'shut') request.socket.destroy();
    else if (gate.state !== 'open') answer(request, response, gate.state);
    else if (!isLetIn) answer(request, response, 401);
    else pass(target, request, response);
  };
  const server = tls === undefined ? createServer(take) : createTlsServer(tls, take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(gate, {
    url: tls === undefined ? `http://127.0.0.1:${port}` : `https://localhost:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

function pass(target: string, request: IncomingMessage, response: ServerResponse): void {
  const { method, headers, url = '/' } = request;
  const onward = ask(new URL(url, target), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => request.socket.destroy());
  request.pipe(onward);
}
