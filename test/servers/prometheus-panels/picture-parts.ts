import type { PanelSpec, Unit } from '../../../dashboards/code/panels.ts';

/** A series as Prometheus gives it back, for a query of the panel. */
export interface Drawn {
  readonly query: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Epoch seconds and value. */
  readonly points: readonly (readonly [number, number])[];
}
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}
export interface Range {
  readonly from: number;
  readonly to: number;
  /** When the fault begins. */
  readonly fault: number;
}
export interface PicturePanel {
  readonly panel: PanelSpec;
  /** In Grafana's grid of 24 columns. */
  readonly place: Place;
  readonly drawn: readonly Drawn[];
}

/** As Grafana would write it in the unit, roughly. */
export function inUnit(value: number, unit: Unit): string {
  const short = (x: number): string => String(Number(x.toPrecision(3)));
  switch (unit) {
    case 's':
      return value < 1 ? `${short(value * 1000)} ms` : `${short(value)} s`;
    case 'percentunit':
      return `${short(value * 100)}%`;
    case 'bytes':
      return `${short(value / 1e6)} MB`;
    case 'reqps':
    case 'cps':
      return `${short(value)}/s`;
    case 'dateTimeFromNow':
      return new Date(value).toISOString().slice(11, 19);
    default:
      return Math.abs(value) >= 10_000 ? value.toExponential(1) : short(value);
  }
}

/** Grafana's `{{label}}`. */
export function legendOf({ panel }: Pick<PicturePanel, 'panel'>, { query, labels }: Drawn): string {
  const { legend } = panel.queries[query];
  return legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
}

export const fix = (value: number): string => value.toFixed(1).replace(/\.0$/, '');

export function escape(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
