export interface PlotSeries {
  readonly name: string;
  readonly unit: string;
  /** Pairs of x and y, x rising. */
  readonly points: readonly (readonly [number, number])[];
}

const WIDTH = 760;
const PANEL = 150;
const LEFT = 64;
const RIGHT = 16;
const TOP = 26;
const INK = '#24292f';
const LINE = '#0969da';

/** Panels one under the other, each from zero to its largest value, as an SVG that reads on light and dark pages. */
export function linePlot(title: string, xUnit: string, series: readonly PlotSeries[]): string {
  const height = series.length * (PANEL + TOP) + 40;
  const xMax = Math.max(...series.flatMap(({ points }) => points.map(([x]) => x)), 1);
  const panels = series.map((each, n) => panel(each, n * (PANEL + TOP) + TOP + 14, xMax));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">
<style>text { font: 12px system-ui, sans-serif; fill: ${INK}; }</style>
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="18" font-weight="bold">${title}</text>
${panels.join('\n')}
<text x="${WIDTH - RIGHT}" y="${height - 8}" text-anchor="end">${xUnit}, 0 to ${xMax.toFixed(0)}</text>
</svg>
`;
}

function panel({ name, unit, points }: PlotSeries, top: number, xMax: number): string {
  const yMax = Math.max(...points.map(([, y]) => y), 1e-9) * 1.1;
  const x = (value: number): string => (LEFT + (value / xMax) * (WIDTH - LEFT - RIGHT)).toFixed(1);
  const y = (value: number): string => (top + PANEL - 20 - (value / yMax) * (PANEL - 20)).toFixed(1);
  const path = points.map(([px, py], i) => `${i === 0 ? 'M' : 'L'}${x(px)} ${y(py)}`).join(' ');
  return `<text x="${LEFT}" y="${top - 4}">${name}, ${unit}</text>
<line x1="${LEFT}" y1="${y(0)}" x2="${WIDTH - RIGHT}" y2="${y(0)}" stroke="${INK}" stroke-width="0.5"/>
<text x="${LEFT - 6}" y="${y(0)}" text-anchor="end">0</text>
<text x="${LEFT - 6}" y="${Number(y(yMax / 1.1)) + 4}" text-anchor="end">${(yMax / 1.1).toPrecision(3)}</text>
<path d="${path}" fill="none" stroke="${LINE}" stroke-width="1.5"/>`;
}
