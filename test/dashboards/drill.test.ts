import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DASHBOARDS } from '../../dashboards/code/dashboards.ts';
import type { DrillQuery, PanelSpec } from '../../dashboards/code/panels.ts';
import { at } from '../../src/simulator/index.ts';
import { type LokiDouble, startLoki } from '../doubles/loki.ts';
import {
  type StoredSpan,
  startJaegerQuery,
  startTempo,
  type TraceStoreDouble,
} from '../doubles/trace-stores.ts';
import { spansOf, START_MS } from '../simulator/spans-of.ts';

const DOCS = join(import.meta.dirname, '..', '..', 'docs', 'grafana.md');
const [BEGIN, END] = [
  '<!-- drill-down panels: written by UPDATE_GOLDEN=1 npx vitest run --project unit test/dashboards/drill.test.ts -->',
  '<!-- end of drill-down panels -->',
];
/** Calm, then `inventory` fails one request in two and `payment` takes a second longer. */
const [FAULT_S, END_S] = [60, 120];

interface Shown {
  readonly dashboard: string;
  readonly panel: PanelSpec;
  readonly query: string;
  readonly quiet: number;
  readonly fault: number;
}

describe('panels that ask Loki, Jaeger and Tempo', () => {
  let loki: LokiDouble;
  let jaeger: TraceStoreDouble;
  let tempo: TraceStoreDouble;
  const shown: Shown[] = [];

  beforeAll(async () => {
    const forSeconds = END_S - FAULT_S;
    const script = at(FAULT_S)
      .errors('inventory', 0.5, forSeconds)
      .at(FAULT_S)
      .slow('payment', { addMs: 1_000 }, forSeconds);
    const spans = spansOf({ tracesPerSecond: 5, script }, END_S).map(
      ({ id: spanId, endUs, ...span }): StoredSpan => ({ ...span, spanId, durationUs: endUs - span.startUs }),
    );
    loki = await startLoki();
    jaeger = await startJaegerQuery(spans);
    tempo = await startTempo(spans);
    loki.push(...spans.map(lineOf));
    const isFault = ({ startUs }: StoredSpan): boolean => startUs / 1000 >= START_MS + FAULT_S * 1000;
    const failing = spans.find((span) => span.failed && isFault(span))?.traceId ?? '';
    for (const { name, panels } of DASHBOARDS)
      for (const panel of panels) {
        if (panel.drill === undefined) continue;
        // In calm nobody has a trace to look at: the variable is empty.
        const quiet = await rowsOf(panel.drill, '', [0, FAULT_S]);
        const fault = await rowsOf(panel.drill, failing, [FAULT_S, END_S]);
        shown.push({ dashboard: name, panel, query: textOf(panel.drill), quiet, fault });
      }
  }, 60_000);
  afterAll(async () => {
    await Promise.all([loki.close(), jaeger.close(), tempo.close()]);
  });

  it('are not empty in the fault, not one, and there are some of each', () => {
    expect(new Set(shown.map(({ panel }) => panel.drill?.source))).toEqual(
      new Set(['loki', 'jaeger', 'tempo']),
    );
    expect(shown.filter(({ fault }) => fault === 0).map(({ panel }) => panel.title.en)).toEqual([]);
  });

  it.each(['Errors logged', 'Failing traces', 'Slow traces'])(
    'show more in the fault than in calm: %s',
    (title) => {
      const one = shown.find(({ panel }) => panel.title.en === title);
      expect(one?.fault).toBeGreaterThan(one?.quiet ?? 0);
    },
  );

  it.each(['Log lines of the trace', 'The trace'])('show nothing while no trace is chosen: %s', (title) => {
    expect(shown.find(({ panel }) => panel.title.en === title)?.quiet).toBe(0);
  });

  it('are in the table of docs/grafana.md', () => {
    const [before, rest] = readFileSync(DOCS, 'utf8').split(BEGIN);
    const [listed, after] = rest.split(END);
    const rows = shown.map(
      ({ dashboard, panel, query, quiet, fault }) =>
        `| ${dashboard} | ${panel.title.en} | ${panel.answers.en} | ${panel.drill?.source ?? ''} | \`${query.replaceAll('|', '\\|')}\` | ${quiet} | ${fault} |\n`,
    );
    const head =
      '| dashboard | panel | answers | source | query | rows, quiet | rows, fault |\n|---|---|---|---|---|---|---|\n';
    const table = `\n${head}${rows.join('')}`;
    if (process.env['UPDATE_GOLDEN'] === '1')
      writeFileSync(DOCS, `${before}${BEGIN}\n${table}${END}${after}`);
    else expect(listed.trim()).toBe(table.trim());
  });

  /** As the services would: what fails says so, with the trace's id beside the line. */
  function lineOf(span: StoredSpan) {
    return {
      atMs: (span.startUs + span.durationUs) / 1000,
      line: span.failed ? `${span.operation} failed` : `${span.operation} done`,
      labels: { service_name: span.service },
      metadata: { trace_id: span.traceId, detected_level: span.failed ? 'error' : 'info' },
    };
  }

  /** The request that Grafana's data source of the kind makes of the query, for a stretch of the story. */
  async function rowsOf(
    drill: DrillQuery,
    traceId: string,
    [from, to]: readonly [number, number],
  ): Promise<number> {
    const query = textOf(drill).replaceAll('$trace_id', traceId);
    const [start, end] = [START_MS / 1000 + from, START_MS / 1000 + to];
    switch (drill.source) {
      case 'loki': {
        const answer = await get(`${loki.url}/loki/api/v1/query_range`, {
          ...{ query, start: `${start}000000000`, end: `${end}000000000` },
          ...{ limit: '200', direction: 'backward', step: '15' },
        });
        const { result } = (answer as { data: { result: { values: unknown[] }[] } }).data;
        return result.reduce((sum, { values }) => sum + values.length, 0);
      }
      case 'tempo': {
        const params = { q: query, start: String(start), end: String(end), limit: String(drill.limit) };
        return ((await get(`${tempo.url}/api/search`, params)) as { traces: unknown[] }).traces.length;
      }
      case 'jaeger': {
        if (query === '') return 0;
        const answer = await get(`${jaeger.url}/api/traces/${encodeURIComponent(query)}`, {});
        return (answer as { data: { spans: unknown[] }[] }).data[0].spans.length;
      }
    }
  }
});

async function get(url: string, params: Readonly<Record<string, string>>): Promise<unknown> {
  const { statusCode, body } = await request(`${url}?${new URLSearchParams(params).toString()}`);
  const text = await body.text();
  if (statusCode !== 200) throw new Error(`${url} ${JSON.stringify(params)}: ${statusCode} ${text}`);
  return JSON.parse(text);
}

function textOf(drill: DrillQuery): string {
  return drill.source === 'loki' ? drill.expr : drill.source === 'tempo' ? drill.traceql : drill.traceId;
}
