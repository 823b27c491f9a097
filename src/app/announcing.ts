import type { Locale } from '../domain/message.ts';
import { type Config, revealChannels } from '../config/index.ts';
import { composeDigest, composeGroup, renderTerminal } from '../messages/index.ts';
import {
  type Channel,
  type ComposeDigest,
  createChannel,
  createOutbox,
  type Outbox,
} from '../notify/index.ts';
import type { Policy, PolicyChannel } from '../policy/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { RecentTraces } from '../traces/index.ts';
import { Announcer } from './announcer.ts';
import { LogContext } from './log-context.ts';
import { openLogStores, type LogStores } from './log-readers.ts';
import { LogTelling } from './log-telling.ts';
import { createDailyDigest } from './daily-digest.ts';
import { policyOf } from './policy-config.ts';
import { PolicyWatch } from './policy-watch.ts';
import { createSilences, type Silences } from './silences.ts';
import { type Part, supervise } from './supervise.ts';
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

/** Channels, the outbox that feeds them, and the announcer that fills it. */
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
} {
  const { store, load } = parts;
  const channelConfigs = revealChannels(config);
  const channels = channelConfigs.map((channel) =>
    createChannel(channel, runtime, { render: (message) => renderTerminal(message, { color }), write }),
  );
  const locales = new Map(channelConfigs.map(({ name, locale }) => [name, locale]));
  const summedUp: ComposeDigest = (subject) => composeDigest(subject, locales.get(subject.channel) ?? 'en');
  const outbox = createOutbox({ channels, store, composeDigest: summedUp }, runtime);
  const policy = policyOf(config);
  const logs = openLogStores(config.logs, runtime);
  const failures = runtime.metrics.counter(
    'spanwatch_failed_event_writes_total',
    'Writes of incident events that failed; each is tried again.',
  );
  const silences = createSilences(store.silences, runtime, () => announcer.silenceEnded());
  const announcer: Announcer = new Announcer({
    store,
    outbox,
    policy: { channels: policyChannels(config), policy },
    locales,
    links: {
      ...(config.links.trace === undefined ? {} : { traceUrl: config.links.trace }),
      // Asked for when a message is made: a port of 0 is known once the server listens.
      get incidentUrl() {
        return incidentUrl();
      },
    },
    contextLinks: config.links,
    tickets: ticketPlaces(config),
    ...(logs && { logs: logTelling(config, { ...parts, logs, channels }, runtime) }),
    logger: runtime.logger,
    clock: runtime.clock,
    keptShare: () => load.keptShare,
    silenced: (incident) => silences.reasonFor(incident),
    onFailure: () => failures.inc(),
  });
  const wake = (): void => outbox.wake();
  const byTime = timedParts(config, { policy, announcer, store, silences, locales, wake }, runtime);
  return { announcer, outbox, silences, byTime, closeLogs: () => logs?.close() ?? Promise.resolve() };
}

/** A second message of these would ring a pager again, or set off a program. */
const TOLD_ONCE: ReadonlySet<string> = new Set(['pagerduty', 'alertmanager', 'exec']);

function logTelling(
  config: Config,
  parts: AnnouncingParts & { readonly logs: LogStores; readonly channels: readonly Channel[] },
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
  const toldOnce = config.channels.filter(({ type }) => TOLD_ONCE.has(type)).map(({ name }) => name);
  const edits = channels.filter((channel) => channel.edits === true).map(({ name }) => name);
  return new LogTelling(context, { most, edits: new Set(edits), toldOnce: new Set(toldOnce) });
}

interface TimedParts {
  readonly policy: Policy;
  readonly announcer: Announcer;
  readonly store: Store;
  readonly silences: Silences;
  readonly locales: ReadonlyMap<string, Locale>;
  readonly wake: () => void;
}

/** The daily digest, and what becomes due: reminders, groups, ends of windows. */
function timedParts(config: Config, parts: TimedParts, runtime: Runtime): Part {
  const { announcer, silences, locales } = parts;
  const watch = new PolicyWatch(
    {
      ...parts,
      composeDigest: (subject) => composeGroup(subject, locales.get(subject.channel) ?? 'en'),
      channels: config.channels.map(({ name }) => name),
      silenced: (incident) => silences.reasonFor(incident),
    },
    runtime,
  );
  const digest = createDailyDigest(
    {
      ...{ ...parts, digest: config.policy.digest },
      compose: (incident, event, channel) => announcer.compose(incident, event, channel),
    },
    runtime,
  );
  return supervise([digest, watch]);
}

/** What the policy knows of the channels. */
function policyChannels({ channels }: Config): readonly PolicyChannel[] {
  return channels.map((channel) => ({
    name: channel.name,
    minSeverity: channel.minSeverity,
    ...(channel.type === 'jira' && { ticketsAfter: channel.rule.inARow }),
  }));
}
