import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createService, type Service } from '../../app.ts';
import { type Config, parseConfig } from '../../config/index.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Runtime } from '../../runtime/index.ts';
import { createOtlpSender, type FaultTruth, simulate } from '../../simulator/index.ts';
import { openSqliteStore } from '../../store/index.ts';
import { loadModel } from '../model.ts';
import { createVocabulary } from '../vocabulary.ts';
import { type Chat, FEISHU_SECRET, startChat } from './chat.ts';
import { ACTS, SCRIPT, SECONDS, TRACES_PER_SECOND } from './script.ts';
import { problemsOf } from './verdict.ts';

export interface DemoOptions {
  /** The model of the simulated shop. */
  readonly modelDirectory: string;
  /** What happens, act by act. */
  readonly narrate: (text: string) => void;
  /** What chat shows. */
  readonly show: (text: string) => void;
  /** Event seconds a wall second; Infinity is as fast as it goes. */
  readonly speed: number;
  /** Somebody wants it to end: it ends within a second. */
  readonly stopped: Promise<void>;
  /** The pages stay open until then. */
  readonly stay: boolean;
  /** Told once when the show is over, with the addresses of the incidents' pages. */
  readonly onEnd: (result: DemoResult) => void;
}

export interface DemoResult {
  readonly incidents: readonly Incident[];
  readonly truths: readonly FaultTruth[];
  readonly chat: Chat['tally'];
  /** Page of each incident at P0-P2, in order of their openings. */
  readonly pages: readonly string[];
  /** Why the run was not as it should be; empty when each fault gave one incident, blamed rightly and resolved. */
  readonly problems: readonly string[];
}

/** Any Monday will do; the demo's spans live on their own time. */
const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
const SEED = 20260105;
/** Chat takes a message a second: what is left then has this long. */
const LAST_MESSAGES_MS = 60_000;

/** The simulator's shop over real OTLP/HTTP into the service, on event time: three faults, three incidents, and chat. */
export async function demo(runtime: Runtime, options: DemoOptions): Promise<DemoResult> {
  const dataDir = mkdtempSync(join(tmpdir(), 'spanwatch-demo-'));
  const chat = await startChat(() => runtime.clock.now());
  try {
    const config = demoConfig(dataDir, chat);
    const vocabulary = createVocabulary(config.names);
    const loaded = loadModel(options.modelDirectory, vocabulary.table);
    if (!loaded.ok) throw new DemoError(loaded.reason);
    const terminal = { write: options.show, color: false, clock: 'event' } as const;
    const service = createService(config, { vocabulary, model: loaded.model }, runtime, terminal);
    await service.start();
    try {
      const truths = await feed(service, runtime, { ...options, chat });
      await lastMessages(runtime, options, chat);
      const incidents = await readIncidents(config, runtime);
      const result = resultOf(incidents, { truths, chat, http: service.addresses().http });
      options.onEnd(result);
      if (options.stay) await options.stopped;
      return result;
    } finally {
      await service.shutdown();
    }
  } finally {
    await chat.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** The demo cannot run; its message says why. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
  readonly code = 'demo';
  readonly retryable = false;
}

function demoConfig(dataDir: string, chat: Chat): Config {
  const outcome = parseConfig(
    [
      `dataDir: ${JSON.stringify(dataDir)}`,
      'sources: [{ name: shop, type: otlp-http, port: 0 }]',
      'http: { port: 0 }',
      'channels:',
      `  - { name: slack, type: slack-webhook, url: ${JSON.stringify(chat.slackUrl)} }`,
      `  - { name: feishu, type: feishu-bot, locale: zh, url: ${JSON.stringify(chat.feishuUrl)}, secret: ${FEISHU_SECRET} }`,
    ].join('\n'),
    'demo',
  );
  if (!outcome.ok) throw new DemoError(outcome.problems.map(({ message }) => message).join('; '));
  return outcome.config;
}

async function feed(
  service: Service,
  runtime: Runtime,
  { narrate, show, speed, chat, stopped }: DemoOptions & { readonly chat: Chat },
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
  let stopping = false;
  void stopped.then(() => (stopping = true));
  const startedMs = runtime.clock.now();
  for (let second = 0; second < SECONDS; second++) {
    if (stopping) throw new DemoError('stopped before its end');
    const act = ACTS.find((each) => each.second === second);
    if (act !== undefined) narrate(`${clockOf(second)}  ${act.says}`);
    batch.clear();
    simulation.second(second, batch);
    const outcome = await sender.send(batch);
    if (outcome.kind !== 'sent') throw new DemoError(`the spans could not be sent: ${outcome.reason}`);
    for (const message of chat.fresh()) show(message);
    await pause(runtime, startedMs + (second * 1000) / speed - runtime.clock.now());
  }
  await sender.close();
  return simulation.truths;
}

/** The shop's time of day. */
function clockOf(second: number): string {
  return new Date(START_MS + second * 1000).toISOString().slice(11, 19);
}

/** Waits until chat has got what the outbox has for it. */
async function lastMessages(
  runtime: Runtime,
  { show }: Pick<DemoOptions, 'show'>,
  chat: Chat,
): Promise<void> {
  const giveUpMs = runtime.clock.now() + LAST_MESSAGES_MS;
  while (runtime.clock.now() < giveUpMs) {
    for (const message of chat.fresh()) show(message);
    if (await isSettled(runtime)) return;
    await pause(runtime, 100);
  }
}

async function isSettled({ metrics }: Runtime): Promise<boolean> {
  const gauge = await metrics.registry.getSingleMetric('spanwatch_outbox_pending')?.get();
  return gauge?.values.every(({ value }) => value === 0) ?? true;
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

function resultOf(
  incidents: readonly Incident[],
  { truths, chat, http }: { truths: readonly FaultTruth[]; chat: Chat; http: string },
): DemoResult {
  const woken = incidents.filter(({ severity }) => severity !== 'P3').reverse();
  const { tally } = chat;
  const problems = problemsOf(incidents, truths);
  if (tally.violations.length > 0) problems.push(`chat refused or disliked: ${tally.violations[0]}`);
  const least = woken.length * 2;
  if (tally.slack < least || tally.feishu < least)
    problems.push(`${tally.slack} messages in Slack and ${tally.feishu} in Feishu, fewer than ${least}`);
  return {
    incidents,
    truths,
    chat: tally,
    pages: woken.map(({ id }) => `${http}/incidents/${id}`),
    problems,
  };
}
