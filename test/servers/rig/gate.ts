import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Gate {
  readonly url: string;
  /** `open` passes requests on; `shut` takes no connection's request; a number answers with that status. */
  state: 'open' | 'shut' | number;
  close(): Promise<void>;
}

/** A way to a real server that can be shut: an outage for one client alone. */
export async function startGate(target: string): Promise<Gate> {
  const gate: { state: Gate['state'] } = { state: 'open' };
  const answer = (request: IncomingMessage, response: ServerResponse, status: number): void => {
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json', 'x-elastic-product': 'Elasticsearch' });
    response.end('{}');
  };
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    if (gate.state === 'shut') request.socket.destroy();
    else if (gate.state !== 'open') answer(request, response, gate.state);
    else pass(target, request, response);
  };
  const server = createServer(take);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return Object.assign(gate, {
    url: `http://127.0.0.1:${port}`,
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
