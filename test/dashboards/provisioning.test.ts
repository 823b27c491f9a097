import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const FOLDER = join(import.meta.dirname, '..', '..', 'dashboards');
const read = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

interface Source {
  readonly uid: string;
  readonly type: string;
  readonly url: string;
  readonly jsonData: Readonly<Record<string, unknown>>;
}

interface Derived {
  readonly name: string;
  readonly matcherType?: string;
  readonly matcherRegex: string;
  readonly url: string;
}

describe('provisioning files', () => {
  const { datasources } = parse(read('provisioning/datasources/spanwatch.yaml')) as {
    datasources: readonly Source[];
  };

  it('point to each other by uids that are there', () => {
    const uids = new Set(datasources.map(({ uid }) => uid));
    const text = read('provisioning/datasources/spanwatch.yaml');
    const pointed = [...text.matchAll(/datasourceUid: ([\w-]+)/g)].map(([, uid]) => uid);
    expect(pointed.length).toBeGreaterThan(2);
    for (const uid of pointed) expect(uids).toContain(uid);
  });

  it('open exemplars by the label that /metrics writes', () => {
    const prometheus = datasources.find(({ type }) => type === 'prometheus');
    expect(prometheus?.jsonData['exemplarTraceIdDestinations']).toMatchObject([{ name: 'trace_id' }]);
    const source = readFileSync(join(FOLDER, '..', 'src/telemetry/trace-durations.ts'), 'utf8');
    expect(source).toContain('{ trace_id: traceId() }');
  });

  it('keep a $ that is not for Grafana to replace doubled, and addresses to the environment', () => {
    for (const { url } of datasources) expect(url).toMatch(/^\$SPANWATCH_\w+_URL$/);
    expect(read('provisioning/datasources/spanwatch.yaml')).not.toMatch(/[^$]\$\{/);
  });

  it('find the trace id as people write it: in lines of logs, and as what an agent keeps beside them', () => {
    const loki = datasources.find(({ type }) => type === 'loki');
    const fields = loki?.jsonData['derivedFields'] as readonly Derived[];
    const matcherOf = (kind: string): RegExp =>
      new RegExp(fields.find(({ matcherType }) => matcherType === kind)?.matcherRegex ?? '(?!)');
    // Grafana takes the first of each name alone.
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    expect(fields.map(({ url }) => url)).toEqual(fields.map(() => '$${__value.raw}'));
    for (const id of ['4bf92f3577b34da6a3ce929d0e0e4736', 'a3ce929d0e0e4736'])
      for (const line of [
        ...[`trace_id=${id} paid`, `{"trace_id":"${id}"}`, `{"traceID": "${id}"}`, `traceid: ${id}`],
        `{"traceId":"${id}"}`,
      ])
        expect(matcherOf('regex').exec(line)?.[1]).toBe(id);
    expect(matcherOf('regex').test('trace_id=4bf92f3577b34da6a3ce929d0e0e4736ff')).toBe(false);
    for (const key of ['trace_id', 'traceID', 'traceId', 'traceid'])
      expect(matcherOf('label').test(key)).toBe(true);
    expect(matcherOf('label').test('parent_trace_id')).toBe(false);
  });
});

describe('alert and recording rules', () => {
  it('ask for metrics that a running service exports', () => {
    const exported = readFileSync(join(FOLDER, '..', 'docs/operations.md'), 'utf8');
    const { groups } = parse(read('prometheus/alerts.yaml')) as { groups: { rules: { expr: string }[] }[] };
    const exprs = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
    exprs.push(read('prometheus/rules.yaml'));
    for (const [name] of exprs.join('\n').matchAll(/(?<![:\w])spanwatch_\w+/g))
      expect(exported).toContain(`| \`${name.replace(/_bucket$/, '')}\` |`);
  });
});
