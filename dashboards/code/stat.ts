import type { PanelSpec, Unit } from './panels.ts';
import type { Text } from './texts.ts';

/** One figure, a sixth of the width. */
export function stat(
  title: Text,
  {
    answers,
    expr,
    unit = 'short',
    thresholds,
  }: { answers: Text; expr: string; unit?: Unit; thresholds?: readonly [number, number] },
): PanelSpec {
  return {
    ...{ kind: 'stat', title, answers, unit, width: 4, height: 4 },
    queries: [{ expr, legend: title.en }],
    ...(thresholds !== undefined && { thresholds }),
  };
}

/** Lines over time, a third of the width. */
export function lines(
  title: Text,
  { answers, exprs, unit = 'short' }: { answers: Text; exprs: Readonly<Record<string, string>>; unit?: Unit },
): PanelSpec {
  return {
    ...{ kind: 'timeseries', title, answers, unit, width: 8, height: 8 },
    queries: Object.entries(exprs).map(([legend, expr]) => ({ expr, legend })),
  };
}

/** Rows now, half of the width. */
export function rows(
  title: Text,
  { answers, expr, unit = 'short' }: { answers: Text; expr: string; unit?: Unit },
): PanelSpec {
  return {
    ...{ kind: 'table', title, answers, unit, width: 12, height: 8 },
    queries: [{ expr, legend: '' }],
  };
}
