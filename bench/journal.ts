import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Flow } from '../src/app/flow.ts';
import { NO_MODEL } from '../src/app/model.ts';
import { latenessMs } from '../src/app/trace-stage.ts';
import { createVocabulary } from '../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../src/assemble/index.ts';
import { DEFAULT_NAME_LIMITS } from '../src/domain/names.ts';
import type { SpanBatch } from '../src/domain/span-batch.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../src/incident/index.ts';
import { InputEncoder, JournalSegment, replayJournal, writeCheckpoint } from '../src/recovery/index.ts';
import { QUIET, simulate } from '../src/simulator/index.ts';

/**
 * What the journal costs: spans as columns through the flow, with and without it, in turns; how fast a recovery reads it
 * again; how long a checkpoint stops the world. `node bench/journal.ts [FOLDER]` (the folder for the files).
 */
const SECONDS = 240;
const TRACES_PER_SECOND = 300;
const ROUNDS = 5;
const BATCH_SPANS = 500;

const folder = mkdtempSync(join(process.argv[2] ?? tmpdir(), 'spanwatch-journal-bench-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);

function newFlow() {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const flow = new Flow(vocabulary, NO_MODEL, {
    clock: 'event',
    now: () => 0,
    assemble: DEFAULT_ASSEMBLE_LIMITS,
    verdicts: {
      falseAlertsPerWeek: 1,
      incident: DEFAULT_INCIDENT_OPTIONS,
      latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
      excluded: [],
    },
    onEvent: () => undefined,
  });
  return { vocabulary, flow };
}

/** All spans, in batches of an exporter's size. */
function inputOf({ vocabulary }: ReturnType<typeof newFlow>): SpanBatch[] {
  const { names } = vocabulary;
  const startMs = Date.UTC(2026, 0, 5);
  const simulation = simulate({ seed: 1, startMs, tracesPerSecond: TRACES_PER_SECOND, script: QUIET, names });
  const batches: SpanBatch[] = [];
  for (let second = 0; second < SECONDS; second++) {
    const whole = simulation.newBatch();
    simulation.second(second, whole);
    for (let from = 0; from < whole.length; from += BATCH_SPANS) {
      const part = simulation.newBatch();
      for (let i = from; i < Math.min(whole.length, from + BATCH_SPANS); i++) copySpan(whole, i, part);
      batches.push(part);
    }
  }
  return batches;
}

function copySpan(from: SpanBatch, i: number, to: SpanBatch): void {
  const at = to.push();
  to.traceId.set(from.traceId.subarray(i * 4, i * 4 + 4), at * 4);
  to.spanId.set(from.spanId.subarray(i * 2, i * 2 + 2), at * 2);
  to.parentId.set(from.parentId.subarray(i * 2, i * 2 + 2), at * 2);
  for (const column of ['service', 'operation', 'instance', 'version', 'node', 'peer'] as const)
    to[column][at] = from[column][i];
  for (const column of ['kind', 'flags', 'statusClass', 'startUs', 'durationUs', 'weight'] as const)
    to[column][at] = from[column][i];
}

function round(path: string | undefined) {
  const life = newFlow();
  const batches = inputOf(life);
  const spans = batches.reduce((sum, { length }) => sum + length, 0);
  const { names } = life.vocabulary;
  const known = { services: 1, operations: 1, slots: 1 };
  const segment = path === undefined ? undefined : new JournalSegment(path, new InputEncoder(names, known));
  life.flow.onInput = (input) => segment?.append(input, life.flow.inputs);
  const cpuBefore = process.cpuUsage();
  for (const batch of batches) life.flow.accept({ source: 'bench', batch });
  const { user, system } = process.cpuUsage(cpuBefore);
  segment?.close();
  return { life, spans, cpuSeconds: (user + system) / 1e6, bytes: segment?.bytes ?? 0 };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];
const rates = { without: [] as number[], with: [] as number[] };
let last = round(undefined);
for (let i = 0; i < ROUNDS; i++) {
  const plain = round(undefined);
  rates.without.push(plain.spans / plain.cpuSeconds);
  last = round(join(folder, `${i}.log`));
  rates.with.push(last.spans / last.cpuSeconds);
}
const [without, withJournal] = [median(rates.without), median(rates.with)];
say(`${last.spans} spans a round in requests of ${BATCH_SPANS}, ${ROUNDS} rounds each, medians`);
say(`columns to verdicts without a journal: ${Math.round(without).toLocaleString('en')} spans a CPU second`);
say(
  `with the journal: ${Math.round(withJournal).toLocaleString('en')} (${((1 - withJournal / without) * 100).toFixed(1)}% fewer)`,
);
say(
  `by itself: ${((1e9 / withJournal - 1e9 / without) / 1).toFixed(0)} ns a span, ${(last.bytes / last.spans).toFixed(1)} bytes a span`,
);

const restored = newFlow();
const startedAt = process.cpuUsage();
const replayed = replayJournal([join(folder, `${ROUNDS - 1}.log`)], {
  names: restored.vocabulary.names,
  from: 0,
  apply: (input) => restored.flow.apply(input),
});
const cpu = process.cpuUsage(startedAt);
say(
  `recovered: ${Math.round(replayed.spans / ((cpu.user + cpu.system) / 1e6)).toLocaleString('en')} spans a CPU second`,
);

const { vocabulary, flow } = last.life;
const facts = {
  version: 'bench',
  createdAt: '',
  model: { name: '', checksum: '' },
  names: DEFAULT_NAME_LIMITS,
  inputs: flow.inputs,
  lastInputAtMs: 0,
};
const before = performance.now();
const written = writeCheckpoint(join(folder, 'checkpoint'), facts, {
  names: vocabulary.names.snapshot(),
  components: vocabulary.table.snapshot(),
  flow: flow.snapshot(),
});
const stopped = performance.now() - before;
await written;
say(
  `a checkpoint with ${flow.traces.assembler.openSpans.toLocaleString('en')} open spans and ${vocabulary.table.size} components: ` +
    `stops the world for ${stopped.toFixed(0)} ms, is on the disk after ${(performance.now() - before).toFixed(0)} ms`,
);
rmSync(folder, { recursive: true });
