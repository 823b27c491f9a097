import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { startFeishu } from '../../src/simulator/vendors/feishu.ts';
import type { VendorReceiver } from '../../src/simulator/vendors/receiver.ts';
import { startSlack } from '../../src/simulator/vendors/slack.ts';
import { captureLines } from '../scoring/index.ts';
import { type Encoding, postLines } from './post-lines.ts';
import { type RunningService, startService } from './spanwatch-process.ts';
import { readStored, type Stored } from './stored.ts';

export interface LiveRunOptions {
  /** Empty; takes the configuration and the data. */
  readonly folder: string;
  readonly model: string;
  /** OTLP JSON lines, gzipped. */
  readonly capture: string;
  readonly encoding: Encoding;
}

export interface LiveRun {
  readonly posted: { readonly requests: number; readonly spans: number; readonly seconds: number };
  readonly stop: { readonly code: number | null; readonly seconds: number };
  /** The shutdown left messages that a second start has sent. */
  readonly restarted: boolean;
  readonly stored: Stored;
  readonly endpoints: readonly { readonly channel: string; readonly receiver: VendorReceiver<unknown> }[];
}

const FEISHU_SECRET = 'a secret of the verification';

/** A capture through `spanwatch run --clock event`, with Slack's and Feishu's rules at the other end. */
export async function runLive({ folder, model, capture, encoding }: LiveRunOptions): Promise<LiveRun> {
  const nowMs = (): number => Date.now();
  const slack = await startSlack({ nowMs, maxPerSecond: 1 });
  const feishu = await startFeishu({ nowMs, secret: FEISHU_SECRET, limited: true });
  try {
    const dataDir = join(folder, 'data');
    const config = join(folder, 'spanwatch.yaml');
    writeFileSync(config, configuration({ dataDir, model, slack: slack.url, feishu: feishu.url }));
    const service = await startService(config);
    const startedAt = performance.now();
    const counted = await postLines(service.source, captureLines(capture), encoding);
    const posted = { ...counted, seconds: (performance.now() - startedAt) / 1000 };
    await outboxIsEmpty(service);
    const stop = await terminate(service);
    const channels = [{ name: 'slack' }, { name: 'feishu' }];
    let stored = await readStored(dataDir, channels);
    const restarted = stored.deliveries.some(({ state }) => state === 'pending' || state === 'sending');
    if (restarted) {
      const second = await startService(config);
      await outboxIsEmpty(second);
      await terminate(second);
      stored = await readStored(dataDir, channels);
    }
    const endpoints = [
      { channel: 'slack', receiver: slack },
      { channel: 'feishu', receiver: feishu },
    ];
    return { posted, stop, restarted, stored, endpoints };
  } finally {
    await slack.close();
    await feishu.close();
  }
}

function configuration(parts: Readonly<Record<'dataDir' | 'model' | 'slack' | 'feishu', string>>): string {
  const text = JSON.stringify;
  return [
    `dataDir: ${text(parts.dataDir)}`,
    `model: ${text(parts.model)}`,
    'sources: [{ name: capture, type: otlp-http, port: 0 }]',
    'http: { port: 0 }',
    'channels:',
    `  - { name: slack, type: slack-webhook, url: ${text(parts.slack)} }`,
    `  - { name: feishu, type: feishu-bot, url: ${text(parts.feishu)}, secret: ${text(FEISHU_SECRET)}, locale: zh }`,
    'links: { trace: "http://127.0.0.1:16686/trace/{traceId}" }',
    '',
  ].join('\n');
}

/** A Slack message a second; a capture's worth of them is under a hundred. */
const DRAIN_TIMEOUT_MS = 240_000;
const POLL_MS = 250;
/** The gauge is set after a pass: what was written a moment ago shows a poll later. */
const STEADY_POLLS = 3;

/** Resolves when nothing waits to be sent. */
export async function outboxIsEmpty({ http }: Pick<RunningService, 'http'>): Promise<void> {
  const deadline = performance.now() + DRAIN_TIMEOUT_MS;
  for (let empty = 0; empty < STEADY_POLLS;) {
    if (performance.now() > deadline) throw new Error(`the outbox is not empty after ${DRAIN_TIMEOUT_MS} ms`);
    await pause(POLL_MS);
    const { body } = await request(`${http}/metrics`);
    const pending = /^spanwatch_outbox_pending (\d+)/m.exec(await body.text())?.[1];
    empty = pending === '0' ? empty + 1 : 0;
  }
}

async function terminate(service: RunningService): Promise<{ code: number | null; seconds: number }> {
  const startedAt = performance.now();
  service.signal('SIGTERM');
  const { code } = await service.ended;
  return { code, seconds: (performance.now() - startedAt) / 1000 };
}
