import { generateOtlpPayloads } from '../../src/simulator/index.ts';
import { medianMs } from '../medians.ts';
import { fitStockForest, StockPipeline } from '../stock/stock-pipeline.ts';
import { Pipelines, type Stage, STAGES } from './pipelines.ts';
import { learnShop } from './shop-model.ts';

export interface VerdictBenchOptions {
  readonly rounds: number;
  readonly spans: number;
  readonly tracesPerSecond: number;
  /** Event time that the model is learned from. */
  readonly learnSeconds: number;
}

/** 4,000 traces a second hold some 20,000 traces open, as 5 s of waiting do. */
export const VERDICT_BENCH: VerdictBenchOptions = {
  rounds: 5,
  spans: 320_000,
  tracesPerSecond: 4000,
  learnSeconds: 400,
};

export interface StageShare {
  readonly stage: Stage;
  /** Spans a second up to and with this stage. */
  readonly spansPerSecond: number;
  readonly nsPerSpan: number;
  /** Part of the whole, 0 to 1. */
  readonly share: number;
}

export interface VerdictBench {
  readonly spans: number;
  readonly traces: number;
  readonly bytesPerSpan: number;
  readonly openTracesAtMost: number;
  readonly spansPerSecond: number;
  readonly stockSpansPerSecond: number;
  readonly ratio: number;
  readonly stages: readonly StageShare[];
}

const SEED = 5;
/** The default batch of OpenTelemetry's SDKs. */
const SPANS_PER_REQUEST = 512;

/**
 * OTLP protobuf payloads in memory to verdicts, one thread, against stock parts on the same bytes. The share of a stage
 * is what the pipeline up to it takes longer than the pipeline up to the one before: no timer runs inside.
 */
export async function benchVerdicts(options = VERDICT_BENCH): Promise<VerdictBench> {
  const { rounds, spans, tracesPerSecond, learnSeconds } = options;
  const shop = await learnShop(learnSeconds);
  const payloads = generateOtlpPayloads({
    seed: SEED,
    spans,
    spansPerRequest: SPANS_PER_REQUEST,
    tracesPerSecond,
  });
  const pipelines = new Pipelines(shop, payloads);
  const forest = fitStockForest(payloads);
  const stock = (): StockPipeline => {
    const pipeline = new StockPipeline(forest);
    for (const bytes of payloads) pipeline.add(bytes);
    pipeline.flush();
    return pipeline;
  };
  const passed = pipelines.run('judge');
  if (stock().spans !== passed.spans) throw new Error('the two pipelines do not see the same spans');
  const ms = medianMs(
    [
      ...STAGES.map((stage) => ({ name: stage, run: () => void pipelines.run(stage) })),
      { name: 'stock', run: () => void stock() },
    ],
    rounds,
    1,
  );
  return {
    spans,
    traces: passed.traces,
    bytesPerSpan: payloads.reduce((sum, bytes) => sum + bytes.length, 0) / spans,
    openTracesAtMost: passed.openTracesAtMost,
    spansPerSecond: (spans / ms.judge) * 1000,
    stockSpansPerSecond: (spans / ms.stock) * 1000,
    ratio: ms.stock / ms.judge,
    stages: sharesOf(ms, spans),
  };
}

function sharesOf(ms: Record<string, number>, spans: number): StageShare[] {
  return STAGES.map((stage, i) => {
    // Noise can make a cheap stage come out below nothing.
    const ownMs = Math.max(0, ms[stage] - (i === 0 ? 0 : ms[STAGES[i - 1]]));
    return {
      stage,
      spansPerSecond: (spans / ms[stage]) * 1000,
      nsPerSpan: (ownMs * 1e6) / spans,
      share: ownMs / ms.judge,
    };
  });
}
