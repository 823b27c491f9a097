import { errors } from '@elastic/elasticsearch';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { request } from 'undici';
import { connectionReason } from '../../src/runtime/connection-reason.ts';
import { elasticsearchClient, elasticsearchReason } from '../../src/runtime/elasticsearch.ts';

const servers: Server[] = [];
afterEach(() => servers.splice(0).forEach((server) => void server.close()));

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const SCHEMES: Readonly<Record<string, readonly [scheme: string, server: () => Server, said: RegExp]>> = {
  'https at what speaks http': [
    'https',
    () => createHttpServer(),
    /does not speak TLS: is it the plain port\?$/,
  ],
  'what speaks another protocol': [
    'http',
    () => createServer((socket) => void socket.on('error', () => undefined).write('SSH-2.0-x\r\n')),
    /does not speak HTTP: is it the right port\?$/,
  ],
  'what hangs up': ['http', () => createServer((socket) => void socket.destroy()), /closes the connection/],
};

it.each(Object.entries(SCHEMES))('says what to do about %s', async (_what, [scheme, server, said]) => {
  const url = `${scheme}://127.0.0.1:${await portOf(server())}`;
  const error: unknown = await request(url).catch((failure: unknown) => failure);
  expect(connectionReason(error)).toMatch(said);
  const client = elasticsearchClient({ url, timeoutMs: 5000 });
  const failed: unknown = await client.info().catch((failure: unknown) => failure);
  expect(elasticsearchReason(failed, 'nothing')).toMatch(said);
  await client.close();
});

it.each([
  ['self-signed certificate; if the root CA is installed locally', /certificate.*`ca`/],
  [
    "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames",
    /another name/,
  ],
  ['certificate signature failure', /certificate.*`ca`/],
  ['certificate has expired', /expired/],
])('knows %j', (message, said) => {
  expect(connectionReason(new Error(message))).toMatch(said);
});

it('keeps what OpenSSL says of a refusal that it has no words for', () => {
  const error = new errors.ConnectionError('ssl/tls alert certificate required\nmore');
  expect(elasticsearchReason(error, 'nothing')).toBe('no connection: ssl/tls alert certificate required');
});

it('says nothing of what it does not know', () => {
  expect(connectionReason(new Error('something else'))).toBeUndefined();
});
