import * as sdk from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapPanel } from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as LogsPanel } from '@grafana/grafana-foundation-sdk/logs';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatPanel } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelinePanel } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TablePanel } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesPanel } from '@grafana/grafana-foundation-sdk/timeseries';
import { DOCUMENTS, documentTarget } from './document-targets.ts';
import { drillDatasource, drillTarget } from './drill-targets.ts';
import type { DashboardSpec, PanelSpec, Query } from './panels.ts';
import { type Locale, text } from './texts.ts';
import { variablesOf } from './variables.ts';

/** What file provisioning of Grafana 11 takes as it is; later ones migrate it when they load it. */
const SCHEMA_VERSION = 39;
const PROMETHEUS = { type: 'prometheus', uid: '${datasource}' } as const;
/** All dashboards of Spanwatch, by which they link to each other. */
export const TAG = 'spanwatch';
const COLUMNS = 24;

export const uidOf = (name: string, locale: Locale): string =>
  `spanwatch-${name}${locale === 'en' ? '' : `-${locale}`}`;

/** A dashboard as the JSON that Grafana imports. Panels go left to right, and down when a row is full. */
export function buildDashboard(spec: DashboardSpec, locale: Locale): sdk.Dashboard {
  const builder = new sdk.DashboardBuilder(spec.title[locale])
    .id(null)
    .uid(uidOf(spec.name, locale))
    .description(spec.description[locale])
    .tags([TAG, `${TAG}-${locale}`])
    .timezone('browser')
    .refresh('30s')
    .time({ from: 'now-1h', to: 'now' })
    .tooltip(sdk.DashboardCursorSync.Crosshair)
    .link(linkToOthers(locale))
    .annotation(incidents(locale))
    .annotation(deploys(locale));
  if (spec.marks === true) builder.annotation(incidentDocuments(locale));
  for (const variable of variablesOf(spec.variables, locale)) builder.withVariable(variable);
  placed(spec.panels).forEach(({ panel, gridPos }, i) =>
    builder.withPanel(
      panelOf(panel, locale)
        .id(i + 1)
        .gridPos(gridPos),
    ),
  );
  return { ...builder.build(), schemaVersion: SCHEMA_VERSION };
}

function linkToOthers(locale: Locale): sdk.DashboardLinkBuilder {
  return new sdk.DashboardLinkBuilder('Spanwatch')
    .type(sdk.DashboardLinkType.Dashboards)
    .tags([`${TAG}-${locale}`])
    .asDropdown(true)
    .includeVars(true)
    .keepTime(true);
}

/** The beginning of each incident, as Spanwatch dates it. */
function incidents(locale: Locale): sdk.AnnotationQueryBuilder {
  return new sdk.AnnotationQueryBuilder()
    .name(text('Incidents', '事件')[locale])
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor('red')
    .expr('spanwatch_incident_started_timestamp_seconds * 1000')
    .useValueForTime(true)
    .titleFormat('{{severity}} {{suspect}}')
    .textFormat('{{cause}}')
    .tagKeys('severity,service')
    .step('30s');
}

/** When services began to run another version: what most faults follow. */
function deploys(locale: Locale): sdk.AnnotationQueryBuilder {
  return new sdk.AnnotationQueryBuilder()
    .name(text('Deploys', '发布')[locale])
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor('blue')
    .expr('spanwatch_deploy_timestamp_seconds * 1000')
    .useValueForTime(true)
    .titleFormat('{{service}} {{to}}')
    .textFormat('{{from}} -> {{to}}')
    .tagKeys('service,to')
    .step('30s');
}

/** Incidents from their beginning to their end, by their documents. */
function incidentDocuments(locale: Locale): sdk.AnnotationQueryBuilder {
  const mapped = {
    ...{ timeField: '@timestamp', timeEndField: 'event.end', textField: 'message' },
    tagsField: 'spanwatch.incident.severity',
  };
  const query = new sdk.AnnotationQueryBuilder()
    .name(text('Incidents in documents', '文档中的事件')[locale])
    .datasource(DOCUMENTS)
    .enable(true)
    .iconColor('orange');
  const target = { query: 'event.dataset:spanwatch.incident', refId: 'Anno' };
  // Of this data source alone, and in no type of the SDK.
  return Object.assign(query, {
    build: () => ({ ...sdk.AnnotationQueryBuilder.prototype.build.call(query), ...mapped, target }),
  });
}

function placed(panels: readonly PanelSpec[]): { panel: PanelSpec; gridPos: sdk.GridPos }[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel) => {
    if (x + panel.width > COLUMNS) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { x, y, w: panel.width, h: panel.height };
    x += panel.width;
    rowHeight = Math.max(rowHeight, panel.height);
    return { panel, gridPos };
  });
}

function sourceOf({ documents, drill }: PanelSpec): { readonly type: string; readonly uid: string } {
  if (drill !== undefined) return drillDatasource(drill);
  return documents === undefined ? PROMETHEUS : DOCUMENTS;
}

type AnyPanel =
  sdk.PanelBuilder | LogsPanel | TimeseriesPanel | StatPanel | TablePanel | HeatmapPanel | StateTimelinePanel;

function panelOf(spec: PanelSpec, locale: Locale): AnyPanel {
  const panel = PANELS[spec.kind](spec, locale)
    .title(spec.title[locale])
    .description(spec.answers[locale])
    .datasource(sourceOf(spec))
    .unit(spec.unit);
  if (spec.drill !== undefined) panel.withTarget(drillTarget(spec.drill, refId(0)));
  if (spec.timeFrom !== undefined) panel.timeFrom(spec.timeFrom);
  spec.documents?.forEach((query, i) => panel.withTarget(documentTarget(query, refId(i))));
  if (spec.thresholds !== undefined) panel.thresholds(thresholdsOf(spec.thresholds));
  spec.queries.forEach((query, i) => panel.withTarget(targetOf(spec, query, i)));
  return panel;
}

const PANELS: Readonly<Record<PanelSpec['kind'], (spec: PanelSpec, locale: Locale) => AnyPanel>> = {
  timeseries: timeseriesOf,
  stat: () => new StatPanel(),
  table: (spec, locale) =>
    spec.drill !== undefined
      ? new TablePanel()
      : spec.documents === undefined
        ? tableOf(spec.queries, locale)
        : documentTableOf(spec, locale),
  logs: () => new LogsPanel().showTime(true).wrapLogMessage(true).enableLogDetails(true),
  traces: () => new sdk.PanelBuilder().type('traces'),
  heatmap: () => new HeatmapPanel().calculate(false).cellGap(1),
  'state-timeline': () => new StateTimelinePanel().mappings(severityNames()),
};

/** An incident opens its page of Spanwatch, a service its dashboard, at the same time. */
function tableOf(queries: readonly Query[], locale: Locale): TablePanel {
  // What Grafana calls the columns of several queries.
  const renameByName = Object.fromEntries(queries.map(({ legend }, i) => [`Value #${refId(i)}`, legend]));
  const link = (title: string, url: string) => [{ id: 'links', value: [{ title, url }] }];
  const service = `/d/${uidOf('service', locale)}?var-service=\${__value.raw:percentencode}&\${datasource:queryparam}&\${spanwatch:queryparam}&\${__url_time_range}`;
  return new TablePanel()
    .transformations([
      { id: 'merge', options: {} },
      {
        id: 'organize',
        options: { excludeByName: HIDDEN_COLUMNS, ...(queries.length > 1 && { renameByName }) },
      },
    ])
    .overrideByName('incident', link('Spanwatch', '${spanwatch}/incidents/${__value.raw:percentencode}'))
    .overrideByName('service', link(text('Service', '服务')[locale], service));
}

/** A table of documents shows the fields that it names; one of figures is what the data source makes of it. */
function documentTableOf({ columns }: PanelSpec, locale: Locale): TablePanel {
  const table = new TablePanel();
  if (columns === undefined) return table;
  const names = Object.keys(columns);
  const named = (path: string): string => columns[path][locale];
  return table
    .transformations([
      { id: 'filterFieldsByName', options: { include: { names } } },
      {
        id: 'organize',
        options: {
          indexByName: Object.fromEntries(names.map((name, i) => [name, i])),
          renameByName: Object.fromEntries(names.map((name) => [name, named(name)])),
        },
      },
    ])
    .overrideByName(columns['spanwatch.incident.id']?.[locale] ?? '', [
      {
        id: 'links',
        value: [{ title: 'Spanwatch', url: '${spanwatch}/incidents/${__value.raw:percentencode}' }],
      },
    ]);
}

/** What Prometheus and the scrape add. */
const HIDDEN_COLUMNS = { Time: true, __name__: true, instance: true, job: true } as const;

function timeseriesOf({ queries }: PanelSpec): TimeseriesPanel {
  const panel = new TimeseriesPanel().lineWidth(1).fillOpacity(0);
  queries.forEach(({ role }, i) => {
    const frame = refId(i);
    if (role === 'expected')
      panel.overrideByQuery(frame, [
        { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 8] } },
        { id: 'color', value: { mode: 'fixed', fixedColor: 'text' } },
      ]);
    if (role === 'low' || role === 'high')
      panel.overrideByQuery(frame, [
        { id: 'custom.lineWidth', value: 0 },
        { id: 'custom.hideFrom', value: { legend: true, tooltip: false, viz: false } },
        { id: 'color', value: { mode: 'fixed', fixedColor: 'green' } },
        ...(role === 'high' ? [{ id: 'custom.fillOpacity', value: 8 }] : []),
      ]);
  });
  return panel;
}

function targetOf(spec: PanelSpec, query: Query, i: number): DataqueryBuilder {
  const target = new DataqueryBuilder()
    .refId(refId(i))
    .datasource(PROMETHEUS)
    .expr(query.expr)
    .legendFormat(query.legend)
    .exemplar(spec.exemplars ?? false);
  if (spec.kind === 'table') return target.instant().format(PromQueryFormat.Table);
  if (spec.kind === 'heatmap') return target.range().format(PromQueryFormat.Heatmap);
  return target.range();
}

const refId = (i: number): string => String.fromCharCode(65 + i);

function thresholdsOf([amber, red]: readonly [number, number]): sdk.ThresholdsConfigBuilder {
  return new sdk.ThresholdsConfigBuilder().mode(sdk.ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: amber, color: 'orange' },
    { value: red, color: 'red' },
  ]);
}

function severityNames(): sdk.ValueMapping[] {
  const names = ['-', 'P3', 'P2', 'P1', 'P0'];
  const colors = ['green', 'blue', 'yellow', 'orange', 'red'];
  const options = Object.fromEntries(
    names.map((name, index) => [String(index), { text: name, color: colors[index], index }]),
  );
  return [{ type: sdk.MappingType.ValueToText, options }];
}
