import { escape, fix, type PicturePanel, type Range } from './picture-parts.ts';
import { plotOf } from './picture-plots.ts';

const WIDTH = 1280;
const COLUMNS = 24;
const ROW = 32;
const [GAP, HEAD] = [4, 30];

/** A dashboard's panels at their places, drawn from what a Prometheus answered: a rendering, and not Grafana's. */
export function pictureOf(title: string, panels: readonly PicturePanel[], range: Range): string {
  const rows = Math.max(...panels.map(({ place }) => place.y + place.h));
  const height = HEAD + rows * ROW + GAP;
  const parts = panels.map((one) => {
    const { place, panel } = one;
    const box = { w: (place.w * WIDTH) / COLUMNS - GAP, h: place.h * ROW - GAP };
    const [x, y] = [(place.x * WIDTH) / COLUMNS + GAP / 2, HEAD + place.y * ROW];
    return (
      `<g transform="translate(${fix(x)},${fix(y)})"><rect width="${fix(box.w)}" height="${fix(box.h)}" fill="#ffffff" stroke="#d0d0d8"/>` +
      `<text x="8" y="16" font-weight="bold">${escape(panel.title.en)}</text>${plotOf(one, box, range)}</g>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" fill="#24242c">\n` +
    `<rect width="${WIDTH}" height="${height}" fill="#f4f5f5"/>\n` +
    `<text x="8" y="20" font-size="14" font-weight="bold">${escape(title)}</text>` +
    `<text x="${WIDTH - 8}" y="20" text-anchor="end">a rendering of what the panels' queries returned, not Grafana; the dashed red line is where the fault begins</text>\n` +
    `${parts.join('\n')}\n</svg>\n`
  );
}
