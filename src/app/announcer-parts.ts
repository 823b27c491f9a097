import type { Incident } from '../domain/incident.ts';
import type { Locale } from '../domain/message.ts';
import type { MessageLinks } from '../messages/index.ts';
import type { Outbox } from '../notify/index.ts';
import type { Policy, PolicyConfig, Remembered } from '../policy/index.ts';
import type { Clock, Logger } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import type { Announcement } from './event-writer.ts';
import type { ToldChannels } from './held-news.ts';
import type { LogTelling } from './log-telling.ts';
import type { ContextLinks } from './context-links.ts';
import type { TicketPlace } from './tickets.ts';

/** Policy, locales, links and tickets are read each time that they are asked for: a reload changes them. */
export interface AnnouncerParts {
  readonly store: Store;
  readonly outbox: Pick<Outbox, 'wake'>;
  readonly policy: PolicyConfig & { readonly policy?: Policy };
  /** Language of each channel by name. */
  readonly locales: ReadonlyMap<string, Locale>;
  readonly links: MessageLinks;
  readonly contextLinks?: ContextLinks;
  /** Where channels keep tickets: messages of others link to them. */
  readonly tickets?: readonly TicketPlace[];
  /** Absent: there are no log lines. */
  readonly logs?: LogTelling;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Share of the traces that is taken now: below 1, incidents that open say so. Absent: all. */
  readonly keptShare?: () => number;
  /** Why a silence holds back what there is to say of an incident now. Absent: none does. */
  readonly silenced?: (incident: Incident) => string | undefined;
  /** Counts a write that failed, or that another process was ahead of. */
  readonly onFailure: () => void;
}

export interface AnnouncerState {
  readonly known: ReadonlyMap<string, Incident>;
  readonly keptShares: ReadonlyMap<string, number>;
  readonly waiting: readonly Announcement[];
  /** Absent in what older versions left. */
  readonly told?: ToldChannels;
  readonly recent?: readonly Remembered[];
}
