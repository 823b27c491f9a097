import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from '@sinclair/typebox/value';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/limits.ts';
import { configSchema, loadConfig, parseConfig, revealToken } from '../../src/config/index.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import type { HttpConfig } from '../../src/http/index.ts';
import type { OtlpHttpConfig } from '../../src/sources/otlp-http/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'spanwatch-config-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('loading a configuration', () => {
  it('without a file all defaults are in place', () => {
    const outcome = loadConfig(undefined, { folder, environment: {} });
    if (!outcome.ok) throw new Error('the defaults have problems');
    expect(outcome.source).toBe('defaults');
    expect(outcome.config).toMatchObject({
      falseAlertsPerWeek: 1,
      locale: 'en',
      dataDir: './data',
      sources: [],
      channels: [],
      http: { host: '127.0.0.1', port: 8900, insecure: false },
      names: DEFAULT_NAME_LIMITS,
      assemble: DEFAULT_ASSEMBLE_LIMITS,
    });
    expect(Value.Check(configSchema, outcome.config)).toBe(true);
  });

  it('spanwatch.yaml of the folder is found without being named', () => {
    const path = join(folder, 'spanwatch.yaml');
    writeFileSync(path, 'seed: 7\nhttp:\nsources: # none yet\n');
    const outcome = loadConfig(undefined, { folder, environment: {} });
    rmSync(path);
    expect(outcome).toMatchObject({
      ok: true,
      source: 'spanwatch.yaml',
      config: { seed: 7, http: { port: 8900 }, sources: [] },
    });
  });

  it('a named file that is not there is a problem', () => {
    const outcome = loadConfig(join(folder, 'gone.yaml'));
    expect(outcome).toMatchObject({ ok: false, problems: [{ path: '', message: 'there is no such file' }] });
  });

  it('a folder in the place of the file is a problem', () => {
    expect(loadConfig(folder)).toMatchObject({
      ok: false,
      problems: [{ message: 'this is a folder, not a file' }],
    });
  });

  it('defaults are not shared between configurations', () => {
    const [a, b] = [parseConfig('', 'a'), parseConfig('', 'b')];
    if (!a.ok || !b.ok) throw new Error('the defaults have problems');
    (a.config.sources as unknown[]).push('x');
    expect(b.config.sources).toEqual([]);
  });

  it.each(['127.0.0.1', 'localhost', '::1', '127.1.2.3'])('%s needs no token', (host) => {
    expect(parseConfig(`http: {host: "${host}"}`, 'f').ok).toBe(true);
  });

  it.each(['token: abc', 'insecure: true'])('beyond loopback, %s will do', (line) => {
    expect(parseConfig(`http: {host: 0.0.0.0, ${line}}`, 'f').ok).toBe(true);
  });

  it('listeners have their token as text where they are made', () => {
    const text =
      'http: {token: abc}\nsources: [{name: a, type: otlp-http, token: def}, {name: b, type: otlp-http, port: 0}]';
    const outcome = parseConfig(text, 'f', { environment: {} });
    if (!outcome.ok) throw new Error('there are problems');
    const http: HttpConfig = revealToken(outcome.config.http);
    const sources: OtlpHttpConfig[] = outcome.config.sources.flatMap((source) =>
      source.type === 'otlp-http' ? [revealToken(source)] : [],
    );
    expect([http.token, sources[0].token, 'token' in sources[1]]).toEqual(['abc', 'def', false]);
  });

  it('anchors and aliases work', () => {
    const text = 'sources:\n  - {name: &n one, type: otlp-http}\nchannels: [{name: *n, type: terminal}]';
    expect(parseConfig(text, 'f')).toMatchObject({ ok: true, config: { channels: [{ name: 'one' }] } });
  });
});
