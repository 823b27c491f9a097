import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { request } from 'undici';
import { describe, expect, it, vi } from 'vitest';
import { HttpServerError } from '../../src/http/index.ts';
import { createTestServer, testRuntime } from './test-server.ts';

const noChanges = {
  changes: () => Promise.resolve([]),
  lastPosition: () => Promise.resolve(0),
  onChange: () => () => undefined,
};

describe('the server', () => {
  it('says where it is once it has started, and is gone after shutdown', async () => {
    const server = createTestServer();
    expect(server).toMatchObject({ port: 0, url: '' });
    await server.start();
    const { url } = server;
    expect(url).toBe(`http://127.0.0.1:${server.port}`);
    expect((await request(`${url}/healthz`)).statusCode).toBe(200);
    await server.shutdown();
    await expect(request(`${url}/healthz`)).rejects.toThrow('ECONNREFUSED');
  });

  it('a port that is taken is one clear line', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const server = createTestServer({ port });
    const error = await server.start().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(HttpServerError);
    expect(error).toMatchObject({ code: 'port-in-use' });
    expect(String(error)).toBe(
      `HttpServerError: port ${port} on 127.0.0.1 is taken by another program: set http.port, or stop the other one`,
    );
    await server.shutdown();
    other.close();
  });

  it('that never started leaves no timer, which would keep its process alive', () => {
    const runtime = testRuntime();
    const after = vi.spyOn(runtime.clock, 'after');
    createTestServer({}, { changes: noChanges }, runtime);
    expect(after).not.toHaveBeenCalled();
  });

  it('an address that is not of this machine is one clear line', async () => {
    const server = createTestServer({ host: '192.0.2.1', insecure: true });
    await expect(server.start()).rejects.toMatchObject({ code: 'listen-failed' });
  });

  it('does not listen beyond loopback without a token', async () => {
    const server = createTestServer({ host: '0.0.0.0' });
    await expect(server.start()).rejects.toMatchObject({ code: 'not-allowed' });
  });

  it('can be shut down before it has started', async () => {
    await expect(createTestServer().shutdown()).resolves.toBeUndefined();
  });

  it('shutdown does not wait for a caller that never finishes its request', async () => {
    const server = createTestServer();
    await server.start();
    const caller = connect(server.port, '127.0.0.1');
    await once(caller, 'connect');
    caller.on('error', () => undefined).write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n');
    // Another request is answered: by then the server has seen the first.
    await (await request(`${server.url}/healthz`)).body.dump();
    const closed = once(caller, 'close');
    await server.shutdown();
    await closed;
  }, 20_000);
});
