import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { createLoopedLoad, type LoopedLoad } from '../load/looped-load.ts';
import { median } from '../medians.ts';
import type { Row } from '../rows.ts';
import { CPU_TICK_SECONDS, cpuSeconds, postAll } from './post-all.ts';
import { type SpanServer, startCollector, startSpanwatch, startStock } from './servers.ts';

export interface HttpBenchOptions {
  readonly rounds: number;
  /** Seconds of the shop's time a round; some 9 spans a trace. */
  readonly secondsPerRound: number;
  readonly tracesPerSecond: number;
  /** Path of a Collector with the spanmetrics connector; left out when absent. */
  readonly collector?: string | undefined;
}

export const HTTP_BENCH: HttpBenchOptions = {
  rounds: 5,
  secondsPerRound: 20,
  tracesPerSecond: 1000,
  collector: process.env['OTELCOL'],
};

interface Measured {
  readonly wall: number;
  readonly cpu: number;
}

const SEED = 11;
const START_MS = Date.UTC(2026, 2, 2, 10);
const LOOP_SECONDS = 10;
const CONNECTIONS = 4;
/** What a server does with the last spans after it has answered for them belongs to its cost. */
const SETTLE_MS = 500;

/**
 * OTLP/HTTP protobuf to verdicts over loopback, 512-span requests on four connections, plain and gzipped, to each server
 * in turn: spans a wall second, and spans a CPU second of the server's process. Bodies are made before the clock starts.
 */
export async function httpRows(options = HTTP_BENCH): Promise<Row[]> {
  const load = createLoopedLoad({
    seed: SEED,
    tracesPerSecond: options.tracesPerSecond,
    loopSeconds: LOOP_SECONDS,
  });
  const rows: Row[] = [];
  for (const gzip of [false, true]) {
    const results = await measureAll(load, options, gzip);
    rows.push(...rowsOf(results, gzip));
  }
  return rows;
}

type Results = ReadonlyMap<string, readonly Measured[]>;

async function measureAll(load: LoopedLoad, options: HttpBenchOptions, gzip: boolean): Promise<Results> {
  const servers: SpanServer[] = [];
  const results = new Map<string, Measured[]>();
  try {
    servers.push(await startSpanwatch(), await startStock());
    if (options.collector !== undefined) servers.push(await startCollector(options.collector));
    // One round more than counts: the compilers' top tier comes after the first.
    for (let round = 0; round <= options.rounds; round++) {
      const { bodies, spans } = bodiesOf(load, { round, options, gzip });
      for (const server of servers) {
        const measured = await measure(server, { bodies, spans, gzip });
        if (round > 0) results.set(server.name, [...(results.get(server.name) ?? []), measured]);
      }
    }
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
  return results;
}

function bodiesOf(
  load: LoopedLoad,
  { round, options, gzip }: { round: number; options: HttpBenchOptions; gzip: boolean },
): { bodies: Uint8Array[]; spans: number } {
  const bodies: Uint8Array[] = [];
  const first = round * options.secondsPerRound;
  for (let second = first; second < first + options.secondsPerRound; second++) {
    for (const bytes of load.requests(second, START_MS + second * 1000))
      bodies.push(gzip ? gzipSync(bytes) : Uint8Array.from(bytes));
  }
  return { bodies, spans: Math.round(load.spansPerSecond * options.secondsPerRound) };
}

async function measure(
  server: SpanServer,
  { bodies, spans, gzip }: { bodies: readonly Uint8Array[]; spans: number; gzip: boolean },
): Promise<Measured> {
  const cpuBefore = cpuSeconds(server.pid);
  const startedAt = performance.now();
  await postAll(server.url, bodies, { gzip, connections: CONNECTIONS });
  const seconds = (performance.now() - startedAt) / 1000;
  await sleep(SETTLE_MS);
  const cpuTaken = Math.max(cpuSeconds(server.pid) - cpuBefore, CPU_TICK_SECONDS);
  return { wall: spans / seconds, cpu: spans / cpuTaken };
}

function rowsOf(results: Results, gzip: boolean): Row[] {
  const [ours, ...others] = [...results].map(([name, rounds]) => ({
    name,
    wall: median(rounds.map(({ wall }) => wall)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
  }));
  const what = `HTTP to verdicts, ${gzip ? 'gzip' : 'plain'}`;
  return others.flatMap(({ name, wall, cpu }): Row[] => {
    const goal = name === 'stock parts' ? ({ goal: { of: 'ratio', atLeast: 4 } } as const) : {};
    return [
      {
        what,
        value: ours.wall,
        unit: 'spans/s',
        peer: { name, value: wall, ratio: ours.wall / wall },
        ...goal,
      },
      {
        what: `  ${what}, a CPU second`,
        value: ours.cpu,
        unit: 'spans/s',
        peer: { name, value: cpu, ratio: ours.cpu / cpu },
        ...goal,
      },
    ];
  });
}
