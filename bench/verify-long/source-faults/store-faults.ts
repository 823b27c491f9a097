import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SourceInput } from '../../sources/same/index.ts';
import { storeByJaeger, type StoredByJaeger } from '../../sources/same/jaeger-ways.ts';
import { startFailingProxy } from './failing-proxy.ts';
import { dataDirOf, type FaultOutcome, outcomeOf, readSeen, type SeenSpans } from './fault-outcome.ts';
import { Life } from './life.ts';

const PATIENCE_MS = 5000;
/** Longer than the source's longest pause between two tries. */
const QUIET_MS = 240_000;

export interface StoreFaultOptions {
  /** Elasticsearch is away for so long. */
  readonly downMs: number;
}

/** A Jaeger that is slow and fails, or an Elasticsearch that is away, with what the real Jaeger stored. */
export async function storeFault(
  kind: 'jaeger' | 'elasticsearch',
  input: SourceInput,
  scratch: string,
  { downMs }: StoreFaultOptions,
): Promise<FaultOutcome> {
  const folder = join(scratch, `stored-${kind}`);
  mkdirSync(folder);
  const stored = await storeByJaeger(input, folder);
  try {
    return kind === 'jaeger'
      ? await failingJaeger(input, scratch, stored)
      : await absentElasticsearch(input, scratch, { stored, downMs });
  } finally {
    await stored.jaeger.stop();
    await stored.elasticsearch.stop();
  }
}

async function failingJaeger(
  input: SourceInput,
  scratch: string,
  { jaeger }: StoredByJaeger,
): Promise<FaultOutcome> {
  const proxy = await startFailingProxy(jaeger.query, 7, PATIENCE_MS);
  try {
    const source = {
      ...{ type: 'jaeger-query', pauseMs: 0, concurrency: 4 },
      ...{ timeoutMs: PATIENCE_MS, maxSliceMs: 10_000 },
    };
    const undisturbed = await readAll(input, join(scratch, 'jaeger'), {
      ...source,
      url: jaeger.query,
      timeoutMs: 30_000,
    });
    const story = await readAll(input, join(scratch, 'jaeger-failing'), { ...source, url: proxy.url });
    const { 'passed on': passed, ...failed } = proxy.counts;
    const done = Object.entries(failed).map(([how, times]) => `${how} ${times}`);
    return outcomeOf({
      fault: 'Jaeger slow and failing',
      done: `a proxy before it: ${done.join(', ')}, passed on ${passed}`,
      ...{ spans: input.spans, seen: story.seen, undisturbed: undisturbed.seen, seconds: story.seconds },
    });
  } finally {
    await proxy.close();
  }
}

async function absentElasticsearch(
  input: SourceInput,
  scratch: string,
  { stored, downMs }: { readonly stored: StoredByJaeger; readonly downMs: number },
): Promise<FaultOutcome> {
  // Short slices, so that it is in the middle of them.
  const source = { type: 'elasticsearch', url: stored.elasticsearch.url, maxSliceMs: 1000, timeoutMs: 5000 };
  const undisturbed = await readAll(input, join(scratch, 'elasticsearch'), source);
  const story = await readAll(input, join(scratch, 'elasticsearch-away'), source, async (life) => {
    while ((await life.assembled()) < input.spans / 3) await pause(50);
    await stored.elasticsearch.kill();
    await pause(downMs);
    stored.elasticsearch = await stored.elasticsearch.restart();
  });
  return outcomeOf({
    fault: `Elasticsearch away for ${downMs / 60_000} min`,
    done: 'SIGKILL of the node after a third of the spans, started again afterwards',
    ...{ spans: input.spans, seen: story.seen, undisturbed: undisturbed.seen, seconds: story.seconds },
  });
}

async function readAll(
  input: SourceInput,
  folder: string,
  source: object,
  disturb: (life: Life) => Promise<void> = () => Promise.resolve(),
): Promise<{ readonly seen: SeenSpans; readonly seconds: number }> {
  const startedAt = performance.now();
  // Sources ask by a span's start, and the input is known by ends.
  const startAt = new Date(input.fromMs - 60_000).toISOString();
  const stopAt = new Date(input.toMs + 1000).toISOString();
  const life = new Life(folder, { model: input.model, source: { ...source, startAt, stopAt, settleMs: 0 } });
  try {
    await life.start();
    await disturb(life);
    await life.untilAssembled(input.spans, QUIET_MS);
    await life.stop();
    return { seen: await readSeen(dataDirOf(folder)), seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    await life.close();
  }
}
