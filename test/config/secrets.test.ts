import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { formatProblems, parseConfig, revealChannels, Secret } from '../../src/config/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spanwatch-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

const slack = (url: string): string => `channels: [{name: a, type: slack-webhook, url: ${url}}]`;

function secretOf(text: string, environment: Record<string, string> = {}): string {
  const outcome = parseConfig(text, 'f.yaml', { environment, folder });
  if (!outcome.ok) return formatProblems(outcome.problems, 'f.yaml');
  const channel = outcome.config.channels[0];
  return channel.type === 'slack-webhook' ? channel.url.reveal() : 'another channel';
}

describe('a secret', () => {
  it('is taken from the environment, whole or in part', () => {
    expect(secretOf(slack('"${HOOK}"'), { HOOK: 'https://h/1' })).toBe('https://h/1');
    expect(secretOf(slack('"https://h/${A}/${B}"'), { A: 'x', B: 'y' })).toBe('https://h/x/y');
  });

  it('is taken as it stands in the environment: a variable in a variable is not replaced', () => {
    expect(secretOf(slack('"${A}"'), { A: 'https://h/$1$&', B: 'y' })).toBe('https://h/$1$&');
  });

  it('is taken from a file beside the configuration, without the line break at its end', () => {
    writeFileSync(join(folder, 'hook'), 'https://h/2\n');
    expect(secretOf(slack('{file: hook}'))).toBe('https://h/2');
  });

  it.each([
    ['an unset variable is named', '"${HOOK}"', 'the environment variable HOOK is not set'],
    ['an empty variable is as an unset one', '"${EMPTY}"', 'the environment variable EMPTY is not set'],
    ['all unset variables are named', '"${A}${B}${A}"', 'the environment variable A, B is not set'],
    [
      'a value of another form is told, not shown',
      '"${GEESE}"',
      'expected an http or https address without user and password (what is here is not shown)',
    ],
    ['a broken reference is told', '"${1A}"', '`${` does not name an environment variable: write `${NAME}`'],
    ['a missing file is named', '{file: gone}', 'the file gone cannot be read (ENOENT)'],
    ['an empty file is told', '{file: empty}', 'the file empty is empty'],
  ])('%s', (_name, url, reason) => {
    writeFileSync(join(folder, 'empty'), '\n');
    expect(secretOf(slack(url), { EMPTY: '', GEESE: 'geese' })).toContain(`channels[0].url: ${reason}`);
  });

  it('never turns into text', () => {
    const secret = new Secret('hush-hush');
    const error = new Error('x', { cause: secret });
    const texts = [
      `${String(secret)}`,
      JSON.stringify({ secret }),
      inspect({ a: [secret] }, { depth: 9, showHidden: true }),
      inspect(error),
      Object.entries(secret).join(),
    ];
    expect(texts.join('\n')).not.toContain('hush');
    expect([String(secret), inspect(secret)]).toEqual(['***', '***']);
    expect(secret.reveal()).toBe('hush-hush');
  });

  it('stays out of the whole configuration in print, and reaches its channel', () => {
    const text =
      'http: {token: hush-a}\nchannels: [{name: w, type: webhook, url: "https://hush-b/", secrets: [whsec_hushhushhushhushhushhushhushhush]}]';
    const outcome = parseConfig(text, 'f.yaml', { environment: {} });
    if (!outcome.ok) throw new Error(formatProblems(outcome.problems, 'f.yaml'));
    expect(JSON.stringify(outcome) + inspect(outcome, { depth: 99, showHidden: true })).not.toContain('hush');
    expect(revealChannels(outcome.config)).toEqual([
      {
        name: 'w',
        type: 'webhook',
        url: 'https://hush-b/',
        secrets: ['whsec_hushhushhushhushhushhushhushhush'],
        locale: 'en',
        minSeverity: 'P2',
        timeoutMs: 15_000,
      },
    ]);
  });

  it('stays out of every message, whatever is wrong around it', () => {
    const hidden = 'https://hush.example/T0/B0/hushhushhush';
    const shapes = (value: string): string[] => [
      `channels: [{name: a, type: slack-webhook, url: [${value}]}]`,
      `channels: [{name: a, type: slack-webhook, url: {path: "${value}"}}]`,
      `channels: [{name: a, type: slack-webhook, url: "${value}`,
      `channels: [{name: a, type: slack-webhook, url: *${value}}]`,
      `channels: [{name: a, type: slack-webhook, url: !!binary "${value}"}]`,
      `channels: [{name: "${value}", type: slack-webhook}]`,
      `channels: [{name: a, type: "${value}"}]`,
      `channels: ["${value}"]`,
      `channels: "${value}"`,
      `dataDir: "\${X}${value}"`,
      `http:\n  token: ${value}: ${value}`,
      `http:\n  token:\n\t${value}`,
      `channels: [{name: a, type: webhook, url: "${value}", secrets: ["${value}"]}]`,
      `links: {trace: "${value}"}`,
    ];
    for (const text of shapes(hidden)) {
      const outcome = parseConfig(text, 'f.yaml', { environment: {} });
      expect(outcome.ok, text).toBe(false);
      expect(JSON.stringify(outcome)).not.toContain('hush');
    }
  });
});

describe('any text', () => {
  it('gives a configuration or problems, and never throws', () => {
    const piece = fc.constantFrom(
      'http',
      'sources',
      'channels',
      ': ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '&a ',
      '*a',
      '"',
      "'",
      '|',
      '>',
      '!!set',
      '? ',
      '#',
      '1',
      '${X}',
      'type',
      'webhook',
      'url',
      ',',
      '\t',
      '<<',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (yaml) => {
        const outcome = parseConfig(yaml, 'f.yaml', { environment: {}, folder });
        return outcome.ok || outcome.problems.every(({ line, message }) => (line ?? 0) > 0 && message !== '');
      }),
      { numRuns: 2000 },
    );
  });
});
