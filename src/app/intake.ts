import type { Config } from '../config/index.ts';
import type { BlindSpot } from '../domain/blind.ts';
import type { LoadWatch } from '../overload/index.ts';
import { longestGapMs, type Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import { blindMessages } from './announce-blind.ts';
import { Blindness } from './blindness.ts';
import { EventTimeMover, IDLE_MS } from './event-time.ts';
import type { Flow } from './flow.ts';
import { guardedSources, type RunningSource } from './guarded-sources.ts';
import { Heartbeat } from './heartbeat.ts';
import { createReadiness, type Readiness } from './readiness.ts';
import type { Part } from './supervise.ts';
import { verdictOptions } from './verdict-options.ts';
import type { Vocabulary } from './vocabulary.ts';

export interface IntakeParts {
  readonly clock: 'wall' | 'event';
  readonly vocabulary: Vocabulary;
  readonly flow: Flow;
  readonly load: LoadWatch;
  readonly store: Store;
  readonly outbox: { wake(): void };
  /** Of the status page, for messages; asked when the server listens. */
  readonly statusUrl: () => string;
}

export interface Intake {
  readonly sources: readonly RunningSource[];
  /** In the order of their start: what moves time and notices silence, the sources, the proof of life. */
  readonly parts: readonly Part[];
  readonly readiness: Readiness;
  blind(): readonly BlindSpot[];
}

/** All that stands before the flow: sources behind the load watch, and what happens when nothing comes. */
export function createIntake(config: Config, parts: IntakeParts, runtime: Runtime): Intake {
  const { clock, vocabulary, flow, load, store, outbox } = parts;
  const mover = new EventTimeMover(runtime.clock, flow, idleMsOf(config));
  const blindness = new Blindness(
    {
      names: vocabulary.names,
      store,
      flow,
      messages: blindMessages(config, parts.statusUrl),
      wake: () => outbox.wake(),
      refusing: () => load.stage === 'refuse',
      resolveAfterMs: verdictOptions(config).incident.resolveAfterMs,
    },
    runtime,
  );
  // Under event time a gap is one of the capture's, and nothing is blind.
  const live = clock === 'wall';
  const sources = guardedSources(
    config,
    {
      clock,
      vocabulary,
      flow,
      load,
      arriving: (arrival) => (live ? blindness.arrived(arrival) : undefined),
      arrived: () => mover.arrived(),
    },
    runtime,
  );
  const readiness = createReadiness();
  const url = config.heartbeat.url?.reveal();
  const heartbeat = new Heartbeat(
    {
      flow,
      store,
      clock,
      hindrance: () => (load.stage === 'refuse' ? 'senders are refused' : readiness.said().reasons.at(0)),
      ...(url === undefined ? {} : { ping: { url, everyMs: config.heartbeat.everyMs } }),
    },
    runtime,
  );
  return {
    sources,
    parts: [...(live ? [mover, blindness] : []), ...sources, readiness, heartbeat],
    readiness,
    blind: () => (live ? blindness.spots() : []),
  };
}

/** Between two polls nothing comes, and time must not move on without what the next one brings. */
function idleMsOf({ sources }: Config): number {
  const rounds = sources.map((source) => ('schedule' in source ? 2 * longestGapMs(source.schedule) : 0));
  return Math.max(IDLE_MS, ...rounds);
}
