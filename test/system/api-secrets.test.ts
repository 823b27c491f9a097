import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService, type Service } from '../../src/app.ts';
import { NO_MODEL } from '../../src/app/model.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../src/runtime/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { aMessage, anIncident, opened } from '../doubles/incident-story.ts';
import { until } from './service.ts';

/** Each is found nowhere else, so that one anywhere in an answer is a leak. */
const SECRETS = {
  api: 'zq-api-token-1',
  source: 'zq-source-token-2',
  hook: 'zq-hook-path-3',
  feishu: 'zq-feishu-secret-4',
  webhook: 'whsec_enEtd2ViaG9vay1zZWNyZXQtbnVtYmVyLTU1NTU=',
  header: 'zq-header-value-6',
};
/** Nothing listens there: what is sent fails, with reasons that must not quote the address. */
const CONFIG = `
http: { port: 0, token: ${SECRETS.api} }
sources: [{ name: otlp, type: otlp-http, port: 0, token: ${SECRETS.source} }]
channels:
  - { name: slack, type: slack-webhook, url: 'http://127.0.0.1:9/${SECRETS.hook}' }
  - { name: feishu, type: feishu-bot, url: 'http://127.0.0.1:9/${SECRETS.hook}', secret: ${SECRETS.feishu} }
  - { name: hook, type: webhook, url: 'http://127.0.0.1:9/${SECRETS.hook}', secrets: ['${SECRETS.webhook}'] }
`;

let folder: string;
let service: Service;
const clock = createWallClock();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-secrets-'));
  const parsed = parseConfig(`${CONFIG}dataDir: ${folder}\n`, 'f.yaml', { environment: {}, folder });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { config } = parsed;
  const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
  // An incident of an earlier process, with messages that cannot be delivered.
  const store = openSqliteStore({ path: join(folder, 'spanwatch.db') }, runtime);
  const incident = anIncident({ id: 'i-1', openedAt: clock.now() - 60_000, startedAt: clock.now() - 90_000 });
  const message = aMessage({ incidentId: 'i-1' });
  await store.appendEvent(
    incident,
    opened(incident),
    ['slack', 'feishu', 'hook'].map((channel) => ({ channel, message })),
  );
  await store.close();
  const options = { clock: 'wall', write: () => undefined, color: false } as const;
  const vocabulary = createVocabulary(config.names);
  service = createService(config, { vocabulary, model: NO_MODEL }, runtime, options);
  await service.start();
});
afterAll(async () => {
  await service.shutdown();
  rmSync(folder, { recursive: true });
});

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const controller = new AbortController();
  const answer = await request(`${service.addresses().http}${path}`, {
    method: method as 'GET',
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
    signal: controller.signal,
  });
  const head = JSON.stringify(answer.headers);
  if (path.includes('/events')) {
    controller.abort();
    answer.body.on('error', () => undefined);
    return { status: answer.statusCode, text: head };
  }
  return { status: answer.statusCode, text: head + (await answer.body.text()) };
}

const TOKEN = { authorization: `Bearer ${SECRETS.api}` };

function leaksOf(text: string): string[] {
  return Object.entries(SECRETS).flatMap(([name, secret]) => (text.includes(secret) ? [name] : []));
}

describe('no answer holds a secret', () => {
  interface Document {
    readonly paths: Record<string, Record<string, unknown>>;
  }
  const document = JSON.parse(
    readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'openapi.json'), 'utf8'),
  ) as Document;
  const calls = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).map((method): [string, string] => [method.toUpperCase(), path]),
  );

  it.each(calls)('%s %s: allowed, refused, broken', async (method, path) => {
    const real = path
      .replace('/incidents/{id}', '/incidents/i-1')
      .replace('/deliveries/{id}', `/deliveries/${encodeURIComponent('20260307T031240-payment-1/slack')}`)
      .replace(/\{\w+\}/g, 'x');
    const body =
      method === 'POST'
        ? { by: SECRETS.api.slice(0, -1), revision: 1, text: 'x', name: 'x', verdict: 'normal-now' }
        : undefined;
    for (const [headers, sent] of [
      [TOKEN, body],
      [{}, body],
      [TOKEN, method === 'POST' ? { wrong: 1 } : undefined],
    ] as const) {
      const { text, status } = await ask(method, real, headers, sent);
      expect(leaksOf(text), `${status} ${text}`).toEqual([]);
      expect(status, text).not.toBe(500);
    }
  });

  it('messages that failed say why without the address, and a scan that finds something would say so', async () => {
    let text = '';
    // One of each of the three channels.
    await until('three failures', async () => {
      text = (await ask('GET', '/api/v1/deliveries', TOKEN)).text;
      return text.split('"reason"').length > 3;
    });
    expect(leaksOf(text)).toEqual([]);
    expect(leaksOf(`x ${SECRETS.feishu}`)).toEqual(['feishu']);
  });
});

describe('the whole way', () => {
  it('a note through the API is in the store, in the timeline and in live updates', async () => {
    const note = { by: 'ann', text: 'the whole way' };
    expect((await ask('POST', '/api/v1/incidents/i-1/notes', TOKEN, note)).status).toBe(200);
    const { text } = await ask('GET', '/api/v1/incidents/i-1', TOKEN);
    expect(text).toContain('"text":"the whole way"');
    const silence = {
      by: 'ann',
      endsAt: new Date(clock.now() + 60_000).toISOString(),
      matchers: [{ name: 'service', operator: '=', value: 'payment' }],
    };
    expect((await ask('POST', '/api/v1/silences', TOKEN, silence)).status).toBe(201);
    expect((await ask('GET', '/api/v1/silences', TOKEN)).text).toContain('"state":"active"');
    const status = await ask('GET', '/api/v1/status', TOKEN);
    expect(status.text).toMatch(/"budget":\{"perWeek":1,"expected":/);
    expect(status.text).toMatch(/"outbox":\{"pending":\d/);
  });
});

// Last: from then on the address is told to wait.
describe('whoever guesses', () => {
  it('is refused, then told to wait, and learns nothing', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 12; n++) {
      const { status, text } = await ask('GET', '/api/v1/status', { authorization: `Bearer guess ${n}` });
      statuses.push(status);
      expect(leaksOf(text)).toEqual([]);
    }
    expect(statuses).toEqual([...new Array<number>(10).fill(401), 429, 429]);
  });
});
