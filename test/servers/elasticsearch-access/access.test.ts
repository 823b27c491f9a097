import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runSpanwatch } from '../../../bench/verify/spanwatch-process.ts';
import { createMetrics, ManualClock, silentLogger } from '../../../src/runtime/index.ts';
import { describeSink } from '../../../src/sink/index.ts';
import { openElasticsearchStore } from '../../../src/store/index.ts';
import { workplace } from '../../system/service.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { type Gate, startGate } from '../rig/gate.ts';
import { haveServers, serverFolder } from '../rig/index.ts';

const API_KEY = 'aWQ6a2V5LW9mLW91cnM=';
const LOGIN = { username: 'spanwatch', password: 'pass-of-ours' };

/** The jars of the rig have no security of their own: TLS and logins are those of a proxy before the real server. */
describe.skipIf(!(await haveServers('elasticsearch')))('a real Elasticsearch behind TLS and a login', () => {
  const folder = serverFolder('elasticsearch-access');
  let server: ElasticsearchServer;
  let gate: Gate;
  let files: string;
  let ca: string;
  let otherCa: string;

  beforeAll(async () => {
    files = mkdtempSync(join(tmpdir(), 'spanwatch-access-'));
    const mine = certificate('mine');
    ca = mine.cert;
    otherCa = certificate('other').cert;
    server = await startElasticsearch({ folder: folder.path });
    const basic = `Basic ${Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64')}`;
    gate = await startGate(server.url, { tls: mine, lets: [`ApiKey ${API_KEY}`, basic] });
  });
  afterAll(async () => {
    await gate.close();
    await server.stop();
    rmSync(files, { recursive: true });
    folder.done(true);
  });

  const sink = (over: object): ReturnType<typeof describeSink> =>
    describeSink({
      ...{ name: 'search', prefix: 'spanwatch', retentionDays: 1, maxBulkBytes: 1_000_000, timeoutMs: 5000 },
      ...{ url: gate.url, ca, ...over },
    });

  it.each([
    ['an API key', { apiKey: API_KEY }],
    ['user and password', { login: LOGIN }],
  ])('lets in %s', async (_what, login) => {
    const { found, problem } = await sink(login);
    expect(problem).toBeUndefined();
    expect(found).toMatch(/8\.19\.\d+, spanwatch-incidents, spanwatch-events, spanwatch-traces$/);
  });

  it.each([
    ['a wrong key', { apiKey: 'd3Jvbmc=' }, /not allowed \(HTTP 401\): are the API key or the login right/],
    ['a wrong password', { login: { ...LOGIN, password: 'wrong-one' } }, /not allowed \(HTTP 401\)/],
    ['no login', {}, /not allowed \(HTTP 401\)/],
  ])('says so of %s, and shows no secret', async (_what, login, problem) => {
    const said = await sink(login);
    expect(said.problem).toMatch(problem);
    expect(JSON.stringify(said)).not.toMatch(/d3Jvbmc=|wrong-one/);
  });

  it.each([
    ['of an authority that it does not know', { ca: undefined }],
    ['of another authority', { other: true }],
  ])(
    'trusts no certificate %s, and says why',
    async (_what, { other }: { ca?: undefined; other?: boolean }) => {
      const { problem } = await sink({ ca: other === true ? otherCa : undefined, apiKey: API_KEY });
      expect(problem).toMatch(/^no connection: .*certificate/i);
    },
  );

  it('holds a store', async () => {
    const access = { url: gate.url, ca, apiKey: API_KEY, timeoutMs: 5000 };
    const path = join(files, 'store.db');
    const metrics = createMetrics();
    const store = openElasticsearchStore(
      { ...access, prefix: 'behind', path },
      { clock: new ManualClock(1), logger: silentLogger(), metrics },
    );
    await store.start();
    await store.setCursor('x', '1');
    const { values } = (await metrics.registry.getSingleMetric('spanwatch_store_replicated')?.get()) ?? {
      values: [],
    };
    expect(values.at(0)?.value).toBe(1);
    await store.close();
  });

  it('is checked by `spanwatch check --connect`, source, sink and store, with files for what is secret', async () => {
    const access = `url: "${gate.url}", apiKey: "\${ES_KEY}", ca: { file: "${join(files, 'mine.cert')}" }`;
    const place = workplace([
      `sources: [{ name: spans, type: elasticsearch, ${access} }]`,
      `sinks: [{ name: search, type: elasticsearch, ${access} }]`,
      `store: { kind: elasticsearch, ${access} }`,
      'channels: [{ name: terminal, type: terminal }]',
    ]);
    const { stdout } = await runSpanwatch(['check', '-c', place.config, '--connect'], {
      env: { ES_KEY: API_KEY },
    });
    expect(stdout).toMatch(/source spans: Elasticsearch at https:\/\/localhost:\d+ 8\.19/);
    expect(stdout).toMatch(/ok {4}sink search: Elasticsearch at https:\/\/localhost:\d+ 8\.19/);
    expect(stdout).toMatch(/ok {4}store: Elasticsearch at https:\/\/localhost:\d+ 8\.19/);
    expect(stdout).not.toContain(API_KEY);
    rmSync(place.folder, { recursive: true });
  });

  function certificate(name: string): { readonly cert: string; readonly key: string } {
    const [key, cert] = [join(files, `${name}.key`), join(files, `${name}.cert`)];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const out = ['-keyout', key, '-out', cert];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...out, ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  }
});
