import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createAccess } from '../../src/http/access.ts';
import type { HttpServer } from '../../src/http/index.ts';
import { createTestServer } from './test-server.ts';

let server: HttpServer | undefined;
afterEach(() => server?.shutdown());

async function statusOf(path: string, headers: Record<string, string>): Promise<number> {
  const { statusCode, body } = await request(`${server?.url}${path}`, { headers });
  await body.dump();
  return statusCode;
}

describe('with a token', () => {
  it.each([
    ['nothing', {}, 401],
    ['the token', { authorization: 'Bearer s3cret' }, 200],
    ['another', { authorization: 'Bearer s3cres' }, 401],
    ['a part of it', { authorization: 'Bearer s3cre' }, 401],
    ['more than it', { authorization: 'Bearer s3crets' }, 401],
    ['it under another scheme', { authorization: 'Basic s3cret' }, 401],
  ])('%s is answered by the rule', async (_name, headers, status) => {
    server = createTestServer({ token: 's3cret' });
    await server.start();
    for (const path of ['/metrics', '/api/v1/status', '/api/v1/incidents', '/api/v1/incidents/x', '/nothing'])
      expect([200, 404].includes(await statusOf(path, headers))).toBe(status === 200);
    expect(await statusOf('/api/v1/status', headers)).toBe(status);
  });

  it('probes need none, and learn no more than yes or no', async () => {
    server = createTestServer({ token: 's3cret' }, { ready: () => ({ ok: false, reasons: ['no model'] }) });
    await server.start();
    expect(await statusOf('/healthz', {})).toBe(200);
    const readyz = async (headers: Record<string, string>): Promise<unknown> =>
      (await request(`${server?.url}/readyz`, { headers })).body.json();
    expect(await readyz({})).toEqual({ ok: false });
    expect(await readyz({ authorization: 'Bearer s3cret' })).toEqual({ ok: false, reasons: ['no model'] });
  });

  it('a refusal says how, and never the token', async () => {
    server = createTestServer({ token: 's3cret' });
    await server.start();
    const { headers, body } = await request(`${server.url}/metrics`);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(JSON.stringify(headers) + (await body.text())).not.toContain('s3cret');
  });
});

describe('without a token, on loopback', () => {
  const access = createAccess({ insecure: false });

  it.each(['127.0.0.1:8900', 'localhost:8900', 'LOCALHOST', '[::1]:8900', '127.9.9.9'])(
    '%s is answered',
    (host) => {
      expect(access({ authorization: undefined, host })).toEqual({ kind: 'granted' });
    },
  );

  it.each([
    'evil.example',
    'evil.example:8900',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '',
    undefined,
  ])('%s is not: a name that was pointed at loopback', (host) => {
    expect(access({ authorization: undefined, host })).toEqual({ kind: 'misdirected' });
  });

  it('a web page with a rebound name reads nothing', async () => {
    server = createTestServer();
    await server.start();
    expect(await statusOf('/api/v1/incidents', { host: 'evil.example' })).toBe(421);
    expect(await statusOf('/api/v1/incidents', {})).toBe(200);
  });

  it('insecure answers any name', () => {
    expect(createAccess({ insecure: true })({ authorization: undefined, host: 'proxy.example' }).kind).toBe(
      'granted',
    );
  });
});
