import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from './run-cli.ts';
import { otlpJsonLines, shopBatch } from './shop-files.ts';

let folder = '';
let spans = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spanwatch-cli-'));
  spans = file('spans.jsonl', otlpJsonLines(shopBatch({ seconds: 8, tracesPerSecond: 2 })));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const COMMANDS = ['run', 'learn', 'replay', 'explain', 'check', 'notify', 'silence', 'demo'];

describe('exit code 0', () => {
  it.each(COMMANDS)('for %s --help, on standard output', async (command) => {
    const { code, stdout, stderr } = await runCli([command, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^spanwatch ${command} `));
    expect(await runCli(['help', command])).toMatchObject({ code: 0, stdout });
  });

  it('for --help, which lists every command, and --version', async () => {
    const { code, stdout } = await runCli(['--help']);
    expect(code).toBe(0);
    for (const command of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${command} `, 'm'));
    const version = await runCli(['--version']);
    expect(version.code).toBe(0);
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('exit code 2 and the usage on standard error, for', () => {
  const wrong: readonly (readonly [string, readonly string[], RegExp])[] = [
    ['no command', [], /usage: spanwatch COMMAND/],
    ['an unknown command', ['wach'], /there is no command "wach"/],
    [
      'an unknown option',
      ['replay', 'x', '--modle', 'm'],
      /there is no option --modle; did you mean --model\?$/m,
    ],
    ['learn without -o', ['learn', 'x'], /-o models\/NAME is missing/],
    ['learn from a source and a file', ['learn', 'x', '-o', 'm', '--from-source', 'j'], /not both/],
    [
      'learn from an unknown source',
      ['learn', '-o', 'm', '--from-source', 'j', '--from', '-24h'],
      /no source "j", it has none; is there a spanwatch.yaml\?/,
    ],
    ['learn without a file', ['learn', '-o', 'm'], /no FILE given/],
    ['replay without a model', ['replay', 'x'], /--model DIR is missing/],
    ['explain without a file', ['explain'], /no FILE given/],
    [
      'a time without a zone',
      ['learn', 'x', '-o', 'm', '--from', '2026-01-05T09:00:00'],
      /--from: .*RFC 3339/,
    ],
    [
      'an interval that ends before it begins',
      ['learn', 'x', '-o', 'm', '--exclude', '2026-01-05T09:00:00Z/2026-01-05T08:00:00Z'],
      /ends before it begins/,
    ],
    [
      'a range that ends before it begins',
      ['learn', 'x', '-o', 'm', '--from', '2026-01-05T09:00:00Z', '--to', '2026-01-05T08:00:00Z'],
      /--from must be before --to/,
    ],
    ['a clock that there is not', ['run', '--clock', 'moon'], /--clock is "wall" or "event"/],
    ['something beyond the options', ['run', 'now'], /unexpected: now/],
    ['something beyond the options of demo', ['demo', '--twice'], /there is no option --twice$/m],
    ['a shop that there is not', ['demo', 'bakery'], /unexpected: bakery/],
    ['an option without its value', ['check', '-c'], /-c, --config needs a value$/m],
    ['a value for an option that takes none', ['check', '--connect=yes'], /--connect takes no value$/m],
    [
      'an option in place of a value',
      ['check', '--config', '--connect'],
      /--config needs a value; one that begins with "-" is written with "=": --config=-VALUE$/m,
    ],
    ['a silence of nothing', ['silence', 'add', 'payment', '--for', '2h'], /"payment" is no matcher such as/],
  ];
  it.each(wrong)('%s', async (_, args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/^ {2}(-|[a-z])/m);
  });
});

describe('exit code 1 and one clear line, for', () => {
  const failures: readonly (readonly [string, () => readonly string[], RegExp])[] = [
    [
      'a file that is not there',
      () => ['explain', join(folder, 'absent')],
      /absent: .*(no such file|ENOENT)/,
    ],
    [
      'a file that holds no traces',
      () => ['explain', file('story.txt', 'once upon a time\n')],
      /story\.txt: not a trace file/,
    ],
    [
      'a model that is not there',
      () => ['replay', spans, '--model', join(folder, 'no-model')],
      /no such model: there is no folder .*no-model/,
    ],
    [
      'a configuration that is not there',
      () => ['run', '-c', join(folder, 'absent.yaml')],
      /absent\.yaml: there is no such file/,
    ],
    [
      'a misspelt key, with its line and a suggestion',
      () => ['run', '-c', file('misspelt.yaml', 'locale: en\nfalseAlertsPerWek: 2\n')],
      /misspelt\.yaml:2:1: falseAlertsPerWek: .*did you mean falseAlertsPerWeek/,
    ],
    [
      'a value out of bounds, with its line and key',
      () => ['check', '-c', file('bounds.yaml', 'locale: en\nhttp:\n  port: 70000\n')],
      /bounds\.yaml:3:\d+: http\.port: .*65,?535/,
    ],
    [
      'a range that has none of the spans',
      () => ['learn', spans, '-o', join(folder, 'm'), '--from', '2030-01-01T00:00:00Z'],
      /no spans from .*spans\.jsonl: \d+ are in it, and none of them between --from and --to/,
    ],
    [
      'run without a configuration',
      () => ['run'],
      /there is no spanwatch\.yaml here, and so no source to take spans from/,
    ],
    [
      'run without a source',
      () => ['run', '-c', file('empty.yaml', 'locale: en\n')],
      /empty\.yaml: there is no source to take spans from/,
    ],
    [
      'a report that cannot be written',
      () => ['replay', spans, '--model', 'models/demo', '--report', join(folder, 'no', 'report.json')],
      /report cannot be written to .*ENOENT/,
    ],
    [
      'too little to learn from',
      () => ['learn', spans, '-o', join(folder, 'thin')],
      /too little to learn from: .*; give half an hour of ordinary traffic, or more/,
    ],
  ];
  it.each(failures)('%s', async (_, args, message) => {
    const { code, stderr } = await runCli(args());
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at .*\.ts/m);
  });
});

describe('check', () => {
  it('names all that is wrong at once', async () => {
    const config = file('wrong.yaml', 'model: nowhere\n');
    const { code, stdout } = await runCli(['check', '-c', config]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ok {4}configuration .*wrong\.yaml$/m);
    for (const what of ['model', 'sources', 'channels'])
      expect(stdout).toMatch(new RegExp(`^WRONG ${what}: `, 'm'));
  });

  it('finds the example in order, and tries its connections', async () => {
    const config = file(
      'good.yaml',
      'model: models/demo\nsources: [{ name: otlp, type: otlp-http, port: 0 }]\nchannels: [{ name: t, type: terminal }]\nhttp: { port: 0 }\n',
    );
    const { code, stdout } = await runCli(['check', '-c', config, '--connect']);
    expect({ code, wrong: stdout.match(/^WRONG.*$/gm) }).toEqual({ code: 0, wrong: null });
    expect(stdout).toMatch(/models\/demo: \d+ components/);
  });

  it('warns when messages would link to where nobody can follow', async () => {
    const rest =
      'sources: [{ name: otlp, type: otlp-http, port: 0 }]\nchannels: [{ name: chat, type: wecom, url: "http://127.0.0.1:9/x" }]\n';
    const warnings = async (more: string): Promise<readonly string[] | null> => {
      const { code, stdout } = await runCli(['check', '-c', file('links.yaml', `${rest}${more}`)]);
      expect({ code, stdout }).toMatchObject({ code: 0 });
      return stdout.match(/^WARN .*$/gm);
    };
    expect(await warnings('')).toEqual([
      'WARN  http.publicUrl: not set: messages to chat link to http://127.0.0.1:8900/incidents/{incidentId}, which may be dead for whoever reads them',
    ]);
    expect(await warnings('http: { publicUrl: https://spanwatch.example }\n')).toBeNull();
  });

  it('says which channel cannot be reached, and keeps its address to itself', async () => {
    const config = file(
      'unreachable.yaml',
      [
        'sources: [{ name: otlp, type: otlp-http, port: 0 }]',
        'channels: [{ name: chat, type: slack-webhook, url: "http://127.0.0.1:9/services/hush-hush" }]',
        '',
      ].join('\n'),
    );
    const { code, stdout, stderr } = await runCli(['check', '-c', config, '--connect']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^WRONG channel chat: .*nothing answers at .*ECONNREFUSED/m);
    expect(stdout + stderr).not.toContain('hush-hush');
  });
});
