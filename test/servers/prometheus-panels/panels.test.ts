import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from 'undici';
import { buildDashboard } from '../../../dashboards/code/build.ts';
import { DASHBOARDS } from '../../../dashboards/code/dashboards.ts';
import type { PanelSpec } from '../../../dashboards/code/panels.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { type PrometheusServer, startPrometheus } from '../rig/prometheus.ts';
import { type Drawn, escape, type Place } from './picture-parts.ts';
import { pictureOf } from './picture.ts';
import { replayFault, type Stretch } from './replayed-fault.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'grafana.md');
const [BEGIN, END] = [
  '<!-- panels: written by UPDATE_GOLDEN=1 npm run test:servers -- --only prometheus-panels -->',
  '<!-- end of panels -->',
];
const PICTURES = join(DOCS, '..', 'grafana');
/** Lines of every service are too many for a picture: the dashboards of one service show those of the fault. */
const PICTURED_SERVICES: Readonly<Record<string, string>> = {
  service: '(payment|cart)@.+',
  developer: '(inventory|payment)@.+',
};
const SCRAPE_MS = 2_000;
/** Tables show an instant: the fullest of these in a stretch counts. */
const INSTANT_EVERY_S = 10;
/** What the dashboard's variables stand for here. */
const VARIABLES: Readonly<Record<string, string>> = {
  $__rate_interval: '20s',
  $service: '.*',
  $incident: '.*',
  $since: '1m',
  $__range: '10m',
};

interface Shown {
  readonly dashboard: string;
  readonly panel: PanelSpec;
  readonly quiet: number;
  readonly fault: number;
  readonly highest: readonly [number, number];
}

describe.skipIf(!(await haveServers('prometheus')))(
  'panels on a real Prometheus that scraped a fault',
  () => {
    const folder = serverFolder('prometheus-panels');
    let prometheus: PrometheusServer;
    let replayed: Awaited<ReturnType<typeof replayFault>>;
    const shown: Shown[] = [];

    beforeAll(async () => {
      replayed = await replayFault(async ({ http }) => {
        const targets = [http.replace('http://', '')];
        prometheus = await startPrometheus({ folder: folder.path, targets, scrapeIntervalMs: SCRAPE_MS });
      });
      for (const { name, panels } of DASHBOARDS)
        for (const panel of panels)
          if (panel.queries.length > 0) shown.push({ dashboard: name, panel, ...(await both(panel)) });
    });

    afterAll(async () => {
      await replayed.stop();
      await prometheus.stop();
      folder.done(true);
    });

    it('are not empty in the fault, not one', () => {
      const empty = shown
        .filter(({ fault }) => fault === 0)
        .map(({ dashboard, panel }) => `${dashboard}: ${panel.title.en}`);
      expect(empty).toEqual([]);
    });

    it.each([
      ['overview', 'Open incidents'],
      ['overview', 'Worst severity'],
      ['overview', 'Traffic hurt'],
      ['overview', 'Anomaly score'],
      ['on-call', 'Nobody is on it'],
      ['security', 'Bursts of errors'],
      ['security', 'Status codes by operation'],
      ['service', 'Dependencies against learned'],
    ])('show the fault: %s, %s', (dashboard, title) => {
      const one = shown.find(({ dashboard: of, panel }) => of === dashboard && panel.title.en === title);
      const [quiet, fault] = one?.highest ?? [0, 0];
      expect(fault).toBeGreaterThan(Math.max(quiet * 1.5, 0));
    });

    it.each(['Incidents now', 'Suspects', 'Evidence, in standard deviations', 'Seen against learned'])(
      'name an incident in the fault alone: %s',
      (title) => {
        const one = shown.find(({ panel }) => panel.title.en === title);
        expect(one?.fault).toBeGreaterThan(0);
        expect(one?.quiet).toBe(0);
      },
    );

    it('call who is hurt as services are called, so that a click finds its dashboard', async () => {
      const query = 'spanwatch_incident_entry_hurt_ratio unless on (service) spanwatch_service_anomaly_score';
      const { data } = (await get('query', { query, time: replayed.fault.to })) as Answer;
      expect(data.result.map(({ metric }) => metric['service'])).toEqual([]);
    });

    it('have exemplars that are traces', async () => {
      const { data } = (await get('query_exemplars', {
        query: 'spanwatch_trace_duration_seconds_bucket',
        start: replayed.quiet.from,
        end: replayed.fault.to,
      })) as { data: { exemplars: { labels: { trace_id: string } }[] }[] };
      const ids = data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
      expect(ids.length).toBeGreaterThan(0);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    });

    it('are in the table of docs/grafana.md', () => {
      const text = readFileSync(DOCS, 'utf8');
      const [before, rest] = text.split(BEGIN);
      const [listed, after] = rest.split(END);
      if (process.env['UPDATE_GOLDEN'] === '1')
        writeFileSync(DOCS, `${before}${BEGIN}\n${tableOf(shown)}${END}${after}`);
      else for (const { panel } of shown) expect(listed).toContain(`| ${panel.title.en} |`);
    });

    it.each(DASHBOARDS.map(({ name }) => name))('have a picture: %s', async (name) => {
      const file = join(PICTURES, `${name}.svg`);
      const picture = await pictured(name);
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(file, picture);
      const kept = readFileSync(file, 'utf8');
      expect(readFileSync(DOCS, 'utf8')).toContain(`(grafana/${name}.svg)`);
      for (const { dashboard, panel } of shown)
        if (dashboard === name) expect(kept).toContain(`>${escape(panel.title.en)}</text>`);
      expect(picture).not.toContain('>no rows<');
    });

    async function pictured(name: string): Promise<string> {
      const spec = DASHBOARDS.find((one) => one.name === name);
      if (spec === undefined) throw new Error(`no ${name}`);
      const panels = spec.panels.filter(({ queries }) => queries.length > 0);
      const built = buildDashboard({ ...spec, panels }, 'en').panels as { gridPos: Place }[];
      const pictures = panels.map(async (panel, i) => ({
        panel,
        place: built[i].gridPos,
        drawn: await drawn(panel, PICTURED_SERVICES[name] ?? '.*'),
      }));
      const range = { from: replayed.quiet.from, fault: replayed.quiet.to, to: replayed.fault.to };
      return pictureOf(spec.title.en, await Promise.all(pictures), range);
    }

    async function drawn(panel: PanelSpec, service: string): Promise<Drawn[]> {
      const [from, to] = [replayed.quiet.from, replayed.fault.to];
      const answers = panel.queries.map(async ({ expr }, query) => {
        const asked = filled(expr.replaceAll('$service', service));
        const tables = panel.kind === 'table' ? await instants(asked, { from: to - 60, to }) : [];
        const fullest = tables.toSorted((a, b) => b.data.result.length - a.data.result.length).at(0);
        const { data } =
          fullest ?? ((await get('query_range', { query: asked, start: from, end: to, step: 4 })) as Answer);
        return data.result.map((series) => ({ query, labels: series.metric, points: pointsOf(series) }));
      });
      return (await Promise.all(answers)).flat();
    }

    async function both(panel: PanelSpec): Promise<Pick<Shown, 'quiet' | 'fault' | 'highest'>> {
      const quiet = await seen(panel, replayed.quiet);
      const fault = await seen(panel, replayed.fault);
      return { quiet: quiet.rows, fault: fault.rows, highest: [quiet.highest, fault.highest] };
    }

    async function seen(panel: PanelSpec, { from, to }: Stretch): Promise<{ rows: number; highest: number }> {
      let [rows, highest] = [0, 0];
      for (const { expr, role } of panel.queries) {
        const query = filled(expr);
        const results =
          panel.kind === 'table'
            ? await instants(query, { from, to })
            : [(await get('query_range', { query, start: from, end: to, step: 5 })) as Answer];
        rows += Math.max(...results.map(({ data }) => data.result.length));
        if (role === undefined || role === 'line')
          highest = Math.max(
            highest,
            ...results.flatMap(({ data }) => data.result.flatMap(valuesOf)).filter(Number.isFinite),
          );
      }
      return { rows, highest };
    }

    async function instants(query: string, { from, to }: Stretch): Promise<Answer[]> {
      const answers: Answer[] = [];
      for (let time = from; time <= to; time += INSTANT_EVERY_S)
        answers.push((await get('query', { query, time })) as Answer);
      return answers;
    }

    async function get(
      path: string,
      parameters: Readonly<Record<string, string | number>>,
    ): Promise<unknown> {
      const entries = Object.entries(parameters).map(
        ([key, value]) => [key, String(value)] as [string, string],
      );
      const { statusCode, body } = await request(
        `${prometheus.url}/api/v1/${path}?${new URLSearchParams(entries).toString()}`,
      );
      const answer: unknown = await body.json();
      if (statusCode !== 200)
        throw new Error(`${path} ${JSON.stringify(parameters)}: ${JSON.stringify(answer)}`);
      return answer;
    }
  },
);

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}
interface Answer {
  readonly data: { readonly result: readonly Series[] };
}

function filled(expr: string): string {
  return Object.entries(VARIABLES).reduce((text, [name, value]) => text.replaceAll(name, value), expr);
}

function pointsOf({ value, values = [] }: Series): [number, number][] {
  return [...values, ...(value === undefined ? [] : [value])].map(([at, text]) => [at, Number(text)]);
}

const valuesOf = (series: Series): number[] => pointsOf(series).map(([, value]) => value);

function tableOf(shown: readonly Shown[]): string {
  const number = (value: number): string => (Number.isInteger(value) ? String(value) : value.toPrecision(2));
  const rows = shown.map(({ dashboard, panel, quiet, fault, highest }) => {
    const queries = panel.queries.map(({ expr }) => `\`${expr.replaceAll('|', '\\|')}\``).join('<br>');
    const values = highest.map(number).join(' → ');
    return `| ${dashboard} | ${panel.title.en} | ${panel.answers.en} | ${queries} | ${quiet} | ${fault} | ${values} |\n`;
  });
  return `| dashboard | panel | answers | queries | rows, quiet | rows, fault | highest, quiet → fault |\n|---|---|---|---|---|---|---|\n${rows.join('')}`;
}
