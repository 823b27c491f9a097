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

/** A panel before it is built: what it answers, and from which queries. */
export interface PanelSpec {
  readonly kind: 'timeseries' | 'stat' | 'table' | 'heatmap' | 'state-timeline';
  readonly title: Text;
  /** The question that it answers. */
  readonly answers: Text;
  readonly unit: Unit;
  readonly queries: readonly Query[];
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
  readonly panels: readonly PanelSpec[];
}

export type Variable = 'service' | 'incident' | 'since' | 'spanwatch';
