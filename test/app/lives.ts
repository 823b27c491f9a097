import { join } from 'node:path';
import { Announcer } from '../../src/app/announcer.ts';
import type { Checkpoints } from '../../src/app/checkpoints.ts';
import { createCore } from '../../src/app/core.ts';
import { Flow } from '../../src/app/flow.ts';
import { openKeptState } from '../../src/app/kept-state.ts';
import { type LoadedModel, NO_MODEL } from '../../src/app/model.ts';
import { createKeeping } from '../../src/app/persistence.ts';
import { verdictOptions } from '../../src/app/verdict-options.ts';
import { createVocabulary, type Vocabulary } from '../../src/app/vocabulary.ts';
import { parseConfig } from '../../src/config/index.ts';
import { pino } from 'pino';
import {
  createMetrics,
  createRandom,
  type Logger,
  ManualClock,
  silentLogger,
} from '../../src/runtime/index.ts';
import { SpanBatch, SpanKind } from '../../src/domain/span-batch.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';

export interface Life {
  readonly flow: Flow;
  readonly vocabulary: Vocabulary;
  readonly checkpoints: Checkpoints;
  readonly store: Store;
  /** SIGTERM. */
  stop(): Promise<void>;
  /** SIGKILL, as far as one process can: nothing is written any more, and the folder is free. */
  kill(): Promise<void>;
}

export interface LifeOptions {
  readonly dataDir: string;
  readonly clock?: 'wall' | 'event';
  readonly time?: ManualClock;
  readonly logger?: Logger;
  readonly model?: LoadedModel;
  /** Taken over after what was left. */
  readonly nextModel?: () => LoadedModel;
  readonly lines?: readonly string[];
}

/** The core of a service on `dataDir`, started. Nothing sends or listens. */
export async function live(options: LifeOptions): Promise<Life> {
  const { dataDir, clock = 'event', time = new ManualClock(1_000_000), model = NO_MODEL } = options;
  const outcome = parseConfig([`dataDir: ${dataDir}`, ...(options.lines ?? [])].join('\n'), 'test');
  if (!outcome.ok) throw new Error(outcome.problems[0].message);
  const { config } = outcome;
  const logger = options.logger ?? silentLogger();
  const runtime = { clock: time, logger, metrics: createMetrics(), random: createRandom(1) };
  const vocabulary = createVocabulary(config.names);
  const kept = openKeptState(dataDir, vocabulary, { logger, limits: config.names });
  const store = openSqliteStore({ path: join(dataDir, 'spanwatch.db') }, runtime);
  const outbox = { start: nothing, wake: () => undefined, settled: nothing, shutdown: nothing };
  const announcer = new Announcer({
    ...{ store, outbox, logger, clock: time },
    policy: { channels: [] },
    locales: new Map(),
    links: {},
    onFailure: () => undefined,
  });
  const flow = new Flow(vocabulary, model, {
    clock,
    now: () => time.now(),
    assemble: config.assemble,
    verdicts: verdictOptions(config),
    onEvent: (incident, event) => announcer.announce(incident, event),
  });
  const left = { kept, ...(options.nextModel && { nextModel: options.nextModel }) };
  const keeping = createKeeping(config, left, { vocabulary, model, flow, announcer }, runtime);
  const parts = { flow, vocabulary, announcer, store, clock, sources: ['shop'], settled: nothing };
  const core = createCore(parts, keeping, runtime);
  try {
    await core.start();
  } catch (error) {
    kept.release();
    throw error;
  }
  return {
    ...{ flow, vocabulary, store, checkpoints: keeping.checkpoints },
    stop: async () => {
      await core.shutdown();
      await store.close();
    },
    kill: async () => {
      flow.onInput = () => undefined;
      await announcer.close();
      await store.close();
      kept.release();
    },
  };
}

function nothing(): Promise<void> {
  return Promise.resolve();
}

/** `n` traces of one root and one child each, that end from second `second` on, a tenth of a second apart. */
export function traces({ names }: Vocabulary, second: number, n = 10): SpanBatch {
  const batch = new SpanBatch(names);
  const service = names.service({ environment: '', namespace: '', name: 'shop' });
  const other = names.service({ environment: '', namespace: '', name: 'stock' });
  for (let i = 0; i < n; i++) {
    for (const child of [0, 1]) {
      const s = batch.push();
      batch.traceId.set([second + 1, i + 1, second * 31 + i, second * 1000 + i + 7], s * 4);
      batch.spanId.set([second + 1, i * 2 + child + 1], s * 2);
      if (child === 1) batch.parentId.set([second + 1, i * 2 + 1], s * 2);
      batch.service[s] = child === 0 ? service : other;
      batch.operation[s] = names.operation(child === 0 ? service : other, child === 0 ? 'GET /' : 'Query');
      batch.kind[s] = SpanKind.Server;
      batch.startUs[s] = second * 1e6 + i * 1e5 + child * 1000;
      batch.durationUs[s] = 20_000 - child * 5000;
    }
  }
  return batch;
}

/** Lines that are logged at `warn` and above, as objects. */
export function listening(): {
  logger: Logger;
  lines: () => { level: string; msg: string; reason?: string }[];
} {
  const written: string[] = [];
  const logger = pino(
    { level: 'warn', formatters: { level: (label) => ({ level: label }) } },
    { write: (line: string) => void written.push(line) },
  );
  return { logger, lines: () => written.map((line) => JSON.parse(line)) };
}
