export interface PlotSeries {
  readonly label: string;
  readonly colour: string;
  /** x in seconds, y in the plot's unit. */
  readonly points: readonly (readonly [number, number])[];
}

export interface PlotOptions {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly PlotSeries[];
  /** Spans of time that are shaded, with what happened in them. */
  readonly spans?: readonly { readonly from: number; readonly to: number; readonly label: string }[];
}

const WIDTH = 860;
const HEIGHT = 320;
const LEFT = 64;
const RIGHT = 16;
const TOP = 44;
const BOTTOM = 40;

/** Lines over time as an SVG that stands on white and black pages alike. */
export function linePlot({ title, unit, series, spans = [] }: PlotOptions): string {
  const all = series.flatMap(({ points }) => points);
  const lastX = Math.max(1, ...all.map(([x]) => x));
  const topY = niceTop(Math.max(1e-9, ...all.map(([, y]) => y)));
  const x = (value: number): number => LEFT + (value / lastX) * (WIDTH - LEFT - RIGHT);
  const y = (value: number): number => HEIGHT - BOTTOM - (value / topY) * (HEIGHT - TOP - BOTTOM);
  const parts = [
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    `<text x="${LEFT}" y="18" font-weight="bold">${escape(title)}</text>`,
    ...spans.map(
      ({ from, to, label }) =>
        `<rect x="${fix(x(from))}" y="${TOP}" width="${fix(x(to) - x(from))}" height="${HEIGHT - TOP - BOTTOM}" fill="#fdecc8"/>` +
        `<text x="${fix(x(from) + 4)}" y="${TOP + 14}">${escape(label)}</text>`,
    ),
    ...ticks(topY).map(
      (value) =>
        `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${fix(y(value))}" y2="${fix(y(value))}" stroke="#dddddd"/>` +
        `<text x="${LEFT - 6}" y="${fix(y(value) + 4)}" text-anchor="end">${Number(value.toPrecision(3))}</text>`,
    ),
    ...ticks(lastX).map(
      (value) =>
        `<text x="${fix(x(value))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${Math.round(value)} s</text>`,
    ),
    `<text x="${LEFT}" y="${TOP - 8}">${escape(unit)}</text>`,
    ...series.map(({ points, colour }) => {
      const line = points.map(([px, py]) => `${fix(x(px))},${fix(y(py))}`).join(' ');
      return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${line}"/>`;
    }),
    ...series.map(
      ({ label, colour }, i) =>
        `<text x="${LEFT + 120 + i * 190}" y="${TOP - 8}" fill="${colour}">— ${escape(label)}</text>`,
    ),
  ];
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}

function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

function ticks(top: number): number[] {
  return [0, 0.25, 0.5, 0.75, 1].map((part) => part * top);
}

function fix(value: number): string {
  return value.toFixed(1);
}

function escape(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
