import type { Locale } from '../domain/message.ts';
import { type Config, revealChannels } from '../config/index.ts';
import { composeDigest, composeGroup, renderTerminal } from '../messages/index.ts';
import { type ComposeDigest, createChannel, createOutbox, type Outbox } from '../notify/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { RecentTraces } from '../traces/index.ts';
import { Announcer } from './announcer.ts';
import { ChannelSet } from './channel-set.ts';
import { LogContext } from './log-context.ts';
import { openLogStores, type LogStores } from './log-readers.ts';
import { LogTelling } from './log-telling.ts';
import { createDailyDigest } from './daily-digest.ts';
import { PolicyWatch } from './policy-watch.ts';
import { Restarted } from './restarted.ts';
import { createSilences, type Silences } from './silences.ts';
import { type Part, supervise } from './supervise.ts';
import { type PreparedTelling, type Telling, tellingOf } from './telling.ts';
import { ticketPlaces } from './tickets.ts';

export interface TerminalOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
}

export interface AnnouncingParts {
  readonly store: Store;
  readonly load: { readonly keptShare: number };
  /** Whole traces of late, for when they were. */
  readonly recent?: () => Pick<RecentTraces, 'of'>;
}

/** Channels, the outbox that feeds them, and the announcer that fills it. What may change while running is read from `config` each time. */
export function createAnnouncing(
  config: Config,
  parts: AnnouncingParts,
  runtime: Runtime,
  { write, color, incidentUrl }: TerminalOptions & { readonly incidentUrl: () => string },
): {
  readonly announcer: Announcer;
  readonly outbox: Outbox;
  readonly silences: Silences;
  /** What time causes: for a process that lives by the wall clock. */
  readonly byTime: Part;
  /** After the announcer. */
  readonly closeLogs: () => Promise<void>;
  /** Throws when something of it cannot work; nothing changes before it is taken. */
  readonly prepare: (next: Config) => PreparedTelling;
} {
  const { store } = parts;
  const channels = new ChannelSet(revealChannels(config), (channel) =>
    createChannel(channel, runtime, { render: (message) => renderTerminal(message, { color }), write }),
  );
  let telling = tellingOf(config);
  const now = (): Telling => telling;
  const localeOf = (channel: string): Locale => telling.locales.get(channel) ?? 'en';
  const summedUp: ComposeDigest = (subject) => composeDigest(subject, localeOf(subject.channel));
  const outbox = createOutbox({ channels: channels.all, store, composeDigest: summedUp }, runtime);
  const logs = openLogStores(config.logs, runtime);
  const silences: Silences = createSilences(store.silences, runtime, () => announcer.silenceEnded());
  const said = { ...parts, outbox, silences, incidentUrl, telling: now };
  const announcer = announcerOf(
    config,
    logs === undefined ? said : { ...said, logs: logTelling(config, { ...parts, logs, channels }, runtime) },
    runtime,
  );
  const wake = (): void => outbox.wake();
  const timed = timedParts(config, { telling: now, announcer, store, silences, wake }, runtime);
  const prepare = (next: Config): PreparedTelling => {
    const made = tellingOf(next);
    const prepared = channels.prepare(revealChannels(next));
    return {
      channels: prepared.changes,
      take: async () => {
        telling = made;
        const taken = prepared.take();
        // Held back by a window that is gone, perhaps.
        announcer.silenceEnded();
        await announcer.written();
        await Promise.all([outbox.replace(taken), timed.again()]);
      },
    };
  };
  const closeLogs = (): Promise<void> => logs?.close() ?? Promise.resolve();
  return { announcer, outbox, silences, byTime: timed.part, closeLogs, prepare };
}

interface AnnouncerOf extends AnnouncingParts {
  readonly outbox: Outbox;
  readonly silences: Silences;
  readonly logs?: LogTelling;
  readonly incidentUrl: () => string;
  readonly telling: () => Telling;
}

function announcerOf(config: Config, parts: AnnouncerOf, { logger, clock, metrics }: Runtime): Announcer {
  const { store, outbox, logs, load, silences, incidentUrl, telling } = parts;
  const failures = metrics.counter(
    'spanwatch_failed_event_writes_total',
    'Writes of incident events that failed; each is tried again.',
  );
  return new Announcer({
    ...{ store, outbox, logger, clock },
    ...(logs && { logs }),
    keptShare: () => load.keptShare,
    silenced: (incident) => silences.reasonFor(incident),
    onFailure: () => failures.inc(),
    // What a reload changes, and a port of 0, which is known once the server listens, are asked for when a message is made.
    get policy() {
      return telling();
    },
    get locales() {
      return telling().locales;
    },
    get links() {
      const { trace } = config.links;
      return { ...(trace !== undefined && { traceUrl: trace }), incidentUrl: incidentUrl() };
    },
    get contextLinks() {
      return config.links;
    },
    get tickets() {
      return ticketPlaces(config);
    },
  });
}

/** A second message of these would ring a pager again, or set off a program. */
const TOLD_ONCE: ReadonlySet<string> = new Set(['pagerduty', 'alertmanager', 'exec']);

function logTelling(
  config: Config,
  parts: AnnouncingParts & { readonly logs: LogStores; readonly channels: ChannelSet },
  runtime: Runtime,
): LogTelling {
  const { waitMs, inMessages: most } = config.logs;
  const { store, logs, channels, recent } = parts;
  const startOf = (traceId: string): number | undefined =>
    recent?.()
      .of({ exemplars: [{ traceId }] })
      .at(0)?.startMs;
  const gather: LogStores['gather'] = (wanted, signal) => logs.gather(wanted, signal);
  const context = new LogContext({ store, waitMs, gather, startOf }, runtime);
  return new LogTelling(context, {
    most,
    get edits() {
      return new Set(channels.all.filter((channel) => channel.edits === true).map(({ name }) => name));
    },
    get toldOnce() {
      return new Set(config.channels.filter(({ type }) => TOLD_ONCE.has(type)).map(({ name }) => name));
    },
  });
}

interface TimedParts {
  readonly telling: () => Telling;
  readonly announcer: Announcer;
  readonly store: Store;
  readonly silences: Silences;
  readonly wake: () => void;
}

/** The daily digest, and what becomes due: reminders, groups, ends of windows. */
function timedParts(
  config: Config,
  parts: TimedParts,
  runtime: Runtime,
): { readonly part: Part; readonly again: () => Promise<void> } {
  const { announcer, store, silences, telling, wake } = parts;
  const watch = new PolicyWatch(
    {
      ...{ announcer, store, wake },
      get policy() {
        return telling().policy;
      },
      get channels() {
        return telling().channels;
      },
      composeDigest: (subject) => composeGroup(subject, telling().locales.get(subject.channel) ?? 'en'),
      silenced: (incident) => silences.reasonFor(incident),
    },
    runtime,
  );
  const digest = new Restarted(() =>
    createDailyDigest(
      {
        ...{ store, wake, digest: config.policy.digest, locales: telling().locales },
        compose: (incident, event, channel) => announcer.compose(incident, event, channel),
      },
      runtime,
    ),
  );
  return { part: supervise([digest, watch]), again: () => digest.again() };
}
