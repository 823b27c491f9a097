import { createAnnouncing, type TerminalOptions } from './app/announcing.ts';
import type { ChannelChanges } from './app/channel-set.ts';
import { exposeComponents } from './app/component-metrics.ts';
import { createCore } from './app/core.ts';
import { entryDurations } from './app/entry-durations.ts';
import { Flow } from './app/flow.ts';
import { watchLoad } from './app/guarded-sources.ts';
import { httpParts } from './app/http-parts.ts';
import { createIntake } from './app/intake.ts';
import { incidentUrlOf, statusUrlOf } from './app/public-url.ts';
import { createLearning, modelsOf } from './app/learning.ts';
import type { LoadedModel } from './app/model.ts';
import { openHistory } from './app/open-history.ts';
import { openStore } from './app/open-store.ts';
import { Opened } from './app/opened.ts';
import { createKeeping, type Left } from './app/persistence.ts';
import { createReconfigure } from './app/reconfigure.ts';
import { retention } from './app/retention.ts';
import { createSinks } from './app/sinks.ts';
import { exposeStages } from './app/stage-metrics.ts';
import { statusOf } from './app/status.ts';
import { type Part, supervise } from './app/supervise.ts';
import { TraceKeeping } from './app/trace-keeping.ts';
import { verdictOptions } from './app/verdict-options.ts';
import type { Vocabulary } from './app/vocabulary.ts';
import { type Config, revealToken } from './config/index.ts';
import { createHttpServer } from './http/index.ts';
import type { Runtime } from './runtime/index.ts';
import { createSelfMetrics } from './telemetry/index.ts';
import type { RecentTraces } from './traces/index.ts';
import { VERSION } from './version.ts';

export interface ServiceOptions extends TerminalOptions {
  /** `wall`: time moves on without spans. `event`: only spans move it; the end flushes as SIGTERM does. */
  readonly clock: 'wall' | 'event';
}

export interface Service extends Part {
  /**
   * Takes over what may change while running (`src/app/reload.ts`), as a whole, and says which channels it changed. Throws an
   * error that says why when something of it cannot work: then nothing was changed.
   */
  reconfigure(config: Config): ChannelChanges;
  /** Where the sources and the API listen, once started. */
  addresses(): { readonly sources: Readonly<Record<string, number>>; readonly http: string };
}

export interface StartingPoint {
  readonly vocabulary: Vocabulary;
  readonly model: LoadedModel;
  readonly left?: Left;
}

/**
 * `spanwatch run`. When it cannot be built, or not be started, all that it opened is closed again, and so is what was
 * left by an earlier process: the error is all that remains.
 */
export function createService(
  config: Config,
  from: StartingPoint,
  runtime: Runtime,
  options: ServiceOptions,
): Service {
  const opened = new Opened();
  try {
    const service = buildService(config, { ...from, opened }, runtime, options);
    return {
      ...service,
      start: async () => {
        try {
          await service.start();
        } catch (error) {
          await opened.release();
          throw error;
        }
      },
    };
  } catch (error) {
    void opened.release();
    throw error;
  }
}

/** Built back to front, so that each part receives its next. */
function buildService(
  configured: Config,
  { vocabulary, model, left, opened }: StartingPoint & { readonly opened: Opened },
  runtime: Runtime,
  options: ServiceOptions,
): Service {
  // One object for all parts: what a reload may change is read from it each time.
  const config = { ...configured };
  opened.add(() => left?.kept.release());
  const { store, life: storeLife } = openStore(config, opened, runtime);

  const load = watchLoad(config, options.clock, runtime);
  opened.add(() => load.shutdown());
  const incidentUrl = (): string => incidentUrlOf(config.http, http);
  const recent = (): RecentTraces => verdicts.recentTraces;
  const announcing = createAnnouncing(config, { store, load, recent }, runtime, { ...options, incidentUrl });
  const { announcer, outbox, silences, byTime, closeLogs } = announcing;
  const flow = new Flow(vocabulary, model, {
    clock: options.clock,
    now: () => runtime.clock.now(),
    assemble: config.assemble,
    verdicts: verdictOptions(config),
    modelOf: modelsOf(config, vocabulary),
    onEvent: (incident, event) => {
      announcer.announce(incident, event);
      keeping.keep(incident, event);
    },
  });
  const { traces, verdicts } = flow;
  const history = openHistory(config, vocabulary.table, verdicts.baselines, runtime);
  opened.add(() => history.shutdown());
  exposeComponents(config, { vocabulary, flow, history }, runtime);
  flow.onMeasured = entryDurations(runtime.metrics);
  const learning = createLearning(config, { vocabulary, flow, model, store, history }, runtime);
  const keeping = new TraceKeeping(verdicts.recentTraces, store.traces, runtime);
  const durable = left && createKeeping(config, left, { vocabulary, model, flow, announcer }, runtime);
  opened.add(() => durable?.checkpoints.abandon());
  const statusUrl = (): string => statusUrlOf(config.http, http);
  const before = { clock: options.clock, vocabulary, flow, load, store, outbox, statusUrl };
  const intake = createIntake(config, before, runtime);

  createSelfMetrics(runtime, { version: VERSION });
  const { clock } = runtime;
  const perWeek = (): number => config.falseAlertsPerWeek;
  exposeStages(runtime.metrics, { vocabulary, traces, verdicts, clock, perWeek });
  const http = createHttpServer(
    revealToken(config.http),
    httpParts(
      {
        ...{ config, clock: options.clock, store, flow, announcer, outbox, silences, history, learning },
        blind: () => intake.blind(),
        ready: () => intake.readiness.said(durable?.checkpoints.troubles),
        status: () => ({
          ...statusOf({ vocabulary, model, traces, verdicts, load, intake }),
          state: durable?.checkpoints.status,
        }),
      },
      runtime,
    ),
    runtime,
  );
  opened.add(() => http.shutdown());

  const core = createCore(
    {
      ...{ flow, vocabulary, announcer, store, clock: options.clock },
      sources: config.sources.map(({ name }) => name),
      settled: () => keeping.close(),
    },
    durable,
    runtime,
  );
  let isUp = false;
  const life = supervise([
    storeLife,
    { start: () => Promise.resolve(), shutdown: closeLogs },
    history,
    retention(store, config.retention, runtime),
    createSinks(config, { store, vocabulary, flow }, runtime),
    outbox,
    silences,
    http,
    onceUp(learning.last, () => isUp),
    core,
    ...(options.clock === 'wall' ? [byTime] : []),
    learning.schedules,
    load,
    ...intake.parts,
  ]);
  return {
    ...life,
    start: async () => {
      await life.start();
      isUp = true;
    },
    reconfigure: createReconfigure(config, { verdicts, announcing, durable }, runtime),
    addresses: () => ({
      sources: Object.fromEntries(
        intake.sources.flatMap(({ name, port }) => (port === undefined ? [] : [[name, port] as const])),
      ),
      http: http.url,
    }),
  };
}

/** Shut down only after a start that succeeded: one that failed has learned nothing to write. */
function onceUp(part: Part, isUp: () => boolean): Part {
  return { start: () => part.start(), shutdown: () => (isUp() ? part.shutdown() : Promise.resolve()) };
}
