import { type Config, revealChannels } from '../config/index.ts';
import { expectedFalse } from '../detect/index.ts';
import type { BlindSpot } from '../domain/blind.ts';
import { WINDOW_MS } from '../domain/summary.ts';
import type { HistoryReader } from '../history/port.ts';
import type { PageParts } from '../http/page-port.ts';
import { createCallbacks, type Outbox } from '../notify/index.ts';
import type { HttpParts, LogDesk, Readiness } from '../http/port.ts';
import type { SilenceBook } from '../policy/index.ts';
import { incidentWords } from '../messages/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { Announcer } from './announcer.ts';
import { VERSION } from '../version.ts';
import { logLink } from './context-links.ts';
import { keepChannelNotes } from './channel-notes.ts';
import { createCommandDesk } from './command-desk.ts';
import type { Flow } from './flow.ts';
import { createPressButton } from './press-button.ts';
import type { Learning } from './learning.ts';
import { ticketPlaces, ticketsOf } from './tickets.ts';

export interface HttpPartsOf {
  /** Read each time: a reload changes it. */
  readonly config: Config;
  readonly clock: 'wall' | 'event';
  readonly store: Store;
  readonly flow: Flow;
  readonly announcer: Announcer;
  readonly outbox: Outbox;
  readonly silences: SilenceBook;
  readonly history: HistoryReader;
  readonly learning: Learning;
  readonly ready: () => Readiness;
  readonly status: () => object;
  readonly blind: () => readonly BlindSpot[];
}

/** What the API answers from. */
export function httpParts(of: HttpPartsOf, runtime: Runtime): HttpParts {
  const { store, flow, announcer, history, ready } = of;
  const now = (): number => (of.clock === 'wall' ? runtime.clock.now() : flow.eventTimeUs / 1000);
  const command = createCommandDesk({
    apply: (one, stored) => flow.command(one, stored),
    nowMs: now,
    store,
    written: () => announcer.written(),
    clock: runtime.clock,
  });
  const press = createPressButton({
    ...{ command, silences: of.silences, incidents: store, logger: runtime.logger },
    nowMs: () => runtime.clock.now(),
  });
  keepChannelNotes(of.outbox, command, runtime.logger);
  return {
    version: VERSION,
    ready,
    status: () => statusOf(of, runtime),
    now,
    incidents: store,
    command,
    changes: {
      changes: (page) => store.changes(page),
      lastPosition: () => store.lastPosition(),
      onChange: (wake) => announcer.onWritten(wake),
      onContext: (told) => announcer.onContext(told),
    },
    history,
    outbox: {
      ...store.outboxAdmin,
      resend: async (id) => {
        const outcome = await store.outboxAdmin.resend(id);
        of.outbox.wake();
        return outcome;
      },
    },
    decisions: (id) => store.decisions(id),
    tickets: (incident) => ticketsOf(incident, ticketPlaces(of.config)),
    ...(of.config.logs.sources.length > 0 && { logs: logDesk(of) }),
    silences: of.silences,
    feedback: of.learning.feedback,
    models: of.learning.models,
    callbacks: liveCallbacks(of.config, press, runtime),
    pages: pageParts(of, now),
  };
}

/** Those of the channels as they are now: made anew when a reload changed them. */
function liveCallbacks(
  config: Config,
  press: Parameters<typeof createCallbacks>[1],
  runtime: Runtime,
): NonNullable<HttpParts['callbacks']> {
  let { channels, locale } = config;
  let made = createCallbacks(revealChannels(config), press, runtime);
  return {
    get: (name) => {
      if (config.channels !== channels || config.locale !== locale) {
        ({ channels, locale } = config);
        made = createCallbacks(revealChannels(config), press, runtime);
      }
      return made.get(name);
    },
  };
}

function logDesk({ config, store }: HttpPartsOf): LogDesk {
  return {
    logs: (id) => store.logs.logs(id),
    link: (incident) => {
      const [first] = incident.exemplars;
      return logLink(incident, config.links, { slow: first?.traceId, typical: first?.typicalTraceId });
    },
  };
}

/** What pages need besides: words, kept traces, where traces are seen. */
function pageParts({ config, store, blind }: HttpPartsOf, now: () => number): PageParts {
  return {
    get locale() {
      return config.locale;
    },
    words: { en: incidentWords('en'), zh: incidentWords('zh') },
    traces: store.traces,
    now,
    blind,
    get traceUrl() {
      return config.links.trace;
    },
  };
}

/** What the parts say of themselves, the budget's two sides and what waits to be sent. */
async function statusOf({ config, flow, store, status }: HttpPartsOf, runtime: Runtime): Promise<object> {
  const { pending, oldestEnqueuedAt } = await store.outbox.status();
  const { windows, openings } = flow.verdicts;
  const nowMs = runtime.clock.now();
  return {
    ...status(),
    ...(flow.eventTimeUs > 0 && { lagSeconds: nowMs / 1000 - flow.eventTimeUs / 1e6 }),
    budget: {
      perWeek: config.falseAlertsPerWeek,
      expected: expectedFalse(config.falseAlertsPerWeek, windows * WINDOW_MS),
      observed: openings,
    },
    outbox: {
      pending,
      oldestSeconds: oldestEnqueuedAt === undefined ? 0 : Math.max(0, (nowMs - oldestEnqueuedAt) / 1000),
    },
  };
}
