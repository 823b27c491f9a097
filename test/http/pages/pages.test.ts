import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import type { CommandOutcome, CommandRequest } from '../../../src/domain/incident-command.ts';
import type { BlindSpot } from '../../../src/domain/blind.ts';
import { formatShortTime } from '../../../src/domain/format.ts';
import type { PageParts } from '../../../src/http/page-port.ts';
import { OPENED_AT } from '../../doubles/incident-story.ts';
import type { HttpConfig, HttpServer } from '../../../src/http/index.ts';
import type { HttpParts } from '../../../src/http/port.ts';
import { opened } from '../../doubles/incident-story.ts';
import { createTestServer, incidentsOf } from '../test-server.ts';
import { HOSTILE, storyOf } from './stage.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.shutdown();
  server = undefined;
});

async function serve(
  text = 'payment',
  parts: Partial<HttpParts> = {},
  config: Partial<HttpConfig> = {},
): Promise<ReturnType<typeof storyOf>> {
  const story = storyOf(text);
  server = createTestServer(config, { ...story.parts, ...parts });
  await server.start();
  return story;
}

async function get(path: string, headers: Record<string, string> = {}) {
  const answer = await request(`${server?.url}${path}`, { headers: { accept: 'text/html', ...headers } });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

async function post(path: string, fields: Record<string, string>, headers: Record<string, string> = {}) {
  const answer = await request(`${server?.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

/** The document's tags with the names of their attributes, texts left out. */
function skeletonOf(markup: string): string[] {
  return [...markup.matchAll(/<(\/?[a-zA-Z!][^\s>]*)((?:\s+[^\s=>"]+(?:="[^"]*")?)*)\s*\/?>/g)].map(
    ([, tag, attributes]) =>
      `${tag} ${attributes
        .replaceAll(/="[^"]*"/g, '')
        .replaceAll(/\s+/g, ' ')
        .trim()}`,
  );
}

const pathsOf = (id: string): string[] => [
  '/',
  `/incidents/${encodeURIComponent(id)}`,
  `/incidents/${encodeURIComponent(id)}?spans=all&lang=zh`,
  '/map',
  '/services',
  '/status',
];

describe('text from spans on pages', () => {
  it.each(HOSTILE.map((text) => [JSON.stringify(text).slice(0, 50), text]))(
    '%s never becomes markup: each page has the tags that it has for a harmless name',
    async (_, text) => {
      const plain = await serve('payment');
      const expected = [];
      for (const path of pathsOf(plain.incident.id)) expected.push(skeletonOf((await get(path)).text));
      await server?.shutdown();
      const { incident } = await serve(text);
      for (const [i, path] of pathsOf(incident.id).entries()) {
        const { status, text: markup } = await get(path);
        expect(status).toBe(200);
        expect(skeletonOf(markup)).toEqual(expected[i]);
        // eslint-disable-next-line no-control-regex -- what must not be there
        expect(markup).not.toMatch(/[\u0000\u001b\u0085\u202e\u2066]/);
      }
    },
  );

  it('an address, a filter and an unknown incident are texts too', async () => {
    await serve();
    const evil = encodeURIComponent('"><script>alert(1)</script>');
    for (const path of [
      `/?service=${evil}&lang=${evil}`,
      `/services?q=${evil}`,
      `/incidents/${evil}`,
      `/login?to=${evil}`,
    ])
      expect((await get(path)).text).not.toContain('<script>alert');
  });
});

describe('where callers answer without what fails', () => {
  const page = async (passedOn: number, query = ''): Promise<string> => {
    const { incident } = storyOf('payment');
    const told = { ...incident, harm: { ...incident.harm, passedOn } };
    await serve('payment', { incidents: { ...incidentsOf([told]), events: () => Promise.resolve([]) } });
    const { text } = await get(`/incidents/${incident.id}${query}`);
    await server?.shutdown();
    return text;
  };

  it('the page heads who uses it, not who is hit, and says how much of it got through', async () => {
    const answered = await page(0.1);
    expect(answered).toContain('Who uses it');
    expect(answered).not.toContain('Who is hit');
    expect(answered).toContain('Its callers answer without it: 10% of its failures reached an entry.');
    const zh = await page(0.1, '?lang=zh');
    expect(zh).toContain('使用方');
    expect(zh).toContain('没有它，调用方也能作答');
  });

  it('and where they mostly do not, who is hit', async () => {
    const hit = await page(0.9);
    expect(hit).toContain('Who is hit');
    expect(hit).not.toContain('Who uses it');
    expect(hit).not.toContain('answer without it');
  });
});

describe('what is silent', () => {
  const AT = OPENED_AT - 600_000;
  const spots = [
    { kind: 'source', name: 'otlp', sinceMs: AT },
    ...['<cart>', 'pay', 'mail', 'tax'].map((name) => ({ kind: 'service', name, sinceMs: AT }) as const),
  ] as const;
  const silent = async (blind: readonly BlindSpot[]): Promise<string> => {
    const { parts } = storyOf('payment');
    const { incident } = await serve('payment', {
      pages: { ...(parts.pages as PageParts), blind: () => blind },
      status: () => ({ blind, spans: 1 }),
    });
    return incident.id;
  };

  it('is above every page, in its language, since when, and first on the status page', async () => {
    const id = await silent(spots);
    for (const path of pathsOf(id)) {
      const { text } = await get(path);
      const since = formatShortTime(AT, OPENED_AT + 60_000);
      const [names, more] = path.includes('lang=zh')
        ? [`数据源 otlp（自 ${since} 起）、&lt;cart&gt;`, '另有 2 个']
        : [`source otlp since ${since}, &lt;cart&gt; since`, 'and 2 more'];
      expect(text.replaceAll(/\s+/g, ' ')).toContain(names);
      expect(text).toContain(more);
    }
    const { text } = await get('/status');
    expect(text).toMatch(
      /<dl class="facts"><div>\s*<dt>Blind<\/dt>\s*<dd>\s*<span class="failed">source otlp/,
    );
    expect(text).not.toContain('blind.0.');
    // Anyone may see this one.
    expect((await get('/login')).text).not.toContain('otlp');
  });

  it('is nowhere while all speak, and the status page says so', async () => {
    const id = await silent([]);
    for (const path of pathsOf(id)) expect((await get(path)).text).not.toContain('class="blind"');
    expect((await get('/status')).text).toMatch(/<dt>Blind<\/dt>\s*<dd>\s*no\s*<\/dd>/);
  });
});

describe('what people do on pages', () => {
  const commands: CommandRequest[] = [];
  const answering = (outcome: CommandOutcome) => ({
    command: (command: CommandRequest) => {
      commands.push(command);
      return Promise.resolve(outcome);
    },
  });
  afterEach(() => void commands.splice(0));

  it.each([
    ['acknowledge', { type: 'acknowledge', ifRevision: 3 }],
    ['resolve', { type: 'resolve', ifRevision: 3 }],
    ['not-an-anomaly', { type: 'feedback', verdict: 'not-an-anomaly', ifRevision: 3 }],
    ['normal-now', { type: 'feedback', verdict: 'normal-now', ifRevision: 3 }],
    ['note', { type: 'note', text: 'hello' }],
  ])('%s goes to the incident, and back to its page', async (act, command) => {
    const { incident } = await serve('payment', answering({ kind: 'done', incident: storyOf('x').incident }));
    const { status, headers } = await post(`/incidents/${incident.id}/${act}`, {
      by: 'Ann',
      revision: '3',
      text: ' hello ',
    });
    expect([status, headers.location]).toEqual([303, `/incidents/${incident.id}`]);
    expect(commands).toEqual([{ incidentId: incident.id, by: 'Ann', ...command }]);
    expect(String(headers['set-cookie'])).toMatch(/^spanwatch_by=Ann;.*HttpOnly; SameSite=Strict/);
  });

  it.each<[string, CommandOutcome, number, string]>([
    ['somebody was first', { kind: 'conflict', revision: 9 }, 409, 'Somebody was faster'],
    ['it makes no sense', { kind: 'refused', reason: 'it is <resolved>' }, 409, 'it is &lt;resolved&gt;'],
    ['it is gone', { kind: 'missing' }, 404, 'There is nothing here'],
  ])('%s: a page says so', async (_, outcome, status, words) => {
    const { incident } = await serve('payment', answering(outcome));
    const answer = await post(`/incidents/${incident.id}/resolve`, { by: 'Ann', revision: '3' });
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(words);
  });

  it('an empty note is none', async () => {
    const { incident } = await serve('payment', answering({ kind: 'missing' }));
    expect((await post(`/incidents/${incident.id}/note`, { by: 'Ann', text: ' ' })).status).toBe(400);
    expect(commands).toEqual([]);
  });

  it('what was called no anomaly is on the status page, and can be taken back', async () => {
    const { incident } = await serve();
    const { text } = await get('/status');
    expect(text).toContain('Called no anomaly');
    expect(text).toContain('followed in part');
    const refused = await post('/status/feedback', { id: incident.id }, { cookie: 'spanwatch_by=Ann' });
    expect([refused.status, refused.text]).toEqual([
      409,
      expect.stringContaining('is &lt;revoked&gt; already'),
    ]);
    await server?.shutdown();
    const revoked: string[] = [];
    const { parts } = storyOf('x');
    await serve('payment', {
      feedback: {
        list: () => parts.feedback?.list() ?? Promise.resolve([]),
        revoke: async (id, by) => {
          revoked.push(id, by);
          const [feedback] = (await parts.feedback?.list()) ?? [];
          return { kind: 'done', feedback };
        },
      },
    });
    const done = await post('/status/feedback', { id: 'i-9' }, { cookie: 'spanwatch_by=Ann' });
    expect([done.status, done.headers.location]).toEqual([303, '/status#feedback']);
    expect(revoked).toEqual(['i-9', 'Ann']);
  });

  it('a form of another site does nothing', async () => {
    const { incident } = await serve('payment', answering({ kind: 'missing' }));
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }])
      expect((await post(`/incidents/${incident.id}/resolve`, { by: 'Ann' }, headers)).status).toBe(403);
    expect(commands).toEqual([]);
  });
});

describe('with a token', () => {
  it('a browser is sent to the login, and the token lets it in, to where it wanted', async () => {
    const { incident } = await serve('payment', {}, { token: 's3cret' });
    const path = `/incidents/${incident.id}`;
    const first = await get(path);
    expect([first.status, first.headers.location]).toEqual([303, `/login?to=${encodeURIComponent(path)}`]);
    const login = await get(String(first.headers.location));
    expect(login.text).toContain('type="password"');
    expect((await post('/login', { token: 'wrong', to: path })).status).toBe(403);
    const { status, headers } = await post('/login', { token: 's3cret', to: path });
    expect([status, headers.location]).toEqual([303, path]);
    const session = String(headers['set-cookie']).split(';')[0];
    expect((await get(path, { cookie: session })).status).toBe(200);
  });

  it.each(['//evil.example', 'https://evil.example', '/\\evil.example', '/a b'])(
    'a login never leads to %s',
    async (to) => {
      await serve('payment', {}, { token: 's3cret' });
      expect((await post('/login', { token: 's3cret', to })).headers.location).toBe('/');
    },
  );
});

describe('assets', () => {
  it('are asked for again, and answered 304 while they are the same', async () => {
    await serve();
    const { headers } = await get('/assets/page.css');
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect((await get('/assets/page.css', { 'if-none-match': String(headers.etag) })).status).toBe(304);
    expect((await get('/assets/../package.json')).status).toBe(404);
  });
});

describe('the figures of an incident', () => {
  it.each([
    ['open', null],
    ['resolved', 1],
  ] as const)('are the same in the list and on its page, %s', async (state, resolvedMs) => {
    const { incident: story, parts } = storyOf('payment');
    const resolvedAt = resolvedMs === null ? null : story.openedAt + resolvedMs;
    const incident = { ...story, state, resolvedAt };
    const [piece] = incident.evidence;
    const grave = { ...incident, evidence: [{ ...piece, observed: 350_000 }] };
    const incidents = {
      ...incidentsOf([incident]),
      events: () => Promise.resolve([opened(grave)]),
    };
    await serve('payment', { ...parts, incidents });
    const page = (await get(`/incidents/${incident.id}`)).text;
    const list = (await get('/')).text;
    for (const markup of [list, page]) expect(markup).toContain('is slow: +309 ms at its worst');
    expect(list.includes('now 1 ms')).toBe(state === 'open');
    expect(page.includes('see whether that lasts')).toBe(state === 'open');
    expect(page).toContain('(350 ms at its worst, normally 41 ms)');
    expect(page).toContain('Slow trace beside a typical one');
    expect(page).toContain('of its requests use it');
  });
});
