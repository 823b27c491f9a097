import { benchAssembly } from './assembly.ts';
import { benchDecode } from './decode.ts';
import { benchForest } from './forest.ts';
import { httpRows } from './http/http-bench.ts';
import { benchLearning } from './learning.ts';
import { readMemory } from './memory.ts';
import type { Row } from './rows.ts';
import { benchSummaries } from './summaries.ts';
import { benchVerdicts, VERDICT_BENCH } from './verdicts/bench-verdicts.ts';

/** Every benchmark by name: its rows of the table. Sizes and rounds can be made small, for tests. */
export const SUITE = {
  decode: decodeRows,
  assembly: assemblyRows,
  summaries: summariesRows,
  forest: forestRows,
  verdicts: verdictRows,
  http: httpRows,
  memory: memoryRows,
  learning: learningRows,
} as const satisfies Record<string, (...sizes: never[]) => Row[] | Promise<Row[]>>;

export type BenchName = keyof typeof SUITE;
export const BENCH_NAMES = Object.keys(SUITE) as BenchName[];

export function decodeRows(rounds = 7, messages = 48): Row[] {
  const bench = benchDecode(rounds, messages);
  return [
    {
      what: `decode OTLP protobuf, ${bench.protoBytesPerSpan} bytes a span`,
      value: bench.otlpProto,
      unit: 'spans/s',
      peer: { name: 'protobufjs', value: bench.protobufjs, ratio: bench.protoRatio },
      goal: { of: 'ratio', atLeast: 10 },
    },
    {
      what: `decode OTLP JSON, ${bench.jsonBytesPerSpan} bytes a span`,
      value: bench.otlpJson,
      unit: 'spans/s',
      peer: { name: 'JSON.parse', value: bench.jsonParse, ratio: bench.jsonRatio },
      goal: { of: 'ratio', atLeast: 0.9, isAim: true },
    },
  ];
}

export function assemblyRows(rounds = 5, openTraces = 50_000): Row[] {
  const bench = benchAssembly(rounds, openTraces);
  return [
    {
      what: `find trace ids, ${openTraces} open traces`,
      value: bench.index,
      unit: 'spans/s',
      peer: { name: 'Map of hex ids', value: bench.mapOfHex, ratio: bench.indexRatio },
      goal: { of: 'ratio', atLeast: 8, isAim: true },
    },
    {
      what: 'assemble traces, parents resolved',
      value: bench.assembler,
      unit: 'spans/s',
      peer: { name: 'Maps and objects', value: bench.objects, ratio: bench.assemblerRatio },
    },
  ];
}

export function summariesRows(rounds = 5, operations = 2000, traces = 60_000): Row[] {
  const bench = benchSummaries(rounds, operations, traces);
  return [
    {
      what: `summarise, ${operations} operations`,
      value: bench.summaries,
      unit: 'values/s',
      peer: { name: 'DDSketch', value: bench.ddSketch, ratio: bench.ratio },
      goal: { of: 'ratio', atLeast: 4, isAim: true },
    },
  ];
}

export function forestRows(rounds = 5, rowCount = 20_000): Row[] {
  const bench = benchForest(rounds, rowCount);
  return [
    {
      what: `fit a forest, ${rowCount} rows`,
      value: bench.fitMs,
      unit: 'ms',
      peer: { name: 'isolation-forest', value: bench.packageFitMs, ratio: bench.fitRatio },
    },
    {
      what: 'score with it, in batches',
      value: bench.scoreRowsPerSecond,
      unit: 'rows/s',
      peer: { name: 'isolation-forest', value: bench.packageScoreRowsPerSecond, ratio: bench.scoreRatio },
    },
    {
      what: 'its area under the ROC curve, 1 % outliers',
      value: bench.auc,
      unit: 'AUC',
      peer: { name: 'isolation-forest', value: bench.packageAuc, ratio: bench.auc / bench.packageAuc },
    },
  ];
}

export async function verdictRows(options = VERDICT_BENCH): Promise<Row[]> {
  const bench = await benchVerdicts(options);
  const whole: Row = {
    what: `bytes to verdicts, ${bench.openTracesAtMost} traces open`,
    value: bench.spansPerSecond,
    unit: 'spans/s',
    peer: { name: 'stock parts', value: bench.stockSpansPerSecond, ratio: bench.ratio },
    goal: { of: 'ratio', atLeast: 4 },
  };
  const stages = bench.stages.map(({ stage, nsPerSpan, share }): Row => ({
    what: `  of it ${stage}, ${Math.round(share * 100)} %`,
    value: nsPerSpan,
    unit: 'ns/span',
  }));
  return [whole, ...stages];
}

export async function memoryRows(spans = 1_000_000): Promise<Row[]> {
  const open = await readMemory('open-spans', spans);
  const names = await readMemory('operation-names', spans);
  return [
    {
      what: `peak memory, ${spans} open spans`,
      value: open.peakRssMiB,
      unit: 'MiB',
      goal: { of: 'value', atMost: 1024 },
    },
    {
      what: `peak memory, ${spans} distinct operation names sent`,
      value: names.peakRssMiB,
      unit: 'MiB',
      goal: { of: 'value', atMost: 1024 },
    },
    {
      what: '  of them kept',
      value: names.operations,
      unit: 'names',
      goal: { of: 'value', atMost: 10_000 },
    },
  ];
}

/** 20 MB. */
const MOST_MODEL_MIB = 20e6 / 2 ** 20;

export async function learningRows(spans = 1_000_000, seconds = 86_400): Promise<Row[]> {
  const bench = await benchLearning(spans, seconds);
  return [
    {
      what: `learn a day of ${bench.spans} spans`,
      value: bench.wallMs,
      unit: 'ms',
      goal: { of: 'value', atMost: 60_000 },
    },
    {
      what: `  its model, ${bench.components} components`,
      value: bench.modelMiB,
      unit: 'MiB',
      goal: { of: 'value', atMost: MOST_MODEL_MIB },
    },
  ];
}
