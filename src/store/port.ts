import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Feedback } from '../domain/feedback.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import type { Silence } from '../domain/silence.ts';
import type { IncidentLogBook } from '../logs/port.ts';
import type { Receipt } from '../notify/port.ts';
import type { KeptTrace, KeptTraces } from '../traces/port.ts';

/** A message that an event causes, for one channel. */
export interface NewDelivery {
  readonly channel: string;
  readonly message: Message;
  /** Why it is not sent: it is kept as `silenced`, with this reason. */
  readonly silenced?: string;
  /** Not sent before this, epoch ms. */
  readonly notBefore?: number;
}

/** What the policy decided about an event, a time or a group, for one channel. */
export interface NewDecision {
  /** Of the message that it is about: a decision that is there already is left. */
  readonly messageId: string;
  readonly incidentId: string;
  readonly channel: string;
  /** What happened: an event, or `escalation`, `repeat`, `digest`. */
  readonly event: string;
  readonly outcome: 'told' | 'waits' | 'held' | 'untold';
  /** In our words. */
  readonly reason: string;
}

export interface Decision extends NewDecision {
  /** Epoch ms by the store's clock. */
  readonly at: number;
  /** What became of the message, if one was written. */
  readonly delivery?: { readonly state: DeliveryState; readonly attempts: number; readonly reason?: string };
}

export type AppendOutcome =
  | { readonly kind: 'appended' }
  /** This very event is already there (a replay after a crash): nothing was written, nothing will be sent twice. */
  | { readonly kind: 'duplicate' }
  /** Another writer was first; `revision` is what the store holds (0: nothing). */
  | { readonly kind: 'conflict'; readonly revision: number };

export type { DeliveryState };
export type FinalDeliveryState = Exclude<DeliveryState, 'pending' | 'sending'>;

export interface Delivery {
  /** `<message id>/<channel>` */
  readonly id: string;
  readonly channel: string;
  readonly incidentId: string;
  readonly message: Message;
  readonly state: DeliveryState;
  /** Times that it was handed to the channel. */
  readonly attempts: number;
  /** Epoch ms by the store's clock. */
  readonly enqueuedAt: number;
  readonly nextAttemptAt: number;
  /** Why it ended or was put off. */
  readonly reason?: string;
}

export type NextDelivery =
  | { readonly kind: 'due'; readonly delivery: Delivery }
  | { readonly kind: 'later'; readonly atMs: number }
  | { readonly kind: 'none' };

/** How much a channel's receiver was just sent, so that a restart does not begin as if it were nothing. Epoch ms each. */
export interface ChannelPace {
  /** When its bucket is full again. */
  readonly fullAt: number;
  /** Its receiver asked to be left alone until then. */
  readonly pausedUntil: number;
}

export interface OutboxStatus {
  readonly pending: number;
  /** `enqueuedAt` of the oldest delivery that is not final. */
  readonly oldestEnqueuedAt?: number;
}

/**
 * The outbox's side of the store. A lane is the deliveries of one incident on one channel, in the order of the
 * incident's events; only a lane's first delivery that is not final may go out. What is asked for each message takes
 * the same time however much waits.
 */
export interface DeliveryStore {
  /** The lane head of `channel` that has been due longest at `nowMs`, or when the next one will be. Changes nothing. */
  nextDelivery(channel: string, nowMs: number): Promise<NextDelivery>;
  /** The lane's first `LANE_LIMIT` deliveries that are not final, in order. */
  lane(channel: string, incidentId: string): Promise<readonly Delivery[]>;
  /**
   * Before the channel is called: state `sending`, one more attempt. False when it is not `pending` any more (a person
   * dropped it): it must not be sent. `pace` takes the place of what is kept of its channel, in the same transaction.
   */
  markSending(id: string, pace?: ChannelPace): Promise<boolean>;
  /** Back to `pending`. */
  postpone(id: string, nextAttemptAt: number, reason: string, pace?: ChannelPace): Promise<void>;
  /** All of a channel that was put off is due at `nowMs`: its receiver is back. */
  hasten(channel: string, nowMs: number): Promise<void>;
  /** Ends it, unless it is final already; with a receipt, the receipt of its incident and channel is replaced in the same transaction. */
  finish(
    id: string,
    state: FinalDeliveryState,
    detail?: { readonly reason?: string; readonly receipt?: Receipt; readonly pace?: ChannelPace },
  ): Promise<void>;
  /** Ends several that are `pending`, all or nothing; `instead` takes their place in the same transaction. */
  finishAll(
    ids: readonly string[],
    state: FinalDeliveryState,
    detail: { readonly reason: string; readonly instead?: NewDelivery },
  ): Promise<void>;
  /** What waits on a channel, oldest first, at most `limit`. */
  waiting(channel: string, limit: number): Promise<readonly Delivery[]>;
  /** Channels that have deliveries which are not final. */
  busyChannels(): Promise<readonly string[]>;
  /** How many deliveries of a channel are not final. */
  backlog(channel: string): Promise<number>;
  /**
   * Where the newest delivery of an incident on a channel is `silenced`, it becomes `pending`, written now; of one
   * channel, or of all. Returns how many channels hear of it.
   */
  release(incidentId: string, channel?: string): Promise<number>;
  /** All that is `sending` becomes `pending`, due at once: what a crash left. Returns how many. */
  recoverSending(): Promise<number>;
  receipt(incidentId: string, channel: string): Promise<Receipt | undefined>;
  /** What was last kept of a channel's pace. */
  pace(channel: string): Promise<ChannelPace | undefined>;
  status(): Promise<OutboxStatus>;
  /** Newest first, at most `limit`; for people: dead letters and the like. */
  deliveries(filter: {
    readonly state?: DeliveryState;
    readonly limit: number;
  }): Promise<readonly Delivery[]>;
}

export interface StoredEvent {
  readonly position: number;
  readonly event: IncidentEvent;
}

/** The reads for each message are bounded by it: a lane that holds more is handled in pieces. */
export const LANE_LIMIT = 200;

export interface DeliveryFilter {
  readonly state?: DeliveryState;
  readonly channel?: string;
  readonly incidentId?: string;
  /** 1 to 500. */
  readonly limit: number;
  /** `next` of the page before. One that is no such text is an empty page. */
  readonly after?: string;
}

export interface DeliveryPage {
  readonly deliveries: readonly Delivery[];
  /** Absent on the last page. */
  readonly next?: string;
}

export type DeliveryChange =
  | { readonly kind: 'done'; readonly delivery: Delivery }
  | { readonly kind: 'missing' }
  /** It is in a state in which this cannot be done; `reason` in our words. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The outbox as people handle it. Safe beside the outbox that delivers. */
export interface OutboxAdmin {
  /** Newest first. */
  list(filter: DeliveryFilter): Promise<DeliveryPage>;
  delivery(id: string): Promise<Delivery | undefined>;
  /** What is dead, expired, silenced or dropped goes out again, as if written now. */
  resend(id: string): Promise<DeliveryChange>;
  /** What is pending is not sent. `by`: who says so, untrusted, cut to 100 characters. */
  drop(id: string, by: string): Promise<DeliveryChange>;
}

export interface SilenceStore {
  /** Writes it, or replaces the one with its id. */
  save(silence: Silence): Promise<void>;
  silence(id: string): Promise<Silence | undefined>;
  /** All, newest first, at most 1,000: those that end last are kept. */
  silences(): Promise<readonly Silence[]>;
}

export interface Pruned {
  readonly incidents: number;
  readonly events: number;
  readonly deliveries: number;
  readonly receipts: number;
  readonly traces: number;
}

/** What "not an anomaly" amounted to; expired ones are pruned with the incidents. */
export interface FeedbackStore {
  /** Takes the place of one with the same id. */
  save(feedback: Feedback): Promise<void>;
  /** Newest first, expired and revoked ones too; at most 1,000. */
  list(): Promise<readonly Feedback[]>;
}

/** A right that one process at a time has. */
export interface Lease {
  readonly name: string;
  /** Who has it: the same text after a restart, so that a process need not wait for itself. */
  readonly holder: string;
  /** Grows with each process that takes it, for as long as the store lives: see `Store.fence`. */
  readonly token: number;
}

export type LeaseOutcome =
  | { readonly kind: 'held'; readonly lease: Lease }
  /** Another has it. Worth asking again: it is free when it was not renewed for the time that its holder asked for. */
  | { readonly kind: 'taken'; readonly by: string };

export interface LeaseStore {
  /**
   * Takes the lease for `ttlMs`, or renews it under the same token for the process that has it. Another process of the
   * same holder takes it at once, but once: it was started anew, and the one before is gone or has lost it. Of several
   * that ask at once one gets it. Elapsed time is measured by the store's clock alone where others share it, else by whoever waits: so that hosts
   * need not agree on the time of day.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<LeaseOutcome>;
  /** Gives it back, if it is still the same: the next one need not wait. */
  release(lease: Lease): Promise<void>;
}

/** Whole traces of incidents. */
export interface TraceStore extends KeptTraces {
  /**
   * Adds to what is kept of the incident, in one transaction; one that is there already stays as it is. Of more than
   * `MOST_TRACES_AN_INCIDENT` the oldest go.
   */
  keep(incidentId: string, traces: readonly KeptTrace[]): Promise<void>;
}

/**
 * Incidents, their events, the messages they cause, and cursors. The contract:
 * - Durable: what a resolved promise promised survives a kill, and for events and deliveries a loss of power.
 * - Ordered: calls take effect in the order in which they were made.
 * - Concurrent writers (other processes on the same store) are told apart by `revision` alone.
 * - Broken contents and a lost backing store reject with a `StoreError`-like error whose message names the store.
 */
export interface Store {
  /**
   * Writes the event, the incident as its fold (`incident.revision === event.sequence`) and what it causes to be sent,
   * all or nothing, with the decisions behind it. The first event has sequence 1; any other needs `sequence - 1` stored.
   */
  appendEvent(
    incident: Incident,
    event: IncidentEvent,
    deliveries: readonly NewDelivery[],
    decisions?: readonly NewDecision[],
  ): Promise<AppendOutcome>;
  /** What the policy decided about an incident, oldest first, at most 2,000. */
  decisions(incidentId: string): Promise<readonly Decision[]>;
  incident(id: string): Promise<Incident | undefined>;
  /** All that are not resolved, oldest first. */
  openIncidents(): Promise<readonly Incident[]>;
  /** Newest opening first; `beforeMs` pages back by `openedAt`. */
  incidents(page: { readonly limit: number; readonly beforeMs?: number }): Promise<readonly Incident[]>;
  /** The newest incident about the same thing: what a reopening looks for. */
  latestByFingerprint(fingerprint: string): Promise<Incident | undefined>;
  /** In order of their sequence. */
  events(incidentId: string): Promise<readonly IncidentEvent[]>;
  /**
   * Events of all incidents that were written after position `after`, in the order in which they were written, at most
   * `limit`. Positions grow, with gaps; the same after a restart.
   */
  changes(page: { readonly after: number; readonly limit: number }): Promise<readonly StoredEvent[]>;
  /** The newest position; 0 when no event is kept. */
  lastPosition(): Promise<number>;

  readonly outbox: DeliveryStore;
  readonly traces: TraceStore;
  /** Log lines of incidents' traces; pruned with them. */
  readonly logs: IncidentLogBook;
  readonly outboxAdmin: OutboxAdmin;
  readonly silences: SilenceStore;
  readonly feedback: FeedbackStore;
  readonly leases: LeaseStore;

  /**
   * From now on this handle writes under `token`, that of a lease. Once a handle does, whatever is written under a lower
   * one, or none, rejects with a `StoreError` of code `fenced` and changes nothing, however late it arrives: who has lost
   * a lease without knowing it cannot write over its successor. Rejects in the same way when `token` is the lower one.
   */
  fence(token: number): Promise<void>;

  /** Messages about no incident, and the cursor of whoever sends them, all or nothing. A message that is there already is left. */
  enqueue(
    deliveries: readonly NewDelivery[],
    cursor: { readonly key: string; readonly value: string },
    decisions?: readonly NewDecision[],
  ): Promise<void>;

  cursor(key: string): Promise<string | undefined>;
  setCursor(key: string, value: string): Promise<void>;

  /**
   * Forgets resolved incidents last written before `beforeMs` (by the store's clock: a capture of last year is not old)
   * that have nothing left to send, with their events, deliveries, receipts and traces; final deliveries enqueued, and silences ended, before it. Open
   * incidents stay, however old.
   */
  prune(beforeMs: number): Promise<Pruned>;
  /** After it every call rejects. */
  close(): Promise<void>;
}
