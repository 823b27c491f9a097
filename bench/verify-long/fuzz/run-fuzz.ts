import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { createRandom } from '../../../src/runtime/index.ts';
import { at, createOtlpSender, simulate } from '../../../src/simulator/index.ts';
import { REPOSITORY, type RunningService, startService } from '../../verify/spanwatch-process.ts';
import { storm, type StormCounts } from './storm.ts';

const MIB = 1024 * 1024;

export interface FuzzOptions {
  readonly folder: string;
  readonly seconds: number;
  /** It goes on for as long, if the fault is not told of by then: a machine that is short of time judges late. */
  readonly atMostSeconds?: number;
  readonly connections: number;
  readonly seed: number;
  /** Of the valid stream. */
  readonly tracesPerSecond: number;
  /** When the fault begins and how long it lasts, in seconds from the start. */
  readonly fault: { readonly from: number; readonly seconds: number };
}

export interface FuzzOutcome {
  readonly counts: StormCounts;
  readonly validSpans: number;
  /** Times that the valid stream was told to come again. */
  readonly validRetries: number;
  /** Second and resident MiB, once a second. */
  readonly rssMib: readonly (readonly [number, number])[];
  readonly maxMemoryMib: number;
  readonly shedSpans: number;
  /** The longest that the API took to say its metrics. */
  readonly slowestScrapeMs: number;
  readonly incidents: readonly {
    readonly id: string;
    readonly openedAt: string;
    readonly suspect: string;
    readonly severity: string;
  }[];
  readonly faultAtMs: number;
  /** null while it lives: it has to. */
  readonly exitCode: number | null;
  readonly errors: readonly string[];
}

/** Small enough to be reached by 64 connections on one machine: what bounds memory must be seen at work. */
const LIMITS = { maxBodyBytes: 12 * MIB, maxInflatedBytes: 12 * MIB };
const MAX_IN_FLIGHT_BYTES = 64 * MIB;
const MAX_MEMORY_BYTES = 1024 * MIB;

/** A real `spanwatch run` under a storm of requests, with a fault in the valid stream that goes on meanwhile. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzOutcome> {
  const service = await startService(configIn(options.folder), { clock: 'wall' });
  let over = false;
  const ended = service.ended.then(() => {
    over = true;
  });
  try {
    const startMs = Date.now();
    let told = false;
    const stopped = (): boolean => {
      const seconds = (Date.now() - startMs) / 1000;
      return over || (seconds >= options.seconds && (told || seconds >= (options.atMostSeconds ?? 0)));
    };
    const watching = watch(service, startMs, stopped, () => (told = true));
    const [counts, valid, watched] = await Promise.all([
      storm(stormOptions(options, service), stopped),
      validStream(options, service, { startMs, stopped }),
      watching,
    ]);
    const incidents = over ? [] : await incidentsOf(service);
    const shedSpans = over ? 0 : await shedSpansOf(service);
    return {
      counts,
      ...valid,
      ...watched,
      incidents,
      shedSpans,
      maxMemoryMib: MAX_MEMORY_BYTES / MIB,
      faultAtMs: startMs + options.fault.from * 1000,
      exitCode: over ? ((await service.ended).code ?? -1) : null,
      errors: errorsIn(service.stderr()),
    };
  } finally {
    service.signal('SIGTERM');
    await ended;
  }
}

function stormOptions(options: FuzzOptions, service: RunningService): Parameters<typeof storm>[0] {
  return {
    source: service.source,
    connections: options.connections,
    limits: LIMITS,
    random: createRandom(options.seed),
    pauseMs: 300,
    // Beyond the receiver's own 30 s for a request.
    patienceMs: 45_000,
  };
}

function configIn(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'spanwatch.yaml');
  const source = { name: 'otlp', type: 'otlp-http', port: 0, ...LIMITS };
  const lines = {
    dataDir: join(folder, 'data'),
    model: join(REPOSITORY, 'models/demo'),
    http: { port: 0 },
    sources: [source],
    overload: { maxInFlightBytes: MAX_IN_FLIGHT_BYTES, maxMemoryBytes: MAX_MEMORY_BYTES },
    channels: [{ name: 'console', type: 'terminal' }],
  };
  // JSON is YAML.
  writeFileSync(path, JSON.stringify(lines));
  return path;
}

/** The shop's traffic, a second of it each second, sent again when told to. */
async function validStream(
  { seed, tracesPerSecond, fault }: FuzzOptions,
  service: RunningService,
  { startMs, stopped }: { readonly startMs: number; readonly stopped: () => boolean },
): Promise<Pick<FuzzOutcome, 'validSpans' | 'validRetries'>> {
  const script = at(fault.from).slow('payment', { addMs: 400 }, fault.seconds);
  const simulation = simulate({ seed, startMs, tracesPerSecond, script });
  const sender = createOtlpSender({ url: service.source, encoding: 'protobuf', gzip: true });
  const batch = simulation.newBatch();
  let [validSpans, validRetries] = [0, 0];
  for (let second = 0; !stopped(); second++) {
    await pause(Math.max(0, startMs + (second + 1) * 1000 - Date.now()));
    batch.clear();
    simulation.second(second, batch);
    for (let from = 0; from < batch.length && !stopped();) {
      const outcome = await sender.send(batch, from);
      from += outcome.sentSpans;
      validSpans += outcome.sentSpans;
      if (outcome.kind === 'permanent') throw new Error(`the valid stream was refused: ${outcome.reason}`);
      if (outcome.kind === 'sent') break;
      validRetries++;
      await pause(outcome.afterMs);
    }
  }
  await sender.close();
  return { validSpans, validRetries };
}

async function watch(
  service: RunningService,
  startMs: number,
  stopped: () => boolean,
  onTold: () => void,
): Promise<Pick<FuzzOutcome, 'rssMib' | 'slowestScrapeMs'>> {
  const rssMib: [number, number][] = [];
  let slowestScrapeMs = 0;
  while (!stopped()) {
    const askedAt = Date.now();
    const metrics = await scrape(service);
    const bytes = metricIn(metrics, 'process_resident_memory_bytes');
    if (metricIn(metrics, 'spanwatch_open_incidents') > 0) onTold();
    slowestScrapeMs = Math.max(slowestScrapeMs, Date.now() - askedAt);
    rssMib.push([(Date.now() - startMs) / 1000, bytes / MIB]);
    await pause(1000);
  }
  return { rssMib, slowestScrapeMs };
}

async function scrape({ http }: RunningService): Promise<string> {
  const { body } = await request(`${http}/metrics`);
  return body.text();
}

async function shedSpansOf(service: RunningService): Promise<number> {
  return metricIn(await scrape(service), 'spanwatch_shed_spans_total');
}

function metricIn(text: string, name: string): number {
  const line = text.split('\n').find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1));
}

async function incidentsOf({ http }: RunningService): Promise<FuzzOutcome['incidents']> {
  const { body } = await request(`${http}/api/v1/incidents?state=any&limit=50`);
  const { incidents } = (await body.json()) as {
    incidents: { id: string; openedAt: string; severity: string; suspects: { service: string }[] }[];
  };
  return incidents.map(({ id, openedAt, severity, suspects }) => ({
    id,
    openedAt,
    severity,
    suspect: suspects[0]?.service ?? '',
  }));
}

/** Lines that need a person; that it is overloaded is what it should say here. */
function errorsIn(log: string): readonly string[] {
  return log
    .split('\n')
    .filter((line) => /"level":"(error|fatal)"/.test(line) && !line.includes('"overloaded: '))
    .slice(0, 5);
}
