import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demo } from '../src/app/demo/demo.ts';
import { createLogger, createMetrics, createRandom, createWallClock } from '../src/runtime/index.ts';

/** docs/demo.svg, the README's picture, from what the demo prints: `node bench/demo-svg.ts`. */
const COLUMNS = 108;
const LINE_PX = 18;
const CHARACTER_PX = 7.83;
const MARGIN_PX = 16;
const BAR_PX = 30;

/** ECMA-48 colour codes to the picture's. */
const INKS: Readonly<Record<string, string>> = {
  '31': '#ff7b72',
  '33': '#e3b341',
  '32': '#7ee787',
  '90': '#8b949e',
};
const PLAIN = '#c9d1d9';

interface Run {
  readonly ink: string;
  readonly bold: boolean;
  readonly text: string;
}

const root = join(import.meta.dirname, '..');
const printed: string[] = ['$ npm run demo\n'];
const runtime = {
  clock: createWallClock(),
  logger: createLogger('silent'),
  metrics: createMetrics(),
  random: createRandom(1),
};
let messages = 0;
const { problems, pages } = await demo(runtime, {
  modelDirectory: join(root, 'models', 'demo'),
  narrate: (text) => void printed.push(`\u001b[90m-- ${text}\u001b[0m`),
  // The first message whole; of the others the headline and what follows it, which is enough for a picture.
  show: (text) => {
    const [headline, summary, ...rest] = text.split('\n');
    const ink = headline.startsWith('P') ? (headline.startsWith('P2') ? '33' : '31') : '32';
    const lines = messages++ === 0 ? [summary, ...rest] : headline.startsWith('P') ? [summary] : [];
    printed.push(['', `\u001b[1;${ink}m${headline}\u001b[0m`, ...lines, ''].join('\n'));
  },
  speed: Number.POSITIVE_INFINITY,
  stopped: new Promise(() => undefined),
  stay: false,
  onEnd: () => undefined,
});
if (problems.length > 0) throw new Error(problems.join('; '));
printed.push('Three faults, three incidents, each with the right first suspect, each resolved by itself.');
printed.push(`Open the incidents: http://127.0.0.1:8900${new URL(pages[0]).pathname} ...`);
writeFileSync(
  join(root, 'docs', 'demo.svg'),
  svgOf(
    printed
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd(),
  ),
);

function svgOf(text: string): string {
  const lines = text.split('\n').flatMap((line) => wrapped(runsOf(line)));
  const width = Math.ceil(COLUMNS * CHARACTER_PX + 2 * MARGIN_PX);
  const height = BAR_PX + lines.length * LINE_PX + 2 * MARGIN_PX;
  const rows = lines.map((line, i) => {
    const y = BAR_PX + MARGIN_PX + (i + 0.75) * LINE_PX;
    return `<text x="${MARGIN_PX}" y="${y}" xml:space="preserve">${line.map(tspan).join('')}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="What the demo prints">
<style>text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre; }</style>
<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>
<circle cx="18" cy="16" r="5" fill="#ff5f56"/><circle cx="36" cy="16" r="5" fill="#ffbd2e"/><circle cx="54" cy="16" r="5" fill="#27c93f"/>
${rows.join('\n')}
</svg>
`;
}

function tspan({ ink, bold, text }: Run): string {
  const safe = text.replace(/[&<>]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? c);
  return `<tspan fill="${ink}"${bold ? ' font-weight="bold"' : ''}>${safe}</tspan>`;
}

/** A line with colour sequences as runs of one colour. */
function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let ink = PLAIN;
  let bold = false;
  // eslint-disable-next-line no-control-regex -- colour sequences are what is looked for
  for (const part of line.split(/(\u001b\[[0-9;]*m)/)) {
    if (!part.startsWith('\u001b')) {
      if (part !== '') runs.push({ ink, bold, text: part });
      continue;
    }
    const codes = part.slice(2, -1).split(';');
    bold = codes.includes('1');
    ink = INKS[codes.at(-1) ?? ''] ?? PLAIN;
  }
  return runs;
}

/** Cut into lines of COLUMNS characters; what goes over is indented like a continued line. */
function wrapped(runs: readonly Run[]): Run[][] {
  const lines: Run[][] = [[]];
  let column = 0;
  for (const run of runs) {
    for (const word of run.text.split(/(?<= )/)) {
      if (column + word.trimEnd().length > COLUMNS) {
        lines.push([{ ...run, text: '       ' }]);
        column = 7;
      }
      lines.at(-1)?.push({ ...run, text: word });
      column += word.length;
    }
  }
  return lines;
}
