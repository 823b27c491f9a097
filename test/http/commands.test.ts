import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpServer } from '../../src/http/index.ts';
import { fullParts, type FullParts } from './full-parts.ts';
import { createTestServer, testRuntime } from './test-server.ts';

let server: HttpServer;
let full: FullParts;

beforeEach(async () => {
  const runtime = testRuntime();
  full = await fullParts(runtime);
  server = createTestServer({}, full.parts, runtime);
  await server.start();
});
afterEach(() => server.shutdown());

interface Answer {
  readonly status: number;
  readonly etag: unknown;
  readonly json: Record<string, unknown>;
}

async function get(path: string): Promise<Answer> {
  const { statusCode, headers, body } = await request(`${server.url}${path}`);
  return { status: statusCode, etag: headers.etag, json: (await body.json()) as Record<string, unknown> };
}

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const answer = await request(`${server.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: answer.statusCode,
    etag: answer.headers.etag,
    json: (await answer.body.json()) as Record<string, unknown>,
  };
}

const ACK = '/api/v1/incidents/i-1/acknowledge';
const NOTES = '/api/v1/incidents/i-1/notes';

describe('two clients that read the same incident', () => {
  it('and acknowledge it: one is on it, the other is told that somebody was first', async () => {
    const [ann, bob] = await Promise.all([get('/api/v1/incidents/i-1'), get('/api/v1/incidents/i-1')]);
    expect(ann.etag).toBe('"1"');
    const answers = await Promise.all([
      post(ACK, { by: 'ann' }, { 'if-match': String(ann.etag) }),
      post(ACK, { by: 'bob' }, { 'if-match': String(bob.etag) }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412]);
    const lost = answers.find(({ status }) => status === 412);
    expect(lost).toMatchObject({ etag: '"2"', json: { revision: 2, title: 'Precondition Failed' } });
    const winner = answers[0].status === 200 ? 'ann' : 'bob';
    expect(await get('/api/v1/incidents/i-1')).toMatchObject({
      etag: '"2"',
      json: {
        state: 'acknowledged',
        acknowledgedBy: winner,
        timeline: [{ type: 'opened' }, { type: 'acknowledged', by: winner }],
      },
    });
    // The loser reads again, and takes over knowingly.
    const loser = winner === 'ann' ? 'bob' : 'ann';
    expect((await post(ACK, { by: loser }, { 'if-match': '"2"' })).json['acknowledgedBy']).toBe(loser);
  });

  it('in a race of twenty, exactly one wins, and the store has one event', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(ACK, { by: `p${n}`, revision: 1 })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 412)).toHaveLength(19);
    expect(await full.store.events('i-1')).toHaveLength(2);
  });
});

describe('a retry', () => {
  it('after an answer that was lost is answered the same, with one event', async () => {
    const first = await post(ACK, { by: 'ann' }, { 'if-match': '"1"' });
    const again = await post(ACK, { by: 'ann' }, { 'if-match': '"1"' });
    expect(again).toEqual(first);
    await post(NOTES, { by: 'ann', text: 'rolled back' });
    await post(NOTES, { by: 'ann', text: 'rolled back' });
    expect(await full.store.events('i-1')).toHaveLength(3);
  });
});

describe('what cannot be used', () => {
  const long = (n: number): string => 'x'.repeat(n);

  it.each<[string, string, unknown, Record<string, string>, number, object]>([
    ['no precondition', ACK, { by: 'ann' }, {}, 428, {}],
    ['a weak ETag', ACK, { by: 'a' }, { 'if-match': 'W/"1"' }, 400, { field: 'if-match', in: 'headers' }],
    ['two revisions', ACK, { by: 'a', revision: 2 }, { 'if-match': '"1"' }, 400, { field: 'if-match' }],
    ['nobody', ACK, { revision: 1 }, {}, 400, { field: 'by', in: 'body', reason: 'is missing' }],
    [
      'a long name',
      ACK,
      { by: long(101), revision: 1 },
      {},
      400,
      { field: 'by', reason: 'must NOT have more than 100 characters' },
    ],
    [
      'a long note',
      NOTES,
      { by: 'a', text: long(2001) },
      {},
      400,
      { field: 'text', reason: 'must NOT have more than 2000 characters' },
    ],
    [
      'a key that nobody knows',
      NOTES,
      { by: 'a', text: 'x', txt: 1 },
      {},
      400,
      { field: 'txt', reason: 'is not known here' },
    ],
    [
      'another verdict',
      '/api/v1/incidents/i-1/feedback',
      { by: 'a', revision: 1, verdict: 'fine' },
      {},
      400,
      { field: 'verdict', reason: 'must be one of not-an-anomaly, normal-now' },
    ],
  ])('%s is said, with field and limit', async (_name, path, body, headers, status, error) => {
    const answer = await post(path, body, headers);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.json['errors']).toMatchObject([error]);
    expect(await full.store.events('i-1')).toHaveLength(1);
  });

  it('broken JSON, another type and too large a body are problems', async () => {
    expect((await post(NOTES, '{')).status).toBe(400);
    expect((await post(NOTES, 'by=ann&text=x', { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(NOTES, { by: 'a', text: 'x'.repeat(70_000) })).status).toBe(413);
  });

  it('an unknown incident is 404, and one that is over cannot be taken on', async () => {
    expect((await post('/api/v1/incidents/none/notes', { by: 'a', text: 'x' })).status).toBe(404);
    await post('/api/v1/incidents/i-1/resolve', { by: 'ann' }, { 'if-match': '*' });
    expect(await post(ACK, { by: 'bob' }, { 'if-match': '*' })).toMatchObject({
      status: 409,
      json: { detail: 'it is resolved: there is nothing to take on' },
    });
  });
});

describe('services and the map', () => {
  it('name who is odd, who is suspected and who is not known yet', async () => {
    const { json } = await get('/api/v1/services');
    expect(json['services']).toMatchObject([
      { service: 'lonely@prod/team', name: 'lonely', environment: 'prod', health: 'ok' },
      {
        service: 'payment',
        health: 'incident',
        incidents: ['i-1'],
        latency: { observedUs: 9000, expectedUs: 1000 },
        errorRatio: 0.2,
        expectedErrorRatio: 0.01,
      },
      { service: 'web', health: 'ok', ratePerSecond: 10 },
    ]);
  });

  it('draws edges from calls, with their rate, the way there and back, and the failures of what is called', async () => {
    const { json } = await get('/api/v1/service-map');
    expect(json['edges']).toMatchObject([
      {
        from: 'web',
        to: 'payment',
        ratePerSecond: 20,
        latency: { observedUs: 400, expectedUs: 300 },
        errorRatio: 0.2,
        health: 'incident',
      },
      { from: 'payment', to: 'payment -> db/1', health: 'unknown', latency: { expectedUs: null } },
    ]);
    expect((json['nodes'] as { id: string }[]).map(({ id }) => id).toSorted()).toEqual([
      'lonely@prod/team',
      'payment',
      'payment -> db/1',
      'web',
    ]);
  });

  it('pages components by key, and says the series of one', async () => {
    const seen: string[] = [];
    let cursor = '';
    do {
      const { json } = await get(`/api/v1/components?limit=3${cursor}`);
      const page = json as { components: { component: string }[]; next: string | null };
      seen.push(...page.components.map(({ component }) => component));
      cursor = page.next === null ? '' : `&cursor=${page.next}`;
    } while (cursor !== '');
    expect(seen).toHaveLength(8);
    expect(seen).toEqual([...new Set(seen)].toSorted());
    const { json } = await get(`/api/v1/components/${encodeURIComponent(seen[0])}/series?points=3`);
    expect(json).toMatchObject({ component: seen[0], points: [{ count: 5, expected: 1000 }] });
  });
});
