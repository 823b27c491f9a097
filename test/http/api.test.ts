import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/http/index.ts';
import type { HttpParts } from '../../src/http/port.ts';
import { createTestServer, incidentsOf, testIncident } from './test-server.ts';

let server: HttpServer;
afterEach(() => server.shutdown());

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly json: Record<string, unknown>;
}

async function ask(path: string, parts: Partial<HttpParts> = {}): Promise<Answer> {
  server = createTestServer({}, parts);
  await server.start();
  return again(path);
}

async function again(path: string): Promise<Answer> {
  const { statusCode, headers, body } = await request(`${server.url}${path}`);
  return { status: statusCode, headers, json: (await body.json()) as Record<string, unknown> };
}

describe('health', () => {
  it('/healthz answers while the process does', async () => {
    expect(await ask('/healthz', { ready: () => ({ ok: false, reasons: ['x'] }) })).toMatchObject({
      status: 200,
      json: { ok: true },
    });
  });

  it('/readyz is 503 with the reasons until everything is there', async () => {
    let ready = { ok: false, reasons: ['the model is still loading'] };
    expect(await ask('/readyz', { ready: () => ready })).toMatchObject({ status: 503, json: ready });
    ready = { ok: true, reasons: [] };
    expect(await again('/readyz')).toMatchObject({ status: 200, json: ready });
  });
});

describe('/api/v1/status', () => {
  it('is what the application says', async () => {
    expect(await ask('/api/v1/status', { status: () => ({ phase: 'learning' }) })).toMatchObject({
      status: 200,
      json: { phase: 'learning' },
    });
  });

  it('a failure inside is a 500 that says nothing of itself', async () => {
    const status = (): object => {
      throw new Error('token s3cret');
    };
    const { status: code, json } = await ask('/api/v1/status', { status });
    expect(code).toBe(500);
    expect(json).toEqual({
      type: 'about:blank',
      title: 'Internal Server Error',
      status: 500,
      detail: 'the request failed; the log says why',
    });
  });
});

describe('/api/v1/incidents', () => {
  const at = Date.UTC(2025, 0, 1);
  const all = [5, 4, 3, 2, 1].map((n) =>
    testIncident({ id: `i-${n}`, openedAt: at + n, state: n % 2 ? 'open' : 'resolved' }),
  );
  const ids = ({ json }: Answer): unknown => (json.incidents as { id: string }[]).map(({ id }) => id);

  it('pages newest first until there is no more', async () => {
    const first = await ask('/api/v1/incidents?limit=2', { incidents: incidentsOf(all) });
    expect(ids(first)).toEqual(['i-5', 'i-4']);
    expect(first.json.next).toMatch(/^[\w-]+$/);
    const second = await again(`/api/v1/incidents?limit=2&cursor=${String(first.json.next)}`);
    expect(ids(second)).toEqual(['i-3', 'i-2']);
    const third = await again(`/api/v1/incidents?limit=2&cursor=${String(second.json.next)}`);
    expect(ids(third)).toEqual(['i-1']);
    expect(third.json.next).toBeNull();
  });

  it('state=open leaves out what is resolved, and pages the same', async () => {
    const first = await ask('/api/v1/incidents?state=open&limit=2', { incidents: incidentsOf(all) });
    expect(ids(first)).toEqual(['i-5', 'i-3']);
    expect(
      ids(await again(`/api/v1/incidents?state=open&limit=2&cursor=${String(first.json.next)}`)),
    ).toEqual(['i-1']);
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'from=yesterday', 'cursor=x', 'state=shut', 'limt=3'])(
    '%s is a 400',
    async (query) => {
      const answer = await ask(`/api/v1/incidents?${query}`);
      expect(answer.status).toBe(400);
      expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    },
  );

  it('one says its times in RFC 3339 and its revision as ETag', async () => {
    const answer = await ask('/api/v1/incidents/i-1', { incidents: incidentsOf([testIncident()]) });
    expect(answer.headers.etag).toBe('"3"');
    expect(answer.json).toMatchObject({
      openedAt: '2025-01-02T03:04:05.000Z',
      startedAt: '2025-01-02T03:03:05.000Z',
      resolvedAt: null,
      openings: [{ openedAt: '2025-01-02T03:04:05.000Z', resolvedAt: null }],
      firing: [['2025-01-02T03:03:05.000Z', '2025-01-02T03:04:05.000Z']],
      notes: [{ at: '2025-01-02T03:04:05.000Z', by: 'ann', text: '<script>' }],
    });
  });

  it('an id with anything in it is looked up as it is', async () => {
    const id = 'a/b?c#d%é';
    const answer = await ask(`/api/v1/incidents/${encodeURIComponent(id)}`, {
      incidents: incidentsOf([testIncident({ id })]),
    });
    expect(answer).toMatchObject({ status: 200, json: { id } });
  });

  it('an unknown one, an unknown address and a broken address are problems', async () => {
    expect(await ask('/api/v1/incidents/none')).toMatchObject({ status: 404, json: { title: 'Not Found' } });
    expect((await again('/favicon.ico')).status).toBe(404);
    expect((await again('/api/v1/incidents/%ff')).status).toBe(400);
    expect((await again(`/api/v1/incidents/${'x'.repeat(301)}`)).status).toBeGreaterThanOrEqual(400);
  });

  it('no answer is cached, guessed at or framed', async () => {
    const { headers } = await ask('/api/v1/incidents');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });
});
