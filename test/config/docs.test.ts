import { readFileSync } from 'node:fs';
import { KindGuard, type TSchema } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import {
  configSchema,
  formatProblems,
  loadConfig,
  parseConfig,
  renderConfigurationDocs,
} from '../../src/config/index.ts';
import { variantsOf } from '../../src/config/expectation.ts';

const top = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, top), 'utf8');
const example = read('spanwatch.example.yaml');

describe('docs/configuration.md', () => {
  it('is what the schema says; `npm run docs` writes it again', () => {
    expect(read('docs/configuration.md')).toBe(renderConfigurationDocs(example));
  });

  it('describes every field', () => {
    expect(undescribed(configSchema, '')).toEqual([]);
    expect(renderConfigurationDocs(example)).not.toContain('undefined');
  });
});

describe('spanwatch.example.yaml', () => {
  it('loads', () => {
    const outcome = loadConfig(new URL('spanwatch.example.yaml', top).pathname, { environment: {} });
    expect(outcome.ok ? '' : formatProblems(outcome.problems, outcome.source)).toBe('');
  });

  it('loads with everything that it comments out, too', () => {
    const all = example
      .replace(/^( *)# (- |[a-z]+: )/gm, '$1$2')
      .replace(/^( *)# {3}/gm, '$1  ')
      .replace('{ file: secrets/feishu-bot }', 'x');
    const environment = {
      SPANWATCH_OTLP_TOKEN: 'x',
      SLACK_WEBHOOK_URL: 'https://x',
      FEISHU_BOT_URL: 'https://x',
      SPANWATCH_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz',
    };
    const outcome = parseConfig(all, 'example', { environment });
    expect(outcome.ok ? '' : formatProblems(outcome.problems, 'example')).toBe('');
    expect(outcome.ok && outcome.config.channels.map(({ type }) => type)).toEqual([
      'terminal',
      'slack-webhook',
      'feishu-bot',
      'webhook',
    ]);
  });
});

function undescribed(schema: TSchema, path: string): string[] {
  const here = schema.description === undefined && !KindGuard.IsLiteral(schema) ? [path] : [];
  const below = KindGuard.IsObject(schema)
    ? Object.entries(schema.properties).flatMap(([key, each]) => undescribed(each, `${path}.${key}`))
    : KindGuard.IsArray(schema)
      ? undescribed(schema.items, `${path}[]`)
      : (variantsOf(schema) ?? []).flatMap((variant) => undescribed(variant, path));
  return [...here, ...below];
}
