import { expect, it } from 'vitest';
import type { PanelSpec } from '../../dashboards/code/panels.ts';
import { text } from '../../dashboards/code/texts.ts';
import { type Drawn, inUnit, type PicturePanel } from '../servers/prometheus-panels/picture-parts.ts';
import { pictureOf } from '../servers/prometheus-panels/picture.ts';

const RANGE = { from: 1000, fault: 1050, to: 1100 };

function panel(kind: PanelSpec['kind'], drawn: readonly Drawn[]): PicturePanel {
  const query = { expr: 'a', legend: '{{service}} p99' };
  return {
    panel: {
      ...{ kind, title: text('Own <time>', 'x'), answers: text('?', '?'), unit: 's' as const },
      ...{ queries: [query], width: 8, height: 8 },
    },
    place: { x: 0, y: 0, w: 8, h: 8 },
    drawn,
  };
}

const series = (service: string, ...values: number[]): Drawn => ({
  query: 0,
  labels: { __name__: 'a', service, le: service },
  points: values.map((value, i) => [1000 + i * 50, value]),
});

it('draw a line a series, its legend, and names that are no markup', () => {
  const svg = pictureOf('Spanwatch', [panel('timeseries', [series('<web>', 0.1, 0.2, 0.4)])], RANGE);
  // Left edge, middle and right edge; the highest value is at the top.
  expect(svg).toContain('points="58,162.5 236.3,117 414.7,26"');
  expect(svg).toContain('■ &#60;web&#62; p99');
  expect(svg).toContain('>Own &#60;time&#62;</text>');
  expect(svg).not.toContain('<web>');
});

it('draw what a heatmap has in a bucket, not below it', () => {
  const cells = (...drawn: Drawn[]): number =>
    pictureOf('Spanwatch', [panel('heatmap', drawn)], RANGE).split('fill="#a352cc"').length - 1;
  expect(cells(series('0.1', 5, 5, 0), series('+Inf', 5, 5, 3))).toBe(3);
});

it.each<PanelSpec['kind']>(['timeseries', 'stat', 'table', 'heatmap', 'state-timeline'])(
  'say that a %s has no rows',
  (kind) => {
    expect(pictureOf('Spanwatch', [panel(kind, [])], RANGE)).toContain('>no rows<');
  },
);

it.each([
  [0.25, 's', '250 ms'],
  [2, 's', '2 s'],
  [0.052, 'percentunit', '5.2%'],
  [354_242_560, 'bytes', '354 MB'],
  [1_795_639_240_000, 'dateTimeFromNow', '20:40:40'],
] as const)('write %s in %s as %s', (value, unit, said) => {
  expect(inUnit(value, unit)).toBe(said);
});
