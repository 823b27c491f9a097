import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { FailureLimiter } from '../../src/http/failure-limiter.ts';
import type { HttpServer } from '../../src/http/index.ts';
import { foreignWrite } from '../../src/http/same-origin.ts';
import { createLogins, SESSION_COOKIE } from '../../src/http/session.ts';
import { ManualClock } from '../../src/runtime/index.ts';
import { fullParts } from './full-parts.ts';
import { createTestServer, testRuntime } from './test-server.ts';

let server: HttpServer | undefined;
afterEach(() => server?.shutdown());

async function ask(
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<{ status: number; headers: Readonly<Record<string, unknown>>; text: string }> {
  const answer = await request(`${server?.url}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

describe('guessing tokens', () => {
  it('does not shut out who has the right one, when it is too long to be guessed', async () => {
    const token = 'f'.repeat(20);
    server = createTestServer({ token }, {}, testRuntime());
    await server.start();
    for (let n = 0; n < 11; n++) await ask('/api/v1/status', { authorization: `Bearer ${n}` });
    expect((await ask('/api/v1/status', { authorization: 'Bearer wrong' })).status).toBe(429);
    expect((await ask('/api/v1/status', { authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('is stopped after ten, the right one too when it is short, until the minute is over', async () => {
    const runtime = testRuntime();
    server = createTestServer({ token: 's3cret' }, {}, runtime);
    await server.start();
    for (let n = 0; n < 10; n++) {
      expect((await ask('/api/v1/status', { authorization: `Bearer ${n}` })).status).toBe(401);
    }
    const limited = await ask('/api/v1/status', { authorization: 'Bearer s3cret' });
    expect(limited.status).toBe(429);
    expect(limited.headers['retry-after']).toBe('60');
    expect(limited.text).not.toContain('s3cret');
    // Probes go on, and so do those who show nothing: that is no guess.
    expect((await ask('/healthz', {})).status).toBe(200);
    expect((await ask('/api/v1/status', {})).status).toBe(401);
    (runtime.clock as ManualClock).advance(60_000);
    expect((await ask('/api/v1/status', { authorization: 'Bearer s3cret' })).status).toBe(200);
    const counted = await runtime.metrics.registry.getSingleMetricAsString(
      'spanwatch_http_access_failures_total',
    );
    expect(counted).toContain('spanwatch_http_access_failures_total 11');
  });

  it('is counted by address, IPv6 by network, and in a bounded table', () => {
    const clock = new ManualClock();
    const limiter = new FailureLimiter(clock);
    for (let n = 0; n < 10; n++) limiter.failed(`2001:db8::${n}`);
    expect(limiter.blockedForS('2001:db8:0:0:ffff::1')).toBe(60);
    expect(limiter.blockedForS('2001:db8:0:1::1')).toBe(0);
    for (let n = 0; n < 10; n++) limiter.failed('::ffff:10.0.0.1');
    expect(limiter.blockedForS('10.0.0.1')).toBe(60);
    expect(limiter.blockedForS('10.0.0.2')).toBe(0);
    for (let n = 0; n < 30_000; n++) limiter.failed(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
    expect(limiter.size).toBe(10_000);
  });

  it('a few mistakes a minute are forgotten', () => {
    const clock = new ManualClock();
    const limiter = new FailureLimiter(clock);
    for (let n = 0; n < 50; n++) {
      limiter.failed('10.0.0.1');
      clock.advance(10_000);
      expect(limiter.blockedForS('10.0.0.1')).toBe(0);
    }
  });
});

describe('a login', () => {
  it('by the token gives a cookie that no script and no other site can use, and that ends', async () => {
    const runtime = testRuntime();
    const logins = createLogins('s3cret', new FailureLimiter(runtime.clock), runtime.clock);
    const granted = logins.login('s3cret', '10.0.0.1');
    const cookie = granted.kind === 'granted' ? granted.setCookie : '';
    expect(cookie).toMatch(
      /^spanwatch_session=\d+\.[\w-]{43}; Path=\/; Max-Age=86400; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain('s3cret');
    server = createTestServer({ token: 's3cret' }, {}, runtime);
    await server.start();
    const [pair] = cookie.split(';');
    expect((await ask('/api/v1/status', { cookie: `a=b; ${pair}` })).status).toBe(200);
    const forged = pair.replace(/=\d+/, `=${Number.MAX_SAFE_INTEGER}`);
    expect((await ask('/api/v1/status', { cookie: forged })).status).toBe(401);
    (runtime.clock as ManualClock).advance(24 * 3_600_000);
    expect((await ask('/api/v1/status', { cookie: pair })).status).toBe(401);
  });

  it('ends with the token that it was made by, and shares the count of failures', () => {
    const clock = new ManualClock();
    const limiter = new FailureLimiter(clock);
    const logins = createLogins('s3cret', limiter, clock);
    const granted = logins.login('s3cret', 'a');
    const session = granted.kind === 'granted' ? (/=([^;]+);/.exec(granted.setCookie)?.[1] ?? '') : '';
    expect(logins.check(session)).toBe(true);
    expect(createLogins('other', limiter, clock).check(session)).toBe(false);
    for (let n = 0; n < 10; n++) expect(logins.login('guess', 'a').kind).toBe('refused');
    expect(logins.login('s3cret', 'a')).toEqual({ kind: 'limited', retryAfterS: 60 });
    expect(logins.login('s3cret', 'b').kind).toBe('granted');
    expect(createLogins(undefined, limiter, clock).login('x', 'b').kind).toBe('needless');
    expect(logins.logout()).toContain(`${SESSION_COOKIE}=; Path=/; Max-Age=0`);
  });
});

describe('a write', () => {
  const base = {
    method: 'POST',
    host: '127.0.0.1:8900',
    origin: undefined,
    secFetchSite: undefined,
    authorization: undefined,
  };

  it.each<[string, Partial<Parameters<typeof foreignWrite>[0]>, boolean]>([
    ['of a program', {}, true],
    ['of our own page', { secFetchSite: 'same-origin', origin: 'http://127.0.0.1:8900' }, true],
    ['typed by a person', { secFetchSite: 'none' }, true],
    ["of another site's page", { secFetchSite: 'cross-site', origin: 'https://evil.example' }, false],
    ['of a sister site', { secFetchSite: 'same-site' }, false],
    ['of another port', { origin: 'http://127.0.0.1:3000' }, false],
    ['of a sandboxed frame', { origin: 'null' }, false],
    ['of an older browser on our page', { origin: 'http://127.0.0.1:8900' }, true],
    ['with a token', { secFetchSite: 'cross-site', authorization: 'Bearer x' }, true],
    ['that only reads', { method: 'GET', secFetchSite: 'cross-site' }, true],
  ])('%s', (_name, over, taken) => {
    expect(foreignWrite({ ...base, ...over }) === undefined).toBe(taken);
  });

  it("of another site's page changes nothing", async () => {
    const runtime = testRuntime();
    const { parts, store } = await fullParts(runtime);
    server = createTestServer({}, parts, runtime);
    await server.start();
    const path = '/api/v1/incidents/i-1/notes';
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await ask(path, headers, { by: 'a', text: 'x' })).status).toBe(403);
    expect(await store.events('i-1')).toHaveLength(1);
    expect((await ask(path, {}, { by: 'a', text: 'x' })).status).toBe(200);
  });
});
