import { performance } from 'node:perf_hooks';
import { request } from 'undici';
import { createHttpServer } from '../../src/http/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../../src/runtime/index.ts';
import { ComponentMetrics, type SeriesLimits } from '../../src/telemetry/index.ts';
import { fakeComponents } from './components.ts';
import { countEverything } from './counted.ts';

// `npm run bench:scrape`: time and size of a scrape of `/metrics` over a real socket, 200 services with 5,000 operations.
const SERVICES = 200;
const OPERATIONS = 5_000;
const SCRAPES = 20;
const GOAL_MS = 500;
const GOAL_BYTES = 5_000_000;

const defaults: SeriesLimits = { maxServices: 300, maxOperations: 2_000, maxCalls: 2_000 };
const cases: readonly (readonly [string, SeriesLimits, boolean])[] = [
  ['the default limits', defaults, true],
  ['every operation listed', { ...defaults, maxOperations: OPERATIONS }, false],
];

let failed = false;
for (const [name, limits, isGoal] of cases) {
  const { median, cpu, worst, bytes, series } = await measure(limits);
  const met = median <= GOAL_MS && bytes <= GOAL_BYTES;
  failed ||= isGoal && !met;
  process.stdout.write(
    `${name}: ${series} series, ${(bytes / 1e6).toFixed(2)} MB, median ${median.toFixed(0)} ms (${cpu.toFixed(0)} ms CPU, the reader included), worst ${worst.toFixed(0)} ms of ${SCRAPES}` +
      `${isGoal ? `; goal ${GOAL_MS} ms and ${GOAL_BYTES / 1e6} MB: ${met ? 'met' : 'NOT met'}` : ''}\n`,
  );
}
process.exitCode = failed ? 1 : 0;

async function measure(limits: SeriesLimits) {
  const runtime = {
    clock: createWallClock(),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const { parts, batch } = fakeComponents(SERVICES, OPERATIONS);
  new ComponentMetrics(runtime.metrics.registry, parts, limits).observe(batch);
  countEverything(runtime.metrics.registry, parts.table.names);
  const incidents = {
    incidents: () => Promise.resolve([]),
    openIncidents: () => Promise.resolve([]),
    incident: () => Promise.resolve(undefined),
    events: () => Promise.resolve([]),
  };
  const ready = () => ({ ok: true, reasons: [] });
  const http = createHttpServer(
    { host: '127.0.0.1', port: 0, insecure: false },
    { version: 'bench', ready, status: () => ({}), incidents },
    runtime,
  );
  await http.start();
  try {
    const times: number[] = [];
    const cpuTimes: number[] = [];
    let text = '';
    // The first one, which compiles, does not count.
    for (let scrape = 0; scrape <= SCRAPES; scrape++) {
      const from = performance.now();
      const cpuFrom = process.cpuUsage();
      const { body } = await request(`${http.url}/metrics`, {
        headers: { accept: 'application/openmetrics-text; version=1.0.0' },
      });
      text = await body.text();
      if (scrape === 0) continue;
      times.push(performance.now() - from);
      const { user, system } = process.cpuUsage(cpuFrom);
      cpuTimes.push((user + system) / 1000);
    }
    for (const list of [times, cpuTimes]) list.sort((a, b) => a - b);
    const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
    const [median, cpu, worst] = [times[SCRAPES / 2], cpuTimes[SCRAPES / 2], times[SCRAPES - 1]];
    return { median, cpu, worst, bytes: Buffer.byteLength(text), series };
  } finally {
    await http.shutdown();
  }
}
