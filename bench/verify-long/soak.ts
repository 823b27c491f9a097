import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { postAll } from '../http/post-all.ts';
import { linePlot } from '../load/line-plot.ts';
import { createLoopedLoad, type LoopedLoad } from '../load/looped-load.ts';
import { folderMiB, metricValue, type ProcessSample, rssMiB } from '../load/process-samples.ts';
import { type RunningService, startService } from '../verify/spanwatch-process.ts';
import type { Check, CheckContext, CheckResult, CheckRow } from './check.ts';

/** Half an hour at half of the top speed: nothing may grow. */
export const soak: Check = { name: 'soak', title: 'Half an hour at half of the top speed', run };

const MINUTES = 30;
const SAMPLE_MS = 5000;
const CONNECTIONS = 4;
const SEED = 21;
const LOOP_SECONDS = 20;
/** The drawn shop for finding the top speed: sent faster than its own time. */
const PROBE = { tracesPerSecond: 500, seconds: 30 } as const;
/** Last ten minutes against the ten before. */
const MOST_CHANGE = 0.05;
const MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));
const PLOT = fileURLToPath(new URL('../../docs/reliability-soak.svg', import.meta.url));

async function run(context: CheckContext): Promise<CheckResult> {
  const top = await topSpeed(context);
  context.say(`top speed ${Math.round(top)} spans/s; ${MINUTES} minutes at half of it ...`);
  const probe = createLoopedLoad({ seed: SEED, tracesPerSecond: 20, loopSeconds: LOOP_SECONDS });
  const spansPerTrace = probe.spansPerSecond / 20;
  const tracesPerSecond = Math.round(top / 2 / spansPerTrace);
  const load = createLoopedLoad({ seed: SEED, tracesPerSecond, loopSeconds: LOOP_SECONDS });
  const { samples, received, sent } = await soakFor(context, load);
  writeFileSync(PLOT, plotOf(samples));
  const rows: CheckRow[] = [
    flat(samples, 'memory', ({ rssMiB: value }) => value, 'MiB'),
    flat(samples, 'disk', ({ diskMiB: value }) => value, 'MiB'),
    flat(samples, 'lag', ({ lagSeconds: value }) => value, 's'),
    { promise: 'every span sent is taken', measured: `${received} of ${sent}`, ok: received === sent },
  ];
  const markdown = [
    `Top speed over HTTP, plain protobuf, ${CONNECTIONS} connections, the sender on the other core: ${Math.round(top)} spans/s. Then ${Math.round(load.spansPerSecond)} spans/s for ${MINUTES} minutes on the wall clock, sampled each ${SAMPLE_MS / 1000} s.`,
    '',
    '![memory, lag and disk over half an hour](reliability-soak.svg)',
  ].join('\n');
  return { markdown, rows };
}

async function topSpeed(context: CheckContext): Promise<number> {
  const load = createLoopedLoad({
    seed: SEED,
    tracesPerSecond: PROBE.tracesPerSecond,
    loopSeconds: LOOP_SECONDS,
  });
  const service = await start(context, 'probe', 'event');
  const speeds: number[] = [];
  try {
    for (let round = 0; round < 4; round++) {
      const bodies: Uint8Array[] = [];
      for (let second = round * PROBE.seconds; second < (round + 1) * PROBE.seconds; second++) {
        const startMs = Date.UTC(2026, 2, 2) + second * 1000;
        bodies.push(...load.requests(second, startMs).map((bytes) => Uint8Array.from(bytes)));
      }
      const startedAt = performance.now();
      await postAll(service.source, bodies, { gzip: false, connections: CONNECTIONS });
      speeds.push((load.spansPerSecond * PROBE.seconds * 1000) / (performance.now() - startedAt));
    }
  } finally {
    service.signal('SIGTERM');
    await service.ended;
  }
  // The first warms the compiler up.
  return speeds.slice(1).sort((a, b) => a - b)[1];
}

async function soakFor(
  context: CheckContext,
  load: LoopedLoad,
): Promise<{ samples: readonly ProcessSample[]; received: number; sent: number }> {
  const service = await start(context, 'soak', 'wall');
  const samples: ProcessSample[] = [];
  const startMs = Math.ceil(Date.now() / 1000) * 1000;
  const sampling = setInterval(() => void sample(context, service, { samples, startMs }), SAMPLE_MS);
  let sent = 0;
  try {
    for (let second = 0; second < MINUTES * 60; second++) {
      const requests = load.requests(second, startMs + second * 1000);
      await sleep(Math.max(0, startMs + (second + 1) * 1000 - Date.now()));
      await postAll(service.source, requests, { gzip: false, connections: CONNECTIONS });
      sent = second + 1;
      if (second % 60 === 59) context.say(`minute ${(second + 1) / 60}: ${JSON.stringify(samples.at(-1))}`);
    }
    const received = await metricValue(service.http, 'spanwatch_received_spans_total');
    return { samples, received, sent: spansSent(load, sent) };
  } finally {
    clearInterval(sampling);
    service.signal('SIGTERM');
    await service.ended;
  }
}

/** Spans of the first `seconds` seconds: the tails of a loop come in the loops after it. */
function spansSent(load: LoopedLoad, seconds: number): number {
  let spans = 0;
  for (let second = 0; second < seconds; second++) spans += load.spansIn(second);
  return spans;
}

async function sample(
  context: CheckContext,
  service: RunningService,
  { samples, startMs }: { samples: ProcessSample[]; startMs: number },
): Promise<void> {
  samples.push({
    second: (Date.now() - startMs) / 1000,
    rssMiB: rssMiB(service.pid),
    lagSeconds: await metricValue(service.http, 'spanwatch_event_time_lag_seconds'),
    diskMiB: folderMiB(join(context.scratch, 'soak')),
  });
}

function start(context: CheckContext, name: string, clock: 'wall' | 'event'): Promise<RunningService> {
  const config = join(context.scratch, `${name}.yaml`);
  writeFileSync(
    config,
    [
      `dataDir: ${JSON.stringify(join(context.scratch, name))}`,
      `model: ${JSON.stringify(MODEL)}`,
      'sources: [{ name: load, type: otlp-http, port: 0 }]',
      'http: { port: 0 }',
    ].join('\n'),
  );
  return startService(config, { clock });
}

function flat(
  samples: readonly ProcessSample[],
  what: string,
  valueOf: (sample: ProcessSample) => number,
  unit: string,
): CheckRow {
  const end = MINUTES * 60;
  const mean = (from: number, to: number): number => {
    const values = samples.filter(({ second }) => second >= from && second < to).map(valueOf);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  const [earlier, last] = [mean(end - 1200, end - 600), mean(end - 600, end + 60)];
  const change = (last - earlier) / earlier;
  return {
    promise: `${what} of the last ten minutes within 5% of the ten before`,
    measured: `${earlier.toFixed(1)} ${unit}, then ${last.toFixed(1)} ${unit} (${(change * 100).toFixed(1)}%)`,
    ok: Math.abs(change) <= MOST_CHANGE,
  };
}

function plotOf(samples: readonly ProcessSample[]): string {
  const points = (valueOf: (sample: ProcessSample) => number): (readonly [number, number])[] =>
    samples.map((each) => [each.second / 60, valueOf(each)]);
  return linePlot('Half an hour at half of the top speed', 'minutes', [
    { name: 'resident memory', unit: 'MiB', points: points((each) => each.rssMiB) },
    { name: 'event time behind the clock', unit: 's', points: points((each) => each.lagSeconds) },
    { name: 'data folder', unit: 'MiB', points: points((each) => each.diskMiB) },
  ]);
}
