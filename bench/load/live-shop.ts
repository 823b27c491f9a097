import { setTimeout as sleep } from 'node:timers/promises';
import type { SpanBatch } from '../../src/domain/span-batch.ts';
import { createOtlpSender, type Script, simulate } from '../../src/simulator/index.ts';

export interface LiveShopOptions {
  /** Of the OTLP/HTTP receiver. */
  readonly url: string;
  /** Epoch ms at which second 0 begins: now, or soon. */
  readonly startMs: number;
  readonly seed: number;
  readonly tracesPerSecond: number;
  readonly script: Script;
  readonly seconds: number;
  /** Sees each second's spans before they are sent. */
  readonly onSecond?: (second: number, batch: SpanBatch) => void;
}

/**
 * The simulated shop on the wall clock: what ends in a second is sent when it is over. Resolves when
 * all is sent. Rejects when the receiver refuses spans for good; what it puts off is sent again.
 */
export async function runLiveShop(options: LiveShopOptions): Promise<void> {
  const simulation = simulate(options);
  const sender = createOtlpSender({ url: options.url, encoding: 'protobuf', gzip: false });
  const batch = simulation.newBatch();
  try {
    for (let second = 0; second < options.seconds; second++) {
      batch.clear();
      simulation.second(second, batch);
      options.onSecond?.(second, batch);
      await sleep(Math.max(0, options.startMs + (second + 1) * 1000 - Date.now()));
      await sendAll(sender, batch);
    }
  } finally {
    await sender.close();
  }
}

async function sendAll(sender: ReturnType<typeof createOtlpSender>, batch: SpanBatch): Promise<void> {
  for (let from = 0; from < batch.length;) {
    const outcome = await sender.send(batch, from);
    if (outcome.kind === 'permanent') throw new Error(`the receiver refused spans: ${outcome.reason}`);
    from += outcome.sentSpans;
    if (outcome.kind === 'retry') await sleep(outcome.afterMs);
  }
}
