// Draws what the page carries as JSON: the normal band, what was expected, what was observed; stretches that fired shaded.
import uPlot from '/assets/uplot.js';

const HEIGHT_PX = 190;

function styleOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** Numbers as the server writes them (src/domain/format.ts). */
function short(value) {
  return value >= 9.95 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
function format(value, unit) {
  if (value === null || value === undefined) return '–';
  if (unit === 'ratio') return `${short(value * 100)}%`;
  if (unit !== 'us') return short(value);
  if (value === 0) return '0';
  if (value < 1000) return `${Math.round(value)} µs`;
  if (value < 999500) return `${short(value / 1000)} ms`;
  return value < 120e6 ? `${short(value / 1e6)} s` : `${short(value / 60e6)} min`;
}

function shadeFiring(firing) {
  return (plot) => {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.globalAlpha = 0.14;
    ctx.fillStyle = styleOf('--excess');
    for (const [from, to] of firing) {
      const left = plot.valToPos(from, 'x', true);
      // A stretch of one window is still seen.
      const width = Math.max(3, plot.valToPos(to, 'x', true) - left);
      ctx.fillRect(left, bbox.top, width, bbox.height);
    }
    ctx.restore();
  };
}

function axis(values, size) {
  return {
    stroke: styleOf('--muted'),
    font: '11px system-ui, sans-serif',
    grid: { stroke: styleOf('--line'), width: 1 },
    ticks: { show: false },
    gap: 4,
    size,
    values,
  };
}

function draw(element, data) {
  const { unit, labels } = data;
  const line = (label, stroke, width, more = {}) => ({
    label,
    stroke,
    width,
    points: { show: false },
    value: (_, value) => format(value, unit),
    ...more,
  });
  const options = {
    width: element.clientWidth,
    height: HEIGHT_PX,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
    cursor: { points: { size: 6 }, drag: { x: false, y: false } },
    legend: { show: false },
    scales: {
      x: { time: true },
      y: { range: (_, low, high) => [Math.min(0, low ?? 0), (high ?? 1) * 1.08 || 1] },
    },
    axes: [
      // Seconds where ticks are closer than a minute.
      axis((_, ticks) => {
        const to = ticks.length > 1 && ticks[1] - ticks[0] < 60 ? 19 : 16;
        return ticks.map((seconds) => new Date(seconds * 1000).toISOString().slice(11, to));
      }, 26),
      axis((_, ticks) => ticks.map((value) => format(value, unit)), 58),
    ],
    series: [
      {},
      line('', 'transparent', 0),
      line('', 'transparent', 0),
      line(labels.normal, styleOf('--muted'), 1, { dash: [4, 4] }),
      line(labels.observed, styleOf('--accent'), 2),
    ],
    bands: [{ series: [1, 2], fill: styleOf('--band') }],
    hooks: { drawClear: [shadeFiring(data.firing)] },
  };
  element.replaceChildren();
  const plot = new uPlot(options, [data.at, data.high, data.low, data.expected, data.observed], element);
  readout(element, plot, data);
  return plot;
}

/** What the pointer is at, in words, where the caption's figures are. */
function readout(element, plot, { at, observed, expected, unit, labels }) {
  const text = document.createElement('p');
  text.className = 'label number readout';
  text.textContent = '\u00a0';
  element.append(text);
  plot.over.addEventListener('pointermove', () => {
    const i = plot.cursor.idx;
    if (i === null || i === undefined) return;
    const time = new Date(at[i] * 1000).toISOString().slice(11, 19);
    text.textContent = `${time} UTC · ${labels.observed} ${format(observed[i], unit)} · ${labels.normal} ${format(expected[i], unit)}`;
  });
}

let plots = [];

/** Draws every chart of the page; what was drawn before goes. */
function drawCharts() {
  for (const plot of plots) plot.destroy();
  plots = [];
  const island = document.getElementById('charts');
  if (island === null) return;
  const charts = JSON.parse(island.textContent);
  for (const element of document.querySelectorAll('[data-chart]')) {
    const data = charts[Number(element.dataset.chart)];
    if (data) plots.push(draw(element, data));
  }
}

drawCharts();
document.addEventListener('spanwatch:changed', drawCharts);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawCharts);
let waiting;
addEventListener('resize', () => {
  clearTimeout(waiting);
  waiting = setTimeout(drawCharts, 150);
});
