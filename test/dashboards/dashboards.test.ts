import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DASHBOARDS } from '../../dashboards/code/dashboards.ts';
import { renderDashboards } from '../../dashboards/code/render.ts';
import { LOCALES } from '../../dashboards/code/texts.ts';
import { indexedFields } from '../sink/indexed-fields.ts';
import { lintDashboard, type Linted } from './lint.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DASHBOARD_FOLDER = join(ROOT, 'dashboards');

/** From docs/operations.md, which another test holds to a running service, and prom-client's standard set. */
const EXPORTED = new Set(
  [
    ...readFileSync(join(ROOT, 'docs/operations.md'), 'utf8').matchAll(/^\| `(spanwatch_\w+)` \| (\w+)/gm),
  ].flatMap(([, name, type]) =>
    type === 'histogram' ? ['_bucket', '_sum', '_count'].map((end) => name + end) : [name],
  ),
);
for (const name of [
  'process_resident_memory_bytes',
  'process_cpu_seconds_total',
  'process_start_time_seconds',
  'nodejs_heap_size_used_bytes',
])
  EXPORTED.add(name);

describe.each(LOCALES)('dashboards in %s', (locale) => {
  const rendered = renderDashboards(locale);

  it('are the committed JSON (`npm run dashboards` writes it)', () => {
    const folder = join(DASHBOARD_FOLDER, locale);
    expect(readdirSync(folder).toSorted()).toEqual([...rendered.keys()].toSorted());
    for (const [file, json] of rendered) expect(readFileSync(join(folder, file), 'utf8')).toBe(json);
  });

  it.each([...rendered])('%s keeps the rules', (_, json) => {
    expect(lintDashboard(JSON.parse(json) as Linted, EXPORTED, indexedFields())).toEqual([]);
  });

  it('link to each other with time and variables, and have uids of their own', () => {
    const all = [...rendered.values()].map((json) => JSON.parse(json) as Linted);
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(DASHBOARDS.length);
    for (const { links, tags } of all) {
      expect(links[0]).toMatchObject({ type: 'dashboards', keepTime: true, includeVars: true });
      expect(tags).toContain(links[0].tags[0]);
    }
  });
});

it('tables of several queries name their columns', () => {
  const json = renderDashboards('en').get('spanwatch-anomaly.json') ?? '';
  expect(json).toMatch(/"renameByName": \{\s+"Value #A": "seen",\s+"Value #B": "learned"/);
});

it('tables open incidents and services by names that are untrusted, and keep data source, pages and time', () => {
  for (const json of renderDashboards('en').values()) {
    const urls = [...json.matchAll(/"url": "([^"]*__value[^"]*)"/g)].map(([, url]) => url);
    for (const url of urls) {
      expect(url).toContain('${__value.raw:percentencode}');
      if (url.startsWith('/d/'))
        expect(url).toMatch(
          /&\$\{datasource:queryparam\}&\$\{spanwatch:queryparam\}&\$\{__url_time_range\}$/,
        );
    }
  }
  expect(renderDashboards('en').get('spanwatch-overview.json')).toContain(
    '/d/spanwatch-service?var-service=',
  );
});

describe('both languages', () => {
  it('have the same panels and queries', () => {
    const shape = (locale: 'en' | 'zh') =>
      [...renderDashboards(locale).values()].map((json) =>
        (JSON.parse(json) as Linted).panels.map(({ id, gridPos, targets }) => ({
          ...{ id, gridPos },
          exprs: targets.map(({ expr, query }) => expr ?? query),
        })),
      );
    expect(shape('zh')).toEqual(shape('en'));
  });

  it('say everything in their own: no Chinese in English, and Chinese in every Chinese description', () => {
    const descriptions = (locale: 'en' | 'zh') =>
      [...renderDashboards(locale).values()].flatMap((json) =>
        (JSON.parse(json) as Linted).panels.map(({ description }) => description),
      );
    expect(descriptions('en').filter((one) => /\p{Script=Han}/u.test(one))).toEqual([]);
    expect(descriptions('zh').filter((one) => !/\p{Script=Han}/u.test(one))).toEqual([]);
  });
});

const ofDocuments = ({ panels }: Linted): Linted['panels'][number] => {
  const panel = panels.find(({ datasource }) => datasource.type === 'elasticsearch');
  if (panel === undefined) throw new Error('none asks for documents');
  return panel;
};

describe('the linter', () => {
  const [json] = renderDashboards('en').values();
  const broken = (change: (dashboard: Linted) => void): string[] => {
    const dashboard = JSON.parse(json) as Linted;
    change(dashboard);
    return lintDashboard(dashboard, EXPORTED, indexedFields());
  };

  it.each<[string, (dashboard: Linted) => void, RegExp]>([
    ['an id of its own', (d) => void (d.id = 7), /id must be null/],
    ['another schema version', (d) => void (d.schemaVersion = 42), /schemaVersion/],
    ['a uid that is too long', (d) => void (d.uid = 'x'.repeat(41)), /uid/],
    ['a panel without a title', (d) => void (d.panels[0].title = ''), /no title/],
    ['a panel without a description', (d) => void (d.panels[0].description = ''), /no description/],
    ['a panel without a unit', (d) => void delete d.panels[0].fieldConfig.defaults.unit, /no unit/],
    ['a data source by its uid', (d) => void (d.panels[0].datasource.uid = 'P1809'), /data source/],
    [
      'a target with a fixed data source',
      (d) => void (d.panels[0].targets[0].datasource.uid = 'x'),
      /data source/,
    ],
    [
      'a metric that nobody exports',
      (d) => void (d.panels[0].targets[0].expr = 'spanwatch_nothing'),
      /spanwatch_nothing/,
    ],
    ['panels that overlap', (d) => void (d.panels[1].gridPos = d.panels[0].gridPos), /overlaps/],
    ['a panel beyond the right edge', (d) => void (d.panels[0].gridPos.x = 22), /24 columns/],
    ['a title too long for 1280 px', (d) => void (d.panels[0].title = 'w'.repeat(60)), /1280 px/],
    [
      'a counter without rate',
      (d) => void (d.panels[0].targets[0].expr = 'spanwatch_traces_total + spanwatch_late_spans_total'),
      /rate/,
    ],
    [
      'a fixed range',
      (d) => void (d.panels[0].targets[0].expr = 'rate(spanwatch_traces_total[5m])'),
      /__rate_interval/,
    ],
    [
      'a variable that is not there',
      (d) => void (d.panels[0].targets[0].expr = 'spanwatch_open_spans{a="$nope"}'),
      /\$nope/,
    ],
    [
      'documents asked for a field that is not indexed',
      (d) => void (ofDocuments(d).targets[0].query = 'spanwatch.nothing:1'),
      /spanwatch\.nothing is indexed by no template/,
    ],
    [
      'figures of a field that is not indexed',
      (d) => void ((ofDocuments(d).targets[0].metrics ?? [])[0].field = 'nothing'),
      /nothing is indexed by no template/,
    ],
    [
      'documents of a fixed data source',
      (d) => void (ofDocuments(d).datasource.uid = 'x'),
      /data source is not the variable/,
    ],
    ['two panels of one id', (d) => void (d.panels[1].id = d.panels[0].id), /twice/],
  ])('sees %s', (_, change, problem) => {
    expect(broken(change).join('\n')).toMatch(problem);
  });
});
