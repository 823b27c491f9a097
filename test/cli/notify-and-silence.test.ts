import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSilences, type Silences } from '../../src/app/silences.ts';
import { createHttpServer } from '../../src/http/index.ts';
import type { HttpParts } from '../../src/http/port.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../src/runtime/index.ts';
import { startAlertmanager } from '../../src/simulator/vendors/alertmanager.ts';
import { startJira } from '../../src/simulator/vendors/jira.ts';
import { startSlackApi } from '../../src/simulator/vendors/slack-api.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { feedbackOf } from '../http/full-parts.ts';
import { aMessage, anIncident, opened } from '../doubles/incident-story.ts';
import { untilHolds } from '../setup/until-holds.ts';
import { runCli } from './run-cli.ts';

let folder = '';
const file = (content: string): string => {
  const path = join(folder, 'spanwatch.yaml');
  writeFileSync(path, content);
  return path;
};
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

describe('notify test', () => {
  it.each(['opened', 'resolved'])('prints a sample that says it is one: %s', async (event) => {
    const config = file('channels: [{ name: t, type: terminal }]\n');
    const { code, stdout } = await runCli(['notify', 'test', 't', '--event', event, '-c', config]);
    expect(code).toBe(0);
    expect(stdout).toContain('TEST ');
    expect(stdout).toContain('This is a test by a person');
    expect(stdout).toMatch(/http:\/\/127\.0\.0\.1:8900\/incidents\/test-\d+/);
    expect(stdout).toMatch(/^ok {4}channel t/m);
  });

  it('sends it to the vendor, in the language of the channel, and says what the vendor said', async () => {
    const slack = await startSlackApi({
      nowMs: () => Date.now(),
      token: 'xoxb-1-secret',
      channels: { ops: 'C1' },
    });
    const config = (token: string) =>
      file(
        `channels: [{ name: s, type: slack-bot, locale: zh, channel: ops, token: ${token}, apiUrl: '${slack.url}' }]\n`,
      );
    expect(await runCli(['notify', 'test', 's', '-c', config('xoxb-1-secret')])).toMatchObject({ code: 0 });
    expect(JSON.stringify(slack.messages()[0].payload)).toContain('【测试】');
    const refused = await runCli(['notify', 'test', 's', '-c', config('xoxb-1-other')]);
    expect(refused).toMatchObject({ code: 1, stdout: 'WRONG channel s: Slack says invalid_auth\n' });
    await slack.close();
  });

  it('ends with nothing left to do, and says how an alert that stays open is ended', async () => {
    const alertmanager = await startAlertmanager({ nowMs: () => Date.now() });
    const config = file(`channels: [{ name: am, type: alertmanager, url: '${alertmanager.url}' }]\n`);
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const { stdout } = await runCli(['notify', 'test', 'am', '-c', config]);
    // One that says the alert again each minute would stay; the runner's own come and go.
    await untilHolds(() => expect(timers()).toBeLessThanOrEqual(before));
    expect(alertmanager.firing()).toHaveLength(1);
    const [, command = ''] = /end it by: spanwatch (.*)$/m.exec(stdout) ?? [];
    expect(await runCli([...command.split(' '), '-c', config])).toMatchObject({ code: 0 });
    expect(alertmanager.firing()).toEqual([]);
    const wrong = ['notify', 'test', 'am', '--event', 'resolved', '--incident', '20260105T090118-f3c15a'];
    expect(await runCli([...wrong, '-c', config])).toMatchObject({ code: 2 });
    await alertmanager.close();
  });

  it('runs the program of an exec channel each time, says what it said, and leaves no trace where limits are kept', async () => {
    const program = join(folder, 'heal.sh');
    writeFileSync(program, `#!/bin/sh\ngrep -c '"test":true'\n`, { mode: 0o755 });
    const config = file(
      `dataDir: ${folder}/data\nchannels: [{ name: heal, type: exec, program: ${program}, dryRun: false, maxPerHour: 1 }]\n`,
    );
    for (let i = 0; i < 2; i++)
      expect(await runCli(['notify', 'test', 'heal', '-c', config])).toMatchObject({
        code: 0,
        stdout: 'ok    channel heal: the sample was taken\n      exit code 0: 1\n',
      });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    writeFileSync(program, '#!/bin/sh\necho no such host; exit 3\n');
    expect(await runCli(['notify', 'test', 'heal', '-c', config])).toMatchObject({
      code: 1,
      stdout: 'WRONG channel heal: exit code 3: no such host\n',
    });
  });

  it('says which issue it has made', async () => {
    const jira = await startJira({
      nowMs: () => Date.now(),
      ...{ flavour: 'cloud', project: 'OPS' },
      authorization: `Basic ${Buffer.from('bot@example.com:jira-token').toString('base64')}`,
    });
    const config = file(
      `channels: [{ name: j, type: jira, url: '${jira.url}', email: bot@example.com, token: jira-token, project: OPS, issueType: Bug }]\n`,
    );
    const { code, stdout } = await runCli(['notify', 'test', 'j', '-c', config]);
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^ {6}a real issue: OPS-1; close it there/m) as unknown,
    });
    await jira.close();
  });

  it('names the channels that there are', async () => {
    const config = file('channels: [{ name: t, type: terminal }]\n');
    const { code, stderr } = await runCli(['notify', 'test', 'nobody', '-c', config]);
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there are: t') as unknown,
    });
    expect((await runCli(['notify', 'test', '-c', config])).code).toBe(2);
    expect((await runCli(['notify', 'test', 't', '--event', 'noted', '-c', config])).code).toBe(2);
  });
});

describe('silence', () => {
  let store: Store;
  let silences: Silences;
  let http: ReturnType<typeof createHttpServer>;
  let config: string;

  beforeEach(async () => {
    const runtime = {
      clock: createWallClock(),
      logger: silentLogger(),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    store = openSqliteStore({ path: ':memory:' }, runtime);
    silences = createSilences(store.silences, runtime, () => undefined);
    const parts: HttpParts = {
      ready: () => ({ ok: true, reasons: [] }),
      version: '0.0.0',
      status: () => ({}),
      incidents: store,
      silences,
      feedback: feedbackOf(runtime),
      decisions: (id) => store.decisions(id),
    };
    const server = { host: '127.0.0.1', port: 0, insecure: false, token: 'a-token-of-the-api' };
    http = createHttpServer(server, parts, runtime);
    await silences.start();
    await http.start();
    config = file(`http: { port: ${new URL(http.url).port}, token: a-token-of-the-api }\n`);
  });
  afterEach(async () => {
    await http.shutdown();
    await silences.shutdown();
    await store.close();
  });

  it('is added, listed and expired', async () => {
    const added = await runCli([
      ...['silence', 'add', 'service=~"pay.*"', 'severity!=P0', '--for', '2h'],
      ...['--by', 'ann', '--comment', 'a release', '-c', config],
    ]);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).toMatch(
      /^s\w+ {2}active .* service=~"pay\.\*" severity!="P0" {2}\(ann: a release\)$/m,
    );
    const [{ id, startsAt, endsAt }] = await store.silences.silences();
    expect(endsAt - startsAt).toBeGreaterThan(7_190_000);
    expect((await runCli(['silence', 'list', '-c', config])).stdout).toContain(id);
    expect(await runCli(['silence', 'expire', id, '--by', 'bob', '-c', config])).toMatchObject({ code: 0 });
    expect((await runCli(['silence', 'list', '-c', config])).stdout).toBe('no silences\n');
    expect((await runCli(['silence', 'list', '--all', '-c', config])).stdout).toContain('expired');
    expect(await runCli(['silence', 'expire', id, '-c', config])).toMatchObject({ code: 1 });
  });

  it('is refused when it could match nothing', async () => {
    const wrong = ['silence', 'add', 'severity=P9', '--for', '2h', '--by', 'ann', '-c', config];
    expect(await runCli(wrong)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('fits none of P0, P1, P2, P3') as unknown,
    });
    expect(await store.silences.silences()).toEqual([]);
  });

  it('is not what feedback is: that is listed and taken back by itself', async () => {
    const listed = await runCli(['feedback', 'list', '-c', config]);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(listed.stdout).toMatch(
      /^i-9 {2}in-force {2}followed in part, until \S+Z {2}\(ann\) {2}self\(payment, Charge\) up$/m,
    );
    const revoke = ['feedback', 'revoke', 'i-9', '--by', 'bob', '-c', config];
    expect((await runCli(revoke)).stdout).toContain('i-9  revoked');
    expect((await runCli(['feedback', 'list', '-c', config])).stdout).toBe('no feedback holds\n');
    expect((await runCli(['feedback', 'list', '--all', '-c', config])).stdout).toContain('revoked');
    expect(await runCli(revoke)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('409') as unknown,
    });
    for (const args of ['revoke', 'x', 'list y', 'revoke a b'])
      expect((await runCli(['feedback', ...args.split(' '), '-c', config])).code, args).toBe(2);
  });

  it('policy explain says who was told, what became of it, and who was not', async () => {
    const incident = anIncident();
    const told = { incidentId: incident.id, messageId: `${incident.id}-1`, event: 'opened' };
    await store.appendEvent(
      incident,
      opened(incident),
      [{ channel: 'chat', message: aMessage({ incidentId: incident.id }) }],
      [
        { ...told, channel: 'chat', outcome: 'told', reason: 'opened, P1' },
        { ...told, channel: 'pager', outcome: 'untold', reason: 'no route matches' },
      ],
    );
    const { code, stdout } = await runCli(['policy', 'explain', incident.id, '-c', config]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^\S+Z {2}opened\n {2}chat {3}told: opened, P1 -> pending\n {2}pager {2}not told: no route matches\n$/,
    );
    expect((await runCli(['policy', 'explain', 'none', '-c', config])).code).toBe(1);
    expect((await runCli(['policy', 'explain', '-c', config])).code).toBe(2);
  });

  it('says what is wrong', async () => {
    const usage = [
      'add',
      'add service=a',
      'add service --for 1h',
      'add service=a --for 1x',
      'expire',
      'x',
      'list y',
    ];
    for (const args of usage) {
      expect((await runCli(['silence', ...args.split(' '), '-c', config])).code, args).toBe(2);
    }
    const refused = await runCli(['silence', 'add', 'service=~"(a+)+"', '--for', '1h', '-c', config]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('must not repeat a group');
    const nobody = await runCli(['silence', 'list', '--url', 'http://127.0.0.1:9', '-c', config]);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('is it running?') as unknown });
  });
});
