import * as sdk from '@grafana/grafana-foundation-sdk/dashboard';
import type { Variable } from './panels.ts';
import { type Locale, text } from './texts.ts';

type VariableBuilder =
  | sdk.DatasourceVariableBuilder
  | sdk.QueryVariableBuilder
  | sdk.CustomVariableBuilder
  | sdk.TextBoxVariableBuilder;

/** The data source, which every dashboard has, and what else it asks for. */
export function variablesOf(names: readonly Variable[], locale: Locale): VariableBuilder[] {
  const source = new sdk.DatasourceVariableBuilder('datasource')
    .label(text('Data source', '数据源')[locale])
    .type('prometheus');
  const all: readonly Variable[] = [...names, 'spanwatch'];
  return [source, ...all.map((name) => VARIABLES[name](locale))];
}

const VARIABLES: Readonly<Record<Variable, (locale: Locale) => VariableBuilder>> = {
  service: (locale) =>
    labels('service', 'spanwatch_service_anomaly_score')
      .label(text('Service', '服务')[locale])
      .includeAll(true)
      .multi(true),
  incident: (locale) =>
    labels('incident', 'spanwatch_incident_hurt_ratio')
      .label(text('Incident', '事件')[locale])
      .includeAll(true)
      .multi(true),
  spanwatch: (locale) =>
    new sdk.TextBoxVariableBuilder('spanwatch')
      .label(text('Pages of Spanwatch', 'Spanwatch 页面')[locale])
      .defaultValue('http://127.0.0.1:8900'),
  documents: (locale) =>
    new sdk.DatasourceVariableBuilder('documents')
      .label(text('Documents', '文档')[locale])
      .type('elasticsearch'),
  incident_id: (locale) =>
    new sdk.QueryVariableBuilder('incident_id')
      .label(text('Incident in documents', '文档中的事件')[locale])
      .datasource({ type: 'elasticsearch', uid: '${documents}' })
      .query(
        JSON.stringify({
          find: 'terms',
          field: 'spanwatch.incident.id',
          query: 'event.dataset:spanwatch.event',
          size: 200,
        }),
      )
      .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
      .sort(sdk.VariableSort.AlphabeticalDesc)
      .includeAll(true)
      .allValue('*'),
  loki: (locale) => drillSource('loki', text('Logs (Loki)', '日志（Loki）')[locale]),
  jaeger: (locale) => drillSource('jaeger', text('Traces (Jaeger)', '链路（Jaeger）')[locale]),
  tempo: (locale) => drillSource('tempo', text('Traces (Tempo)', '链路（Tempo）')[locale]),
  trace_id: (locale) =>
    new sdk.TextBoxVariableBuilder('trace_id').label(text('Trace', '链路')[locale]).defaultValue(''),
  since: (locale) =>
    new sdk.CustomVariableBuilder('since')
      .label(text('New within', '新增于')[locale])
      .values('1m,10m,1h,1d,7d')
      .current({ text: '1d', value: '1d', selected: true }),
};

function drillSource(type: 'loki' | 'jaeger' | 'tempo', label: string): sdk.DatasourceVariableBuilder {
  return new sdk.DatasourceVariableBuilder(type).label(label).type(type);
}

function labels(label: string, metric: string): sdk.QueryVariableBuilder {
  return new sdk.QueryVariableBuilder(label)
    .datasource({ type: 'prometheus', uid: '${datasource}' })
    .query({ query: `label_values(${metric}, ${label})`, refId: 'A' })
    .refresh(sdk.VariableRefresh.OnTimeRangeChanged)
    .sort(sdk.VariableSort.AlphabeticalAsc)
    .allValue('.*');
}
