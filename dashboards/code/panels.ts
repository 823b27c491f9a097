import type { Text } from './texts.ts';

/** Grafana's unit ids. */
export type Unit = 's' | 'percentunit' | 'short' | 'reqps' | 'bytes' | 'none' | 'dateTimeFromNow' | 'cps';

export interface Query {
  /** PromQL; `$service` and the like are the dashboard's variables. */
  readonly expr: string;
  /** Legend, Grafana's `{{label}}`. */
  readonly legend: string;
  /** A band's edges are drawn as one area. */
  readonly role?: 'line' | 'expected' | 'low' | 'high';
}

/** A question to the documents that the sink writes, in the terms of Grafana's Elasticsearch data source. */
export interface DocumentQuery {
  /** In Lucene's syntax. */
  readonly lucene: string;
  readonly legend: string;
  /** The documents themselves, newest first, so many; without it, figures. */
  readonly rows?: number;
  /** Figures of each of these, the `size` that come first by `orderBy`: a metric by its place from 1, or their count. */
  readonly by?: { readonly field: string; readonly size: number; readonly orderBy?: number };
  /** In steps of time. */
  readonly overTime?: boolean;
  /** Absent, their count. */
  readonly metrics?: readonly { readonly type: 'max' | 'avg' | 'sum'; readonly field: string }[];
}

/** A question to a store of logs or of traces, as Grafana's data source of that kind takes it. */
export type DrillQuery =
  /** LogQL. */
  | { readonly source: 'loki'; readonly expr: string; readonly legend: string }
  /** A trace by its id. */
  | { readonly source: 'jaeger'; readonly traceId: string }
  /** TraceQL. */
  | { readonly source: 'tempo'; readonly traceql: string; readonly limit: number };

/** A panel before it is built: what it answers, and from which queries. */
export interface PanelSpec {
  readonly kind: 'timeseries' | 'stat' | 'table' | 'heatmap' | 'state-timeline' | 'logs' | 'traces';
  readonly title: Text;
  /** The question that it answers. */
  readonly answers: Text;
  readonly unit: Unit;
  /** To Prometheus; empty where documents are asked. */
  readonly queries: readonly Query[];
  readonly documents?: readonly DocumentQuery[];
  /** One of them, to a store of logs or traces; then `queries` is empty. */
  readonly drill?: DrillQuery;
  /** Fields of documents that a table shows, in this order, and what they are called. */
  readonly columns?: Readonly<Record<string, Text>>;
  /** Looks back so far, whatever the dashboard's time. */
  readonly timeFrom?: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly height: number;
  /** Above it is amber, above the second red. */
  readonly thresholds?: readonly [number, number];
  readonly exemplars?: boolean;
}

export interface DashboardSpec {
  /** The end of its uid; fixed for ever, since links and people's bookmarks hold it. */
  readonly name: string;
  readonly title: Text;
  readonly description: Text;
  readonly variables: readonly Variable[];
  /** Incidents are marked from documents, too, with their ends. */
  readonly marks?: boolean;
  readonly panels: readonly PanelSpec[];
}

export type Variable =
  'service' | 'incident' | 'since' | 'spanwatch' | 'documents' | 'incident_id' | DrillVariable;
/** Data sources by kind, and the trace that is looked at. */
export type DrillVariable = 'loki' | 'jaeger' | 'tempo' | 'trace_id';
