import { join } from 'node:path';
import { Announcer } from '../../src/app/announcer.ts';
import { loadModel } from '../../src/app/model.ts';
import { latenessMs, TraceStage } from '../../src/app/trace-stage.ts';
import { VerdictStage } from '../../src/app/verdict-stage.ts';
import { createVocabulary } from '../../src/app/vocabulary.ts';
import { DEFAULT_ASSEMBLE_LIMITS } from '../../src/assemble/index.ts';
import type { Incident, IncidentEvent, IncidentNews } from '../../src/domain/incident.ts';
import type { Locale, Message } from '../../src/domain/message.ts';
import { DEFAULT_NAME_LIMITS } from '../../src/domain/names.ts';
import { DEFAULT_INCIDENT_OPTIONS } from '../../src/incident/index.ts';
import { ManualClock, silentLogger } from '../../src/runtime/index.ts';
import { at, simulate } from '../../src/simulator/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';

const MODEL = join(import.meta.dirname, '..', '..', 'models', 'demo');
/** A Monday, as the demo's. */
const START_MS = Date.UTC(2026, 0, 5, 9, 0, 0);
const TRACES_PER_SECOND = 40;
/** Slow at first, then much slower while many more buy: more than a tenth of the traffic, which is P1. Then well again. */
const FAULT = at(60)
  .slow('payment', { addMs: 60 }, 70)
  .at(130)
  .traffic(2.5, 70, 'POST /checkout')
  .at(130)
  .slow('payment', { addMs: 1500 }, 70);
const SECONDS = 480;

export const EVENTS = ['opened', 'escalated', 'resolved'] as const;
export type ShownEvent = (typeof EVENTS)[number];

/** One fault in the simulated shop by the committed demo model, and what is said of it: an opening, an escalation, an end. */
export function replayedFault(): ReadonlyMap<Locale, readonly Message[]> {
  const news = eventsOf();
  const store = openSqliteStore({ path: ':memory:' }, { clock: new ManualClock(START_MS) });
  const announcer = new Announcer({
    store,
    outbox: { wake: () => undefined },
    policy: { channels: [] },
    locales: new Map([
      ['en', 'en'],
      ['zh', 'zh'],
    ]),
    links: {
      traceUrl: 'https://jaeger.example/trace/{traceId}',
      incidentUrl: 'https://spanwatch.example/incidents/{incidentId}',
    },
    logger: silentLogger(),
    clock: new ManualClock(START_MS),
    onFailure: () => undefined,
  });
  const messages = (locale: Locale): readonly Message[] =>
    news.map(({ incident, event }) => ({
      ...announcer.compose(incident, event, locale, false),
      ticket: { fingerprint: incident.fingerprint },
    }));
  const all = new Map<Locale, readonly Message[]>([
    ['en', messages('en')],
    ['zh', messages('zh')],
  ]);
  void store.close();
  return all;
}

function eventsOf(): readonly { incident: Incident; event: IncidentNews }[] {
  const vocabulary = createVocabulary(DEFAULT_NAME_LIMITS);
  const loaded = loadModel(MODEL, vocabulary.table);
  if (!loaded.ok) throw new Error(loaded.reason);
  const seen: { incident: Incident; event: IncidentEvent }[] = [];
  const options = {
    ...{ falseAlertsPerWeek: 1, incident: DEFAULT_INCIDENT_OPTIONS, excluded: [] },
    latenessMs: latenessMs(DEFAULT_ASSEMBLE_LIMITS),
  };
  const verdicts = new VerdictStage(vocabulary, loaded.model, options, (incident, event) =>
    seen.push({ incident, event }),
  );
  const traces = new TraceStage(vocabulary, DEFAULT_ASSEMBLE_LIMITS, {
    skew: loaded.model.skew,
    onMeasured: (trace, measurements) => verdicts.onMeasured(trace, measurements),
    onSealed: (batch) => verdicts.onSealed(batch),
  });
  const simulation = simulate({
    ...{ seed: 20260105, startMs: START_MS, tracesPerSecond: TRACES_PER_SECOND, script: FAULT },
    names: vocabulary.names,
  });
  const batch = simulation.newBatch();
  for (let second = 0; second < SECONDS; second++) {
    batch.clear();
    simulation.second(second, batch);
    traces.add(batch);
  }
  traces.flush();
  return EVENTS.map((type) => {
    const found = seen.findLast(({ event }) => event.type === type);
    if (found === undefined || found.event.type === 'feedback') {
      throw new Error(`no event ${type}: ${seen.map(({ event }) => event.type).join(' ')}`);
    }
    return { incident: found.incident, event: found.event };
  });
}
