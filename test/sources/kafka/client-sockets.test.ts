import net, { type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { ClientSockets } from '../../../src/sources/kafka/client-sockets.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

async function listener(): Promise<number> {
  const server = net.createServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** Resolves with what a client hears of the end. */
function ended(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('closed'));
  });
}

// kafkajs says false where there is no TLS.
it('ends what a client left open, so that the client hears it, and what it opens afterwards', async () => {
  const port = await listener();
  const sockets = new ClientSockets();
  const open = (ssl: unknown): Promise<Socket> =>
    new Promise((resolve) => {
      const onConnect = (): void => resolve(socket);
      const socket = sockets.create({ host: '127.0.0.1', port, onConnect, ssl: ssl as never });
    });
  const [left, finished] = [await open(false), await open(null)];
  finished.end();
  const ends = Promise.all([ended(left), ended(finished)]);
  sockets.close();
  expect(await ends).toEqual(['the client was stopped', 'closed']);
  const late = sockets.create({
    ...{ host: '127.0.0.1', port, ssl: undefined as never },
    onConnect: () => undefined,
  });
  expect(await ended(late)).toBe('the client was stopped');
});
