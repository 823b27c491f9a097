import { join } from 'node:path';
import { at, writeCapture } from '../../../src/simulator/index.ts';
import { openCapture } from '../../verify/captures.ts';
import { learnClean } from '../../verify/detection.ts';
import { REPOSITORY } from '../../verify/spanwatch-process.ts';
import { recordsOf } from './otlp-records.ts';

/** Spans in a file, and the model they are judged by. */
export interface SourceInput {
  /** In words. */
  readonly what: string;
  /** OTLP JSON lines, gzipped. */
  readonly path: string;
  readonly model: string;
  readonly spans: number;
  /** The first and the last end, epoch ms. */
  readonly fromMs: number;
  readonly toMs: number;
}

const CAPTURE = 'onlineboutique-0822';

/** The labelled capture with a model of its ordinary hours; undefined when it is not in the folder. */
export async function capturedInput(dataDir: string, scratch: string): Promise<SourceInput | undefined> {
  const capture = await openCapture(dataDir, CAPTURE);
  if (capture === undefined) return undefined;
  const { directory } = await learnClean(capture, scratch);
  return counted({ what: `the capture ${CAPTURE}`, path: capture.path, model: directory });
}

/** The simulated shop with two faults, by default a quarter of an hour of it. */
export async function simulatedInput(
  scratch: string,
  { tracesPerSecond, seconds = 900 }: { readonly tracesPerSecond: number; readonly seconds?: number },
): Promise<SourceInput> {
  const path = join(scratch, 'shop.jsonl.gz');
  const startMs = Date.UTC(2026, 0, 5, 9);
  const part = Math.round(seconds / 10);
  const script = at(part)
    .slow('payment', { addMs: 800 }, part)
    .at(5 * part)
    .errors('cart', 0.3, part);
  await writeCapture({ seed: 11, startMs, tracesPerSecond, script, path, seconds });
  const what = `${seconds} s of the simulated shop, ${tracesPerSecond} traces a second, with two faults`;
  return counted({ what, path, model: join(REPOSITORY, 'models/demo') });
}

async function counted(input: Pick<SourceInput, 'what' | 'path' | 'model'>): Promise<SourceInput> {
  let spans = 0;
  let fromMs = Number.POSITIVE_INFINITY;
  let toMs = 0;
  for await (const record of recordsOf(input.path)) {
    spans += record.spans;
    fromMs = Math.min(fromMs, record.endMs);
    toMs = Math.max(toMs, record.endMs);
  }
  return { ...input, spans, fromMs, toMs };
}
