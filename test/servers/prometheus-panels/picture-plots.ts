import { type Drawn, escape, fix, inUnit, legendOf, type PicturePanel, type Range } from './picture-parts.ts';

interface Box {
  readonly w: number;
  readonly h: number;
}

const COLOURS = ['#3274d9', '#e0752d', '#56a64b', '#a352cc', '#e02f44', '#1f9e9e', '#b8860b', '#705da0'];
const SEVERITIES = ['#56a64b', '#3274d9', '#e8c000', '#ff780a', '#e02f44'];
const [LEFT, RIGHT, TOP, BOTTOM] = [58, 8, 26, 44];
/** What a chart, a legend and a table have room for. */
const [MOST_LINES, LETTER_PX, LINE_PX] = [8, 6, 16];

/** The inside of a panel of its kind, in a box of pixels. */
export function plotOf(one: PicturePanel, box: Box, range: Range): string {
  if (one.drawn.length === 0) return `<text x="8" y="40" fill="#888890">no rows</text>`;
  switch (one.panel.kind) {
    case 'stat':
      return statOf(one, box);
    case 'table':
      return tableOf(one, box);
    case 'heatmap':
      return heatmapOf(one, box, range);
    case 'state-timeline':
      return timelineOf(one, box, range);
    default:
      return linesOf(one, box, range);
  }
}

const highest = ({ points }: Drawn): number => Math.max(...points.map(([, value]) => value));
const lastOf = ({ points }: Drawn): number => points.at(-1)?.[1] ?? Number.NaN;

function statOf({ panel, drawn }: PicturePanel, { w, h }: Box): string {
  const said = inUnit(lastOf(drawn[0]), panel.unit);
  return `<text x="${fix(w / 2)}" y="${fix(h / 2 + 24)}" text-anchor="middle" font-size="28">${escape(said)}</text>`;
}

function tableOf({ panel, drawn }: PicturePanel, { w, h }: Box): string {
  const room = Math.floor((h - TOP - 4) / LINE_PX);
  const letters = Math.floor((w - 110) / LETTER_PX);
  const rows = drawn.slice(0, room).map((one, i) => {
    const hidden = new Set(['__name__', 'instance', 'job']);
    const cells = Object.entries(one.labels).flatMap(([label, value]) => (hidden.has(label) ? [] : [value]));
    const legend = panel.queries.length > 1 ? [panel.queries[one.query].legend] : [];
    const text = [...legend, ...cells].join(' · ').slice(0, letters);
    const y = TOP + LINE_PX * (i + 0.8);
    return (
      `<text x="8" y="${fix(y)}">${escape(text)}</text>` +
      `<text x="${fix(w - 8)}" y="${fix(y)}" text-anchor="end">${escape(inUnit(lastOf(one), panel.unit))}</text>`
    );
  });
  return rows.join('');
}

function scaleX({ from, to }: Range, { w }: Box): (at: number) => number {
  return (at) => LEFT + ((at - from) / (to - from)) * (w - LEFT - RIGHT);
}

function faultLine(range: Range, box: Box): string {
  const x = fix(scaleX(range, box)(range.fault));
  return `<line x1="${x}" x2="${x}" y1="${TOP}" y2="${fix(box.h - BOTTOM)}" stroke="#e02f44" stroke-dasharray="4 3"/>`;
}

function linesOf(one: PicturePanel, box: Box, range: Range): string {
  const { panel } = one;
  const isOf = (...roles: (string | undefined)[]): Drawn[] =>
    one.drawn.filter(({ query }) => roles.includes(panel.queries[query].role));
  const lines = isOf('line', undefined).toSorted((a, b) => highest(b) - highest(a));
  const shown = lines.slice(0, MOST_LINES);
  // Of the learned, what belongs to the lines that are shown.
  const keyOf = ({ labels }: Drawn): string =>
    JSON.stringify(Object.entries(labels).filter(([label]) => label !== '__name__'));
  const keys = new Set(shown.map(keyOf));
  const learned = isOf('expected', 'high', 'low').filter(
    (each) => keys.has(keyOf(each)) || panel.queries[each.query].expr === 'spanwatch_opening_cut',
  );
  const top = Math.max(0, ...[...shown, ...learned].map(highest).filter(Number.isFinite)) || 1;
  const x = scaleX(range, box);
  const y = (value: number): number => box.h - BOTTOM - (value / top) * (box.h - TOP - BOTTOM);
  const path = ({ points }: Drawn): string =>
    points
      .flatMap(([at, value]) => (Number.isFinite(value) ? [`${fix(x(at))},${fix(y(value))}`] : []))
      .join(' ');
  const axis = [0, 0.5, 1].map(
    (part) =>
      `<line x1="${LEFT}" x2="${fix(box.w - RIGHT)}" y1="${fix(y(part * top))}" y2="${fix(y(part * top))}" stroke="#e4e4ea"/>` +
      `<text x="${LEFT - 4}" y="${fix(y(part * top) + 4)}" text-anchor="end">${escape(inUnit(part * top, panel.unit))}</text>`,
  );
  return [
    ...axis,
    ...learned.map((each) => {
      const isEdge = panel.queries[each.query].role !== 'expected';
      return `<polyline fill="none" stroke="${isEdge ? '#96d98d' : '#888890'}" stroke-dasharray="5 4" points="${path(each)}"/>`;
    }),
    ...shown.map(
      (each, i) =>
        `<polyline fill="none" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="1.5" points="${path(each)}"/>`,
    ),
    faultLine(range, box),
    legendLines(one, shown, { box, leftOut: lines.length - shown.length, isLearned: learned.length > 0 }),
  ].join('');
}

function legendLines(
  one: PicturePanel,
  shown: readonly Drawn[],
  { box, leftOut, isLearned }: { box: Box; leftOut: number; isLearned: boolean },
): string {
  const names = shown.map((each, i) => ({ name: legendOf(one, each), colour: COLOURS[i % COLOURS.length] }));
  if (leftOut > 0) names.push({ name: `and ${leftOut} lower`, colour: '#888890' });
  if (isLearned) names.push({ name: 'dashed: learned', colour: '#888890' });
  let [x, line] = [8, 0];
  const parts: string[] = [];
  for (const { name, colour } of names) {
    const wide = name.slice(0, 40).length * LETTER_PX + 18;
    if (x + wide > box.w) [x, line] = [8, line + 1];
    if (line > 1) break;
    parts.push(
      `<text x="${fix(x)}" y="${fix(box.h - BOTTOM + 17 + line * 14)}" fill="${colour}">■ ${escape(name.slice(0, 40))}</text>`,
    );
    x += wide;
  }
  return parts.join('');
}

/** Cumulative buckets, the lowest first, as cells that are darker the more is in them. */
function heatmapOf({ drawn }: PicturePanel, box: Box, range: Range): string {
  const boundOf = ({ labels }: Drawn): number => Number((labels['le'] ?? '').replace('+Inf', 'Infinity'));
  const buckets = drawn.toSorted((a, b) => boundOf(a) - boundOf(b));
  const below = (i: number, at: number): number =>
    i < 0 ? 0 : (buckets[i].points.find(([time]) => time === at)?.[1] ?? 0);
  const cells = buckets.flatMap((bucket, i) =>
    bucket.points.map(([at, value]) => ({ i, at, count: Math.max(0, value - below(i - 1, at)) })),
  );
  const most = Math.max(1e-9, ...cells.map(({ count }) => count));
  const times = buckets[0].points.map(([at]) => at);
  const x = scaleX(range, box);
  const step = times.length > 1 ? x(times[1]) - x(times[0]) : 8;
  const high = (box.h - TOP - BOTTOM) / buckets.length;
  const yOf = (i: number): number => box.h - BOTTOM - (i + 1) * high;
  return [
    ...cells.flatMap(({ i, at, count }) =>
      count / most < 0.005
        ? []
        : [
            `<rect x="${fix(x(at) - step)}" y="${fix(yOf(i))}" width="${fix(step)}" height="${fix(high)}" fill="#a352cc" fill-opacity="${(0.12 + 0.88 * Math.sqrt(count / most)).toFixed(2)}"/>`,
          ],
    ),
    ...buckets.flatMap(({ labels }, i) =>
      i % 3 === 0
        ? [
            `<text x="${LEFT - 4}" y="${fix(yOf(i) + high)}" text-anchor="end">${escape(labels['le'] ?? '')} s</text>`,
          ]
        : [],
    ),
    faultLine(range, box),
  ].join('');
}

function timelineOf(one: PicturePanel, box: Box, range: Range): string {
  const rows = one.drawn.toSorted((a, b) => highest(b) - highest(a)).slice(0, MOST_LINES);
  const high = (box.h - TOP - 8) / rows.length;
  const x = scaleX(range, box);
  const step =
    (range.to - range.from) / Math.max(1, Math.max(...rows.map(({ points }) => points.length)) - 1);
  const parts = rows.flatMap((row, i) => [
    ...row.points.map(
      ([at, value]) =>
        `<rect x="${fix(Math.max(LEFT, x(at - step)))}" y="${fix(TOP + i * high)}" width="${fix(Math.max(0, x(at) - Math.max(LEFT, x(at - step))))}" height="${fix(high - 2)}" fill="${SEVERITIES[value] ?? '#888890'}" fill-opacity="0.8"/>`,
    ),
    `<text x="${LEFT + 4}" y="${fix(TOP + (i + 0.6) * high)}">${escape(legendOf(one, row))}</text>`,
  ]);
  return [...parts, faultLine(range, { ...box, h: box.h + BOTTOM - 8 })].join('');
}
