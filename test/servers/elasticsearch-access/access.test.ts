import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSpanwatch, startService } from '../../../bench/verify/spanwatch-process.ts';
import { elasticsearchClient } from '../../../src/runtime/elasticsearch.ts';
import { at } from '../../../src/simulator/index.ts';
import { describeSink } from '../../../src/sink/index.ts';
import { pruneIndices } from '../../../src/sink/index-retention.ts';
import { shop, until, workplace } from '../../system/service.ts';
import {
  type Rights,
  type SecureElasticsearch,
  startSecureElasticsearch,
} from '../rig/elasticsearch-security.ts';
import { haveServers, serverFolder } from '../rig/index.ts';

const LOGIN = { username: 'spanwatch', password: 'pass-of-ours' };
/** As docs/elasticsearch.md and docs/sources.md name them. */
const SINK: Rights = {
  cluster: ['monitor', 'manage_index_templates'],
  indices: [
    {
      names: ['spanwatch-*'],
      privileges: [
        ...['create_doc', 'index', 'auto_configure', 'read', 'view_index_metadata', 'manage', 'delete_index'],
      ],
    },
  ],
};
const STORE: Rights = {
  cluster: [],
  indices: [
    {
      names: ['spanwatch-store-*'],
      privileges: ['read', 'index', 'create_doc', 'create_index', 'delete_index', 'manage'],
    },
  ],
};
const SOURCE: Rights = { cluster: [], indices: [{ names: ['jaeger-span-*'], privileges: ['read'] }] };

/** Elastic's own security module in a real node: users, roles, API keys and TLS are the server's. */
describe.skipIf(!(await haveServers('elasticsearch-security')))('a real Elasticsearch with security', () => {
  const folder = serverFolder('elasticsearch-access');
  const keys = { sink: '', store: '', source: '' };
  let server: SecureElasticsearch;
  let files: string;
  let ca: string;
  let otherCa: string;

  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'spanwatch-access-'));
    const mine = certificate('mine');
    ca = mine.cert;
    otherCa = certificate('other').cert;
    server = await startSecureElasticsearch({ folder: folder.path, tls: mine });
    await server.createUser(LOGIN, SINK);
    keys.sink = await server.createApiKey(SINK);
    keys.store = await server.createApiKey(STORE);
    keys.source = await server.createApiKey(SOURCE);
  });
  afterAll(async () => {
    await server.stop();
    rmSync(files, { recursive: true });
    folder.done(true);
  });

  const access = (over: object = {}) => ({ url: server.url, ca, timeoutMs: 30_000, ...over });
  const sink = (over: object): ReturnType<typeof describeSink> =>
    describeSink({
      ...{ name: 'search', prefix: 'spanwatch', retentionDays: 1, maxBulkBytes: 1_000_000 },
      ...access(over),
    });

  it.each([
    ['an API key', () => ({ apiKey: keys.sink })],
    ['user and password', () => ({ login: LOGIN })],
  ])('lets in %s with the documented privileges', async (_what, login) => {
    const { found, problem } = await sink(login());
    expect(problem).toBeUndefined();
    expect(found).toMatch(/8\.19\.\d+, spanwatch-incidents, spanwatch-events, spanwatch-traces$/);
  });

  it.each([
    ['a wrong key', { apiKey: 'd3Jvbmc6d3Jvbmc=' }],
    ['a wrong password', { login: { ...LOGIN, password: 'wrong-one' } }],
    ['no login', {}],
  ])('says so of %s, and shows no secret', async (_what, login) => {
    const said = await sink(login);
    expect(said.problem).toMatch(/not allowed \(HTTP 401\): are the API key or the login right/);
    expect(JSON.stringify(said)).not.toMatch(/d3Jvbmc|wrong-one/);
  });

  it('names the privileges that a key lacks', async () => {
    const cluster = SINK.cluster.filter((name) => name !== 'manage_index_templates');
    const [{ names, privileges }] = SINK.indices;
    const indices = [{ names, privileges: privileges.filter((name) => !['manage', 'index'].includes(name)) }];
    const apiKey = await server.createApiKey({ cluster, indices });
    const { problem } = await sink({ apiKey });
    expect(problem).toBe('it lacks the privileges manage_index_templates, index, manage');
  });

  it.each([
    ['of an authority that it does not know', false],
    ['of another authority', true],
  ])('trusts no certificate %s, and says why', async (_what, other) => {
    const { problem } = await sink({ ca: other ? otherCa : undefined, apiKey: keys.sink });
    expect(problem).toMatch(/^no connection: .*certificate/i);
  });

  it('has a service write its store and its documents with a key each, and no right beyond the documented', async () => {
    const place = workplace([
      'channels: [{ name: terminal, type: terminal }]',
      `sinks: [{ name: search, type: elasticsearch, ${yamlOf('SINK_KEY')} }]`,
      `store: { kind: elasticsearch, ${yamlOf('STORE_KEY')} }`,
    ]);
    const env = { SINK_KEY: keys.sink, STORE_KEY: keys.store };
    const service = await startService(place.config, { env });
    const { send } = shop(at(120).slow('payment', { addMs: 800 }, 120), 20);
    await send(service.source, 240);
    const client = elasticsearchClient(access({ apiKey: keys.sink }));
    const indices = ['spanwatch-incidents-*', 'spanwatch-events', 'spanwatch-traces'];
    // Right after an index was made its shard may not answer yet.
    const countOf = (index: string): Promise<number> =>
      client.count({ index }).then(
        ({ count }) => count,
        () => 0,
      );
    for (const index of indices) await until(`documents in ${index}`, async () => (await countOf(index)) > 0);
    service.signal('SIGTERM');
    expect((await service.ended).code).toBe(0);
    expect(service.stderr()).not.toMatch(/takes no documents|a document is dead|store.*alone/);
    const [{ names }] = STORE.indices;
    const stored = elasticsearchClient(access({ apiKey: keys.store }));
    expect((await stored.count({ index: names[0] })).count).toBeGreaterThan(0);
    // A year later all of it goes but what streams are written to.
    await client.indices.rollover({ alias: 'spanwatch-events' });
    const config = { name: 'search', prefix: 'spanwatch', retentionDays: 1, maxBulkBytes: 1e6, ...access() };
    const deleted = await pruneIndices(client, config, { nowMs: Date.now() + 400 * 86_400_000, ilm: false });
    expect(deleted).toEqual([
      'spanwatch-incidents-2026.01',
      expect.stringMatching(/^\.ds-spanwatch-events-.*-000001$/) as string,
    ]);
    await client.close();
    await stored.close();
    rmSync(place.folder, { recursive: true });
  }, 240_000);

  it('is checked by `spanwatch check --connect`, source, sink and store, with files for what is secret', async () => {
    const place = workplace([
      `sources: [{ name: spans, type: elasticsearch, ${yamlOf('SOURCE_KEY')} }]`,
      `sinks: [{ name: search, type: elasticsearch, ${yamlOf('SINK_KEY')} }]`,
      `store: { kind: elasticsearch, ${yamlOf('STORE_KEY')} }`,
      'channels: [{ name: terminal, type: terminal }]',
    ]);
    const env = { SOURCE_KEY: keys.source, SINK_KEY: keys.sink, STORE_KEY: keys.store };
    const { stdout } = await runSpanwatch(['check', '-c', place.config, '--connect'], { env });
    expect(stdout).toMatch(/source spans: Elasticsearch at https:\/\/localhost:\d+/);
    expect(stdout).toMatch(/ok {4}sink search: Elasticsearch at https:\/\/localhost:\d+ 8\.19/);
    expect(stdout).toMatch(/ok {4}store: Elasticsearch at https:\/\/localhost:\d+/);
    expect(stdout).not.toMatch(/not allowed/);
    for (const secret of Object.values(env)) expect(stdout).not.toContain(secret);
    rmSync(place.folder, { recursive: true });
  });

  function yamlOf(key: string): string {
    return `url: "${server.url}", apiKey: "\${${key}}", ca: { file: "${join(files, 'mine.cert')}" }`;
  }

  function certificate(name: string): { readonly cert: string; readonly key: string } {
    const [key, cert] = [join(files, `${name}.key`), join(files, `${name}.cert`)];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const out = ['-keyout', key, '-out', cert];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...out, ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }
});
