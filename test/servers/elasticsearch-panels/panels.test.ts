import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from 'undici';
import { type RunningService, startService } from '../../../bench/verify/spanwatch-process.ts';
import { DASHBOARDS } from '../../../dashboards/code/dashboards.ts';
import type { DocumentQuery, PanelSpec } from '../../../dashboards/code/panels.ts';
import { ManualClock } from '../../../src/runtime/index.ts';
import { at } from '../../../src/simulator/index.ts';
import { get, shop, until, workplace } from '../../system/service.ts';
import { openAt } from '../elasticsearch-store/store-at.ts';
import { type ElasticsearchServer, startElasticsearch } from '../rig/elasticsearch.ts';
import { type Gate, startGate } from '../rig/gate.ts';
import { haveServers, serverFolder } from '../rig/index.ts';
import { grafanaRequest, grafanaRows, type MsearchAnswer } from './grafana-request.ts';

const DOCS = join(import.meta.dirname, '..', '..', '..', 'docs', 'grafana.md');
const [BEGIN, END] = [
  '<!-- document panels: written by UPDATE_GOLDEN=1 npm run test:servers -- --only elasticsearch-panels -->',
  '<!-- end of document panels -->',
];
/** As dashboards/provisioning/datasources/spanwatch.yaml has it. */
const INDEX = 'spanwatch-incidents-*,spanwatch-events,spanwatch-traces';
const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
/** Seconds of the shop: calm until then, a fault, and calm again until people could forget it. */
const [FAULT_S, CALM_S, END_S] = [120, 260, 520];
/** What the dashboards' variables stand for when all are chosen. */
const VARIABLES = { '${service:regex}': '.*', $incident_id: '*' } as const;

/** What a service says of itself while Elasticsearch is away. */
const MISSED = [
  /^spanwatch_store_replicated 0$/m,
  /^spanwatch_store_unsent_operations [1-9]/m,
  /^spanwatch_sink_failures_total\{sink="search"\} [1-9]/m,
];

interface Shown {
  readonly dashboard: string;
  readonly panel: PanelSpec;
  readonly quiet: number;
  fault: number;
}

describe.skipIf(!(await haveServers('elasticsearch')))(
  'a service with sink and store in a real Elasticsearch, through a fault',
  () => {
    const folder = serverFolder('elasticsearch-panels');
    const shown: Shown[] = [];
    let server: ElasticsearchServer;
    let service: RunningService;
    let gate: Gate;
    /** What the service said of itself while Elasticsearch was away, at the end of the fault. */
    let alone = '';
    let openedAlone = 0;
    let place: ReturnType<typeof workplace>;

    beforeAll(async () => {
      server = await startElasticsearch({ folder: folder.path });
      gate = await startGate(server.url);
      place = workplace([
        'channels: [{ name: terminal, type: terminal }]',
        `sinks: [{ name: search, type: elasticsearch, url: "${gate.url}" }]`,
        `store: { kind: elasticsearch, url: "${gate.url}" }`,
      ]);
      service = await startService(place.config, { clock: 'event' });
      const forSeconds = CALM_S - FAULT_S;
      const script = at(FAULT_S)
        .slowPeer('payment', 'card-processor', { addMs: 400, forSeconds })
        .at(FAULT_S)
        .errors('inventory', 0.25, forSeconds);
      const { send } = shop(script, 40);
      await send(service.source, FAULT_S);
      for (const [dashboard, panel, quiet] of await rowsOfAll(0, FAULT_S))
        shown.push({ dashboard, panel, quiet, fault: 0 });
      gate.state = 'shut';
      await send(service.source, CALM_S);
      await until('news of an incident', async () =>
        /spanwatch_notifications_total\{[^}]*sent[^}]*\} [1-9]/.test(await metrics()),
      );
      // News is told at once; sink and store look at Elasticsearch each second.
      await until('sink and store that miss Elasticsearch', async () => {
        alone = await metrics();
        return MISSED.every((line) => line.test(alone));
      });
      openedAlone = (await incidents()).length;
      gate.state = 'open';
      await until('an incident in Elasticsearch', async () => (await count('spanwatch-traces')) > 0);
      let inFault = await rowsOfAll(FAULT_S, CALM_S);
      // Documents of one kind come before those of another, on a busy machine by more than is waited for.
      for (let tries = 0; tries < 20 && inFault.some(([, , rows]) => rows === 0); tries++)
        inFault = await rowsOfAll(FAULT_S, CALM_S);
      for (const [i, [, , rows]] of inFault.entries()) shown[i].fault = rows;
      await send(service.source, END_S);
    });
    afterAll(async () => {
      service.signal('SIGTERM');
      await service.ended;
      await gate.close();
      await server.stop();
      rmSync(place.folder, { recursive: true, force: true });
      folder.done(true);
    });

    it('finds and tells an incident while Elasticsearch is away', () => {
      expect(openedAlone).toBeGreaterThan(0);
      for (const line of MISSED) expect(alone).toMatch(line);
    });

    it('has no panel without rows in the fault, and none with rows before it', () => {
      expect(shown.length).toBeGreaterThan(8);
      const named = (list: readonly Shown[]): string[] => list.map(({ panel }) => panel.title.en);
      expect(named(shown.filter(({ fault }) => fault === 0))).toEqual([]);
      expect(named(shown.filter(({ quiet }) => quiet > 0))).toEqual([]);
    });

    it('has the incidents that its API has, each in one document, as they are at the end', async () => {
      const known = await incidents();
      expect(known.length).toBeGreaterThan(0);
      await until('the last revision of each', async () => (await documents()).length === known.length);
      const states = (list: readonly Known[]): string[] =>
        list.map(({ id, state, revision }) => `${id} ${state} ${revision}`).toSorted();
      await until(
        'they are the same',
        async () => states(await documents()).join() === states(await incidents()).join(),
      );
      expect((await incidents()).some(({ state }) => state === 'resolved')).toBe(true);
    });

    it('compares the slow trace with a typical one: the third party is what differs most', async () => {
      const panel = shown.find(({ panel: { title } }) => title.en.startsWith('Slow trace'))?.panel;
      const [query] = panel?.documents ?? [];
      const answer = await asked(query, FAULT_S, CALM_S);
      const [{ buckets = [] }] = Object.values(answer.aggregations ?? {}) as unknown as {
        buckets?: Figures[];
      }[];
      const first = buckets.at(0);
      expect(first?.key).toMatch(/^(dependency\(payment\S* -> card-processor\)|total\()/);
      const third = buckets.find(({ key }) => /^dependency\(payment\S* -> card-processor\)$/.test(key));
      // A mean over the traces kept, of which those that failed elsewhere were not slow: a part of the 400 ms.
      expect(third?.['1'].value).toBeGreaterThan((third?.['2'].value ?? 0) + 0.1);
    });

    it('keeps in its store what another machine would go on with', async () => {
      const ids = (await incidents()).map(({ id }) => id);
      const path = join(place.folder, 'another.db');
      const other = await openAt({ url: server.url, prefix: 'spanwatch', path }, new ManualClock(START_MS));
      expect((await other.incidents({ limit: 50 })).map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
      await other.close();
    });

    it('is in the table of docs/grafana.md', () => {
      const text = readFileSync(DOCS, 'utf8');
      const [before, rest] = text.split(BEGIN);
      const [listed, after] = rest.split(END);
      if (process.env['UPDATE_GOLDEN'] === '1')
        writeFileSync(DOCS, `${before}${BEGIN}\n${tableOf(shown)}${END}${after}`);
      else for (const { panel } of shown) expect(listed).toContain(`| ${panel.title.en} |`);
    });

    async function metrics(): Promise<string> {
      return (await get(`${service.http}/metrics`)).text;
    }

    async function incidents(): Promise<Known[]> {
      const { text } = await get(`${service.http}/api/v1/incidents?limit=50`);
      return (JSON.parse(text) as { incidents: Known[] }).incidents;
    }

    async function rowsOfAll(fromS: number, toS: number): Promise<[string, PanelSpec, number][]> {
      // The sink looks at the store each second, and writes what was there the second before.
      await sleep(4_000);
      const rows: [string, PanelSpec, number][] = [];
      for (const { name, panels } of DASHBOARDS)
        for (const panel of panels) {
          if (panel.documents === undefined) continue;
          let all = 0;
          for (const query of panel.documents) all += grafanaRows(query, await asked(query, fromS, toS));
          rows.push([name, panel, all]);
        }
      return rows;
    }

    async function asked(
      query: DocumentQuery | undefined,
      fromS: number,
      toS: number,
    ): Promise<MsearchAnswer> {
      if (query === undefined) throw new Error('there is no such panel');
      await post('/_refresh', '');
      const lucene = Object.entries(VARIABLES).reduce(
        (text, [name, value]) => text.replaceAll(name, value),
        query.lucene,
      );
      const [from, to] = [START_MS + fromS * 1000, START_MS + toS * 1000];
      const body = grafanaRequest({ ...query, lucene }, { index: INDEX, from, to, intervalMs: 10_000 });
      const { responses } = (await post('/_msearch?max_concurrent_shard_requests=5', body)) as {
        responses: MsearchAnswer[];
      };
      return responses[0];
    }

    async function documents(): Promise<{ id: string; state: string; revision: number }[]> {
      await post('/_refresh', '');
      const answer = (await post('/spanwatch-incidents-*/_search?size=100', '{}')) as Required<MsearchAnswer>;
      return answer.hits.hits.map(
        ({ _source }) =>
          (_source['spanwatch'] as { incident: { id: string; state: string; revision: number } }).incident,
      );
    }

    async function count(index: string): Promise<number> {
      await post('/_refresh', '');
      const answer = (await post(`/${index}/_count?ignore_unavailable=true`, '{}')) as { count?: number };
      return answer.count ?? 0;
    }

    async function post(path: string, body: string): Promise<unknown> {
      const headers = {
        'content-type': path.startsWith('/_msearch') ? 'application/x-ndjson' : 'application/json',
      };
      const answer = await request(`${server.url}${path}`, {
        method: 'POST',
        headers,
        ...(body !== '' && { body }),
      });
      return answer.body.json();
    }
  },
);

interface Known {
  readonly id: string;
  readonly state: string;
  readonly revision: number;
}

interface Figures {
  readonly key: string;
  readonly '1': { readonly value: number };
  readonly '2': { readonly value: number };
}

function tableOf(shown: readonly Shown[]): string {
  const rows = shown.map(({ dashboard, panel, quiet, fault }) => {
    const queries = (panel.documents ?? []).map(questionOf).join('<br>');
    return `| ${dashboard} | ${panel.title.en} | ${panel.answers.en} | ${queries} | ${quiet} | ${fault} |\n`;
  });
  return `| dashboard | panel | answers | query | rows, quiet | rows, fault |\n|---|---|---|---|---|---|\n${rows.join('')}`;
}

function questionOf({ lucene, rows, by, overTime, metrics }: DocumentQuery): string {
  const figures = (metrics ?? [{ type: 'count', field: '' }])
    .map(({ type, field }) => `${type}(${field})`)
    .join(', ');
  const what = rows === undefined ? figures : `the newest ${rows} documents`;
  const each = by === undefined ? '' : ` by ${by.field} (${by.size})`;
  return `\`${lucene.replaceAll('|', '\\|')}\`: ${what}${each}${overTime === true ? ' over time' : ''}`;
}
