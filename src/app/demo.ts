import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService, type Service } from '../app.ts';
import { parseConfig } from '../config/index.ts';
import type { Config } from '../config/index.ts';
import type { Incident } from '../domain/incident.ts';
import type { Runtime } from '../runtime/index.ts';
import {
  at,
  createOtlpSender,
  type FaultTruth,
  isBlamed,
  type Script,
  simulate,
} from '../simulator/index.ts';
import { openSqliteStore } from '../store/index.ts';
import { loadModel } from './model.ts';
import { createVocabulary } from './vocabulary.ts';

export interface DemoOptions {
  /** The model of the simulated shop. */
  readonly modelDirectory: string;
  readonly write: (text: string) => void;
  readonly color: boolean;
  /** Event seconds a wall second; Infinity is as fast as it goes. */
  readonly speed: number;
}

export interface DemoResult {
  readonly incidents: readonly Incident[];
  readonly truths: readonly FaultTruth[];
  /** Why the run was not as it should be; empty when each fault gave one incident, blamed rightly and resolved. */
  readonly problems: readonly string[];
}

/** Two quiet minutes, a slow payment service for three, and quiet until it has resolved. */
const SCRIPT: Script = at(120).slow('payment', { addMs: 350 }, 180);
const SECONDS = 540;
const TRACES_PER_SECOND = 60;
/** Any Monday will do; the demo's spans live on their own time. */
const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
const SEED = 20260105;

/** The simulator's shop over real OTLP/HTTP into the service, on event time: one fault, one incident, its messages. */
export async function demo(runtime: Runtime, options: DemoOptions): Promise<DemoResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spanwatch-demo-'));
  try {
    const config = demoConfig(dataDir);
    const vocabulary = createVocabulary(config.names);
    const loaded = loadModel(options.modelDirectory, vocabulary.table);
    if (!loaded.ok) throw new DemoError(loaded.reason);
    const service = createService(config, { vocabulary, model: loaded.model }, runtime, {
      ...options,
      clock: 'event',
    });
    await service.start();
    const truths = await feed(service, runtime, options);
    await service.shutdown();
    const incidents = await readIncidents(config, runtime);
    return { incidents, truths, problems: problemsOf(incidents, truths) };
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The demo cannot run; its message says why. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code = 'demo';
  readonly retryable = false;
}

function demoConfig(dataDir: string): Config {
  const outcome = parseConfig(
    [
      `dataDir: ${JSON.stringify(dataDir)}`,
      'sources: [{ name: shop, type: otlp-http, port: 0 }]',
      'http: { port: 0 }',
      'channels: [{ name: terminal, type: terminal }]',
    ].join('\n'),
    'demo',
  );
  if (!outcome.ok) throw new DemoError(outcome.problems.map(({ message }) => message).join('; '));
  return outcome.config;
}

async function feed(
  service: Service,
  runtime: Runtime,
  options: DemoOptions,
): Promise<readonly FaultTruth[]> {
  const simulation = simulate({
    seed: SEED,
    startMs: START_MS,
    tracesPerSecond: TRACES_PER_SECOND,
    script: SCRIPT,
  });
  const port = service.addresses().sources.shop;
  const sender = createOtlpSender({ url: `http://127.0.0.1:${port}`, encoding: 'protobuf', gzip: true });
  const batch = simulation.newBatch();
  const startedMs = runtime.clock.now();
  for (let second = 0; second < SECONDS; second++) {
    batch.clear();
    simulation.second(second, batch);
    const outcome = await sender.send(batch);
    if (outcome.kind !== 'sent') throw new DemoError(`the spans could not be sent: ${outcome.reason}`);
    await pause(runtime, startedMs + (second * 1000) / options.speed - runtime.clock.now());
  }
  await sender.close();
  return simulation.truths;
}

function pause(runtime: Runtime, ms: number): Promise<void> {
  if (!(ms > 0)) return Promise.resolve();
  return new Promise((resolve) => void runtime.clock.after(ms, resolve));
}

async function readIncidents(config: Config, runtime: Runtime): Promise<readonly Incident[]> {
  const store = openSqliteStore({ path: join(config.dataDir, 'spanwatch.db') }, runtime);
  try {
    return await store.incidents({ limit: 100 });
  } finally {
    await store.close();
  }
}

function problemsOf(incidents: readonly Incident[], truths: readonly FaultTruth[]): string[] {
  const problems: string[] = [];
  const woken = incidents.filter(({ severity }) => severity !== 'P3');
  for (const truth of truths) {
    const during = woken.filter(
      ({ openedAt }) => openedAt >= truth.fromMs && openedAt <= truth.toMs + 60_000,
    );
    if (during.length !== 1)
      problems.push(`${during.length} incidents for the fault in ${truth.service}, not one`);
    for (const incident of during) {
      const first = incident.suspects[0];
      if (first === undefined || !isBlamed(truth, first, 'service'))
        problems.push(`the first suspect is ${first?.service}, not ${truth.service}`);
      if (incident.resolvedAt === null) problems.push(`incident ${incident.id} did not resolve`);
    }
  }
  if (woken.length > truths.length)
    problems.push(`${woken.length - truths.length} incidents without a fault`);
  return problems;
}
