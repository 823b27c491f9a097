import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFeishuApp } from '../../src/simulator/vendors/feishu-app.ts';
import { startJira } from '../../src/simulator/vendors/jira.ts';
import { startSlackApi } from '../../src/simulator/vendors/slack-api.ts';
import { freePorts } from '../servers/rig/ports.ts';
import { runCli } from './run-cli.ts';

const JIRA_BASIC = `Basic ${Buffer.from('bot@example.com:jira-token').toString('base64')}`;

describe('check --connect', () => {
  const folder = mkdtempSync(join(tmpdir(), 'spanwatch-ten-'));
  const closers: (() => unknown)[] = [];
  let taken: Server;
  let lines: readonly string[];

  beforeAll(async () => {
    const nowMs = (): number => Date.now();
    taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const takenPort = (taken.address() as AddressInfo).port;
    const [jaeger, kafka, smtp] = await freePorts(3);
    const slack = await startSlackApi({ nowMs, token: 'xoxb-right', channels: {} });
    const feishu = await startFeishuApp({ nowMs, appId: 'cli_a1', appSecret: 'right', chatId: 'oc_1' });
    const jira = await startJira({
      ...{ nowMs, flavour: 'cloud', project: 'OPS', authorization: JIRA_BASIC },
      required: ['customfield_10011'],
    });
    closers.push(
      () => taken.close(),
      () => slack.close(),
      () => feishu.close(),
      () => jira.close(),
    );
    lines = [
      `dataDir: ${folder}`,
      `model: ${join(folder, 'no-model')}`,
      'http: { port: 0, publicUrl: https://spanwatch.example }',
      'sources:',
      `  - { name: spans, type: otlp-http, port: ${takenPort} }`,
      `  - { name: old-traces, type: jaeger-query, url: 'http://127.0.0.1:${jaeger}' }`,
      `  - { name: topic, type: kafka, brokers: ['127.0.0.1:${kafka}'], topics: [jaeger-spans] }`,
      'channels:',
      `  - { name: slack, type: slack-bot, token: xoxb-wrong-secret, channel: C1, apiUrl: '${slack.url}' }`,
      `  - { name: feishu, type: feishu-app, appId: cli_a1, appSecret: wrong-secret, chatId: oc_1, baseUrl: '${feishu.url}' }`,
      `  - { name: mail, type: email, host: 127.0.0.1, port: ${smtp}, security: none, from: a@example.com, to: [b@example.com] }`,
      '  - { name: hook, type: webhook, url: "http://no-such-host.invalid/secret-path" }',
      `  - { name: tickets, type: jira, flavour: cloud, url: '${jira.url}', email: bot@example.com, token: jira-token, project: OPS, issueType: Bug }`,
      `  - { name: heal, type: exec, program: ${join(folder, 'no-program')} }`,
      '  - { name: screen, type: terminal }',
    ];
  });
  afterAll(async () => {
    for (const close of closers) await close();
    rmSync(folder, { recursive: true });
  });

  it('names all ten mistakes of a configuration, what is right, and no secret', async () => {
    const config = join(folder, 'spanwatch.yaml');
    writeFileSync(config, `${lines.join('\n')}\n`);
    const { code, stdout, stderr } = await runCli(['check', '--connect', '-c', config]);
    expect(stderr).toBe('');
    expect(code).toBe(1);
    const wrong = stdout.split('\n').filter((line) => line.startsWith('WRONG'));
    const expected = [
      /^WRONG model: .*no-model/,
      /^WRONG source spans: .*somebody listens there already/,
      /^WRONG source old-traces: .*(ECONNREFUSED|no connection)/,
      /^WRONG source topic: .*(no broker|ECONNREFUSED)/,
      /^WRONG channel slack: .*invalid_auth/,
      /^WRONG channel feishu: .*10014: the app secret is not valid/,
      /^WRONG channel mail: .*no connection/,
      /^WRONG channel hook: /,
      /^WRONG channel tickets: .*customfield_10011/,
      /^WRONG channel heal: .*no-program \(dry run\): the program is not there/,
    ];
    for (const mistake of expected)
      expect(
        wrong.filter((line) => mistake.test(line)),
        stdout,
      ).toHaveLength(1);
    expect(wrong).toHaveLength(expected.length);
    expect(stdout).toMatch(/^ok {4}channel screen/m);
    expect(stdout).not.toMatch(/wrong-secret|secret-path|jira-token/);
  });
});
