import { latenessMs, TraceStage } from '../src/app/trace-stage.ts';
import { VerdictStage } from '../src/app/verdict-stage.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../src/assemble/index.ts';
import type { SpanBatch } from '../src/domain/span-batch.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../src/incident/index.ts';
import { at, simulate } from '../src/simulator/index.ts';
import { medianMs } from './medians.ts';
import { learnShop } from './verdicts/shop-model.ts';

/**
 * What it costs to keep whole traces for incidents: the same spans to verdicts with and without, decoding left out (so
 * that the share is a worst case). `node --expose-gc bench/kept-traces.ts`
 */
const SECONDS = 120;
const TRACES_PER_SECOND = 300;

const { vocabulary, model } = await learnShop(900);
const script = at(40).slow('payment', { addMs: 200 }, 60);
const simulation = simulate({
  seed: 5,
  startMs: Date.UTC(2026, 0, 1),
  tracesPerSecond: TRACES_PER_SECOND,
  script,
  names: vocabulary.names,
});
const batches: SpanBatch[] = [];
for (let second = 0; second < SECONDS; second++) {
  const batch = simulation.newBatch();
  simulation.second(second, batch);
  batches.push(batch);
}
const spans = batches.reduce((sum, { length }) => sum + length, 0);
let last = { slow: 0, typical: 0 };

function run(keeps: boolean): void {
  const baselines = new Map([...model.baselines].map(([id, one]) => [id, structuredClone(one)]));
  const verdicts = new VerdictStage(
    vocabulary,
    { ...model, baselines },
    {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    },
    () => undefined,
  );
  const { recentTraces } = verdicts;
  if (!keeps) recentTraces.typical = () => undefined;
  const stage = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
    ...(keeps ? { onSummarised: (trace, topped) => recentTraces.summarised(trace, topped) } : {}),
    onSealed: (batch) => verdicts.onSealed(batch),
  });
  for (const batch of batches) stage.add(batch);
  stage.flush();
  if (keeps) last = { ...recentTraces.copied };
}

const ms = medianMs(
  [
    { name: 'without', run: () => run(false) },
    { name: 'with', run: () => run(true) },
  ],
  7,
);
const line = (label: string, value: string): string => `${label.padEnd(34)}${value}\n`;
process.stdout.write(
  line('spans', String(spans)) +
    line('spans/s without keeping', String(Math.round((spans / ms.without) * 1000))) +
    line('spans/s keeping', String(Math.round((spans / ms.with) * 1000))) +
    line('cost', `${((ms.with / ms.without - 1) * 100).toFixed(1)}%`) +
    line('traces kept of', `${last.slow} slow, ${last.typical} typical of ${SECONDS * TRACES_PER_SECOND}`),
);
