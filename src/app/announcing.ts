import { type Config, revealChannels } from '../config/index.ts';
import { composeDigest, renderTerminal } from '../messages/index.ts';
import { createChannel, createOutbox, type Outbox } from '../notify/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import { Announcer } from './announcer.ts';
import { createSilences, type Silences } from './silences.ts';

export interface TerminalOptions {
  readonly write: (text: string) => void;
  readonly color: boolean;
}

/** Channels, the outbox that feeds them, and the announcer that fills it. */
export function createAnnouncing(
  config: Config,
  { store, load }: { readonly store: Store; readonly load: { readonly keptShare: number } },
  runtime: Runtime,
  { write, color, incidentUrl }: TerminalOptions & { readonly incidentUrl: () => string },
): { readonly announcer: Announcer; readonly outbox: Outbox; readonly silences: Silences } {
  const channelConfigs = revealChannels(config);
  const channels = channelConfigs.map((channel) =>
    createChannel(channel, runtime, { render: (message) => renderTerminal(message, { color }), write }),
  );
  const locales = new Map(channelConfigs.map(({ name, locale }) => [name, locale]));
  const outbox = createOutbox(
    {
      channels,
      store,
      composeDigest: (subject) => composeDigest(subject, locales.get(subject.channel) ?? 'en'),
    },
    runtime,
  );
  const failures = runtime.metrics.counter(
    'spanwatch_failed_event_writes_total',
    'Writes of incident events that failed; each is tried again.',
  );
  const silences = createSilences(store.silences, runtime, () => announcer.silenceEnded());
  const announcer: Announcer = new Announcer({
    store,
    outbox,
    policy: { channels: channelConfigs },
    locales,
    links: {
      ...(config.links.trace === undefined ? {} : { traceUrl: config.links.trace }),
      // Asked for when a message is made: a port of 0 is known once the server listens.
      get incidentUrl() {
        return incidentUrl();
      },
    },
    logger: runtime.logger,
    clock: runtime.clock,
    keptShare: () => load.keptShare,
    silenced: (incident) => silences.reasonFor(incident),
    onFailure: () => failures.inc(),
  });
  return { announcer, outbox, silences };
}
