import type { Evidence } from '../../domain/evidence.ts';
import { formatCount, formatTimes } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import type { ComponentSeries } from '../../history/port.ts';
import { html, type Html, jsonIsland } from './html.ts';
import type { PageContext } from './page-context.ts';

/** Four charts tell the story; the other evidence is a table. */
const MOST_CHARTS = 4;
const MOST_POINTS = 240;
/** Half an hour of normal before it, so that an eye sees the change; ten minutes of calm after. */
const BEFORE_MS = 30 * 60_000;
const AFTER_MS = 10 * 60_000;

/** What a chart's module draws from: columns, times in epoch seconds; gaps are null. */
export interface ChartData {
  readonly unit: ComponentSeries['unit'];
  readonly at: readonly number[];
  readonly observed: readonly (number | null)[];
  readonly expected: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Stretches judged anomalous, epoch seconds. */
  readonly firing: readonly (readonly [number, number])[];
  readonly labels: { readonly observed: string; readonly normal: string };
}

/** Charts of the loudest evidence and a table of the rest. The figures of each chart stand in its caption. */
export async function evidenceCharts(context: PageContext, incident: Incident): Promise<Html> {
  const shown = incident.evidence.slice(0, MOST_CHARTS);
  // Keys ask the history; what people read leaves out the place that all share.
  const { evidence } = context.words.local(incident);
  const series = await Promise.all(shown.map(({ component }) => seriesOf(context, component, incident)));
  const charts = series.map((one) => one && chartData(context, one, incident.firing));
  return html`
    <div class="charts">
      ${shown.map((_, i) => figure(context, evidence[i], charts[i] === undefined ? undefined : i))}
    </div>
    ${jsonIsland('charts', charts)}
    ${incident.evidence.length > MOST_CHARTS && evidenceTable(context, evidence.slice(MOST_CHARTS))}
  `;
}

async function seriesOf(
  { parts, nowMs }: PageContext,
  component: string,
  incident: Incident,
): Promise<ComponentSeries | undefined> {
  const endMs = incident.resolvedAt === null ? nowMs : Math.min(nowMs, incident.resolvedAt + AFTER_MS);
  const series = await parts.history?.series({
    component,
    fromMs: incident.startedAt - BEFORE_MS,
    toMs: Math.max(endMs, incident.startedAt + 60_000),
    maxPoints: MOST_POINTS,
  });
  return series === undefined || series.points.length < 2 ? undefined : series;
}

export function chartData(
  { texts }: PageContext,
  { unit, points }: ComponentSeries,
  firing: Incident['firing'],
): ChartData {
  const seconds = (ms: number): number => Math.round(ms) / 1000;
  const column = (value: (point: ComponentSeries['points'][number]) => number | undefined) =>
    points.map((point) => value(point) ?? null);
  return {
    unit,
    at: points.map(({ atMs }) => seconds(atMs)),
    observed: column((point) => (point.count > 0 ? point.mean : undefined)),
    expected: column(({ expected }) => expected),
    low: column(({ low }) => low),
    high: column(({ high }) => high),
    firing: firing.map(([from, to]) => [seconds(from), seconds(to)]),
    labels: { observed: texts.evidence.observed, normal: texts.evidence.normal },
  };
}

function figure(context: PageContext, evidence: Evidence, chart: number | undefined): Html {
  const { texts, words } = context;
  const caption = html`<figcaption>
    <span>${words.component(evidence.component)} <small class="muted">${texts.evidence.atWorst}</small></span>
    <b class="number">${words.figures(evidence).observed}</b>
    <span class="muted number"
      >${texts.tiles.normally} ${words.figures(evidence).expected}
      ${change(evidence) !== '' && html`(${change(evidence)})`}</span
    >
  </figcaption>`;
  return html`<figure>
    ${caption}
    ${
      chart === undefined
        ? html`<p class="muted no-chart">${texts.evidence.noHistory}</p>`
        : html`<div class="chart" data-chart="${chart}"></div>`
    }
  </figure>`;
}

function evidenceTable({ texts, words }: PageContext, evidence: readonly Evidence[]): Html {
  const t = texts.evidence;
  return html`<details class="more">
    <summary>${texts.sections.more} (${evidence.length})</summary>
    <div class="scroll" tabindex="0" role="group" aria-label="${texts.sections.more}">
      <table class="figures">
        <thead>
          <tr>
            <th scope="col">${t.component}</th>
            <th scope="col" class="number">${texts.tiles.change}</th>
            <th scope="col" class="number">${t.normal}</th>
            <th scope="col" class="number">${t.times}</th>
            <th scope="col" class="number">${t.count}</th>
          </tr>
        </thead>
        <tbody>
          ${evidence.map(
            (piece) =>
              html`<tr>
                <th scope="row">${words.component(piece.component)}</th>
                <td class="number">${words.figures(piece).observed}</td>
                <td class="number">${words.figures(piece).expected}</td>
                <td class="number">${change(piece)}</td>
                <td class="number">${formatCount((piece.tail ?? piece.sinceOnset ?? piece).count)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </details>`;
}

function change(evidence: Evidence): string {
  if (evidence.unit === 'ratio' || evidence.tail !== undefined) return '';
  const times = formatTimes((evidence.sinceOnset ?? evidence).observed, evidence.expected);
  return times === undefined ? '' : `${times}×`;
}
