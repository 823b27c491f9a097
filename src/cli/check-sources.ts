import { sliceReader } from '../app/pull-sources.ts';
import { createVocabulary } from '../app/vocabulary.ts';
import { type Config, type PullSourceConfig } from '../config/index.ts';
import { SpanBatch } from '../domain/span-batch.ts';
import { createFormats } from '../formats/index.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../runtime/index.ts';
import type { SliceReader } from '../sources/pulling/index.ts';

export interface SourceFinding {
  readonly found: string;
  readonly problem?: string;
}

const HOUR_MS = 3_600_000;
/** Looking back begins here: a busy store gives enough in a minute. */
const FIRST_LOOK_MS = 60_000;
/** A minute that lies so far back shows spans of up to as long; those are stored when they end. */
const SLOW_LOOK_MS = 600_000;
/** So many queries' time, for what may be many queries. */
const PATIENCE = 6;

/** What a store of spans is, and what it holds of the last hour: the newest minute, and more when that is empty. */
export async function checkPullSource(
  config: Config,
  source: PullSourceConfig,
  { lastHour } = { lastHour: true },
): Promise<SourceFinding> {
  const { names } = createVocabulary(config.names);
  const runtime = {
    clock: createWallClock(),
    logger: silentLogger(),
    metrics: createMetrics(),
    random: createRandom(1),
  };
  const reader = sliceReader(source, createFormats(names), runtime);
  try {
    const { found, problem } = await reader.describe();
    if (problem !== undefined) return { found, problem };
    if (!lastHour) return { found };
    const toMs = runtime.clock.now();
    for (const backMs of [FIRST_LOOK_MS, HOUR_MS]) {
      const batch = new SpanBatch(names);
      const signal = AbortSignal.timeout(PATIENCE * source.timeoutMs);
      const outcome = await reader.read({ fromMs: toMs - backMs, toMs }, batch, { signal, mayCut: true });
      const inPart = outcome.kind === 'failed' && signal.aborted;
      if (outcome.kind === 'failed' && !inPart) return { found, problem: outcome.reason };
      if (batch.length > 0) {
        const spans = `${found}, ${inPart ? 'at least ' : ''}${spansOf(batch, backMs)}`;
        return { found: inPart ? spans : spans + (await slowSpans(reader, source, { batch, toMs })) };
      }
      if (inPart)
        return {
          found,
          problem: `it did not give its spans within ${(PATIENCE * source.timeoutMs) / 1000} s`,
        };
    }
    return { found, problem: 'there is no span of the last hour: does anybody write there?' };
  } finally {
    await reader.close();
  }
}

function spansOf(batch: SpanBatch, backMs: number): string {
  const stretch = backMs === HOUR_MS ? 'last hour' : 'last minute';
  let stoodFor = 0;
  for (let i = 0; i < batch.length; i++) stoodFor += batch.weight[i];
  const sampled = stoodFor / batch.length;
  const sampling =
    sampled > 1.01 ? `sampled: a span stands for ${sampled.toFixed(1)}` : 'no sampling declared';
  return `${batch.length} spans in the ${stretch} (${sampling})`;
}

/** Spans are found by their start: one that lasts longer than polls look back is not there yet when its start is asked for. */
async function slowSpans(
  reader: SliceReader,
  { overlapMs, timeoutMs }: PullSourceConfig,
  { batch, toMs }: { readonly batch: SpanBatch; readonly toMs: number },
): Promise<string> {
  const fromMs = toMs - SLOW_LOOK_MS;
  const signal = AbortSignal.timeout(PATIENCE * timeoutMs);
  batch.clear();
  const slice = { fromMs, toMs: fromMs + FIRST_LOOK_MS };
  const outcome = await reader.read(slice, batch, { signal, mayCut: true });
  if (outcome.kind !== 'ok') return '';
  const slow = batch.durationUs.subarray(0, batch.length).filter((us) => us / 1000 > overlapMs).length;
  return slow === 0
    ? ''
    : `; ${slow} of ${batch.length} spans of a minute ten minutes ago last longer than overlapMs (${overlapMs / 1000} s): such spans may be missed, a longer overlapMs takes them`;
}
