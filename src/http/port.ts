import type { DeliveryState } from '../domain/delivery-state.ts';
import type { Feedback } from '../domain/feedback.ts';
import type { CommandOutcome, CommandRequest } from '../domain/incident-command.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Link } from '../domain/message.ts';
import type { HistoryReader } from '../history/port.ts';
import type { IncomingHttpHeaders } from 'node:http';
import type { IncidentLogs } from '../logs/port.ts';
import type { PageParts } from './page-port.ts';

/** What the API reads incidents from; a `Store` is one. */
export interface IncidentReader {
  /** Newest opening first, then by id; `beforeMs` pages back by `openedAt`. */
  incidents(page: { readonly limit: number; readonly beforeMs?: number }): Promise<readonly Incident[]>;
  /** All that are not resolved, oldest first. */
  openIncidents(): Promise<readonly Incident[]>;
  incident(id: string): Promise<Incident | undefined>;
  /** In order of their sequence. */
  events(incidentId: string): Promise<readonly IncidentEvent[]>;
}

/** An event as it was written; positions grow in that order, with gaps. */
export interface Change {
  readonly position: number;
  readonly event: IncidentEvent;
}

/** What live updates read; a `Store` is one. */
export interface ChangeReader {
  /** What was written after `after`, oldest first, at most `limit`. */
  changes(page: { readonly after: number; readonly limit: number }): Promise<readonly Change[]>;
  /** The newest position; 0 when nothing is kept. */
  lastPosition(): Promise<number>;
}

/** A change of incidents has been written: wake whoever waits. The returned function ends the calls. */
export type OnChange = (wake: () => void) => () => void;

/** The one who hears that an incident has log lines which were not there before. */
export type OnContext = (told: (incidentId: string) => void) => void;

/** A message to a channel, as people see it. */
export interface DeliveryRecord {
  readonly id: string;
  readonly channel: string;
  readonly incidentId: string;
  readonly message: { readonly event: string; readonly title: string };
  readonly state: string;
  readonly attempts: number;
  /** Epoch ms. */
  readonly enqueuedAt: number;
  readonly nextAttemptAt: number;
  readonly reason?: string;
}

export type DeliveryOutcome =
  | { readonly kind: 'done'; readonly delivery: DeliveryRecord }
  | { readonly kind: 'missing' }
  /** It is in a state in which this cannot be done; `reason` in our words. */
  | { readonly kind: 'refused'; readonly reason: string };

/** The outbox as people handle it. Safe beside the outbox that delivers. */
export interface OutboxDesk {
  /** Newest first; `after` is `next` of the page before. */
  list(filter: {
    readonly state?: DeliveryStateName;
    readonly channel?: string;
    readonly incidentId?: string;
    /** 1 to 500. */
    readonly limit: number;
    readonly after?: string;
  }): Promise<{ readonly deliveries: readonly DeliveryRecord[]; readonly next?: string }>;
  resend(id: string): Promise<DeliveryOutcome>;
  drop(id: string, by: string): Promise<DeliveryOutcome>;
}

/** What the policy decided about an incident for one channel, and what became of the message. */
export interface DecisionRecord {
  /** Epoch ms. */
  readonly at: number;
  readonly messageId: string;
  readonly channel: string;
  readonly event: string;
  readonly outcome: 'told' | 'waits' | 'held' | 'untold';
  readonly reason: string;
  readonly delivery?: { readonly state: DeliveryState; readonly attempts: number; readonly reason?: string };
}

/** Log lines of incidents' traces. */
export interface LogDesk {
  logs(incidentId: string): Promise<IncidentLogs | undefined>;
  /** Where all of them are; undefined when nobody said where. */
  link?(incident: Incident): string | undefined;
}

export type DeliveryStateName = DeliveryState;

export interface SilenceRecord {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  /** Epoch ms. */
  readonly startsAt: number;
  readonly endsAt: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly comment: string;
  readonly expiredBy?: string;
}

export interface SilenceMatcher {
  readonly name: 'service' | 'environment' | 'namespace' | 'operation' | 'severity' | 'kind';
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

export type SilenceOutcome =
  | { readonly kind: 'done'; readonly silence: SilenceRecord }
  | { readonly kind: 'refused'; readonly field: string; readonly reason: string }
  | { readonly kind: 'missing' };

/** Silences as people handle them. */
export interface SilenceDesk {
  add(silence: {
    readonly matchers: readonly SilenceMatcher[];
    readonly startsAt?: number;
    readonly endsAt: number;
    readonly by: string;
    readonly comment: string;
  }): Promise<SilenceOutcome>;
  expire(id: string, by: string): Promise<SilenceOutcome>;
  list(state?: 'pending' | 'active' | 'expired'): Promise<readonly SilenceRecord[]>;
}

export type RevokeOutcome =
  | { readonly kind: 'done'; readonly feedback: Feedback }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** What people called no anomaly, as people handle it. */
export interface FeedbackAdmin {
  /** Newest first, with those that are over. */
  list(): Promise<readonly Feedback[]>;
  /** Takes the verdict on an incident back. */
  revoke(incidentId: string, by: string): Promise<RevokeOutcome>;
}

export interface ModelVersion {
  /** What `rollBack` takes. */
  readonly name: string;
  /** Epoch ms; absent when nobody knows. */
  readonly createdAt?: number;
  /** Why it was made: learned from files, a refit, a roll-back. In our words. */
  readonly reason?: string;
}

export type RollBackOutcome =
  | { readonly kind: 'done'; readonly model: ModelVersion }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

/** The models that were used and can be used again. */
export interface ModelsAdmin {
  /** Newest first. */
  list(): Promise<readonly ModelVersion[]>;
  /** The one in use; undefined while none is. */
  current(): ModelVersion | undefined;
  /** Uses an earlier one from now on; resolves when it is in use and a restart would find it. */
  rollBack(name: string): Promise<RollBackOutcome>;
}

/** Who answers a chat's callbacks, by the bytes as they came. Never rejects. */
export type CallbackReader = (request: {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}) => Promise<{ readonly status: 200 | 400 | 401 | 403; readonly body?: object } | 'busy'>;

/** `reasons` say what is missing, in our words: no secret, no text of a span. */
export interface Readiness {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

/**
 * What the server answers from. Called for each request: cheap, and never throwing by contract. A part that this
 * process does not have is absent: what needs it is answered 501.
 */
export interface HttpParts {
  /** Of the program. */
  readonly version: string;
  /** Whether spans are taken and incidents can be told. */
  ready(): Readiness;
  /** The process as people ask about it: JSON, without secrets. */
  status(): object | Promise<object>;
  /** Epoch ms by the clock that rules incidents; the runtime's when absent. */
  now?(): number;
  readonly incidents: IncidentReader;
  /** What people ask of incidents; resolves when it is stored. Rejections with a code `not-written` are worth a retry. */
  readonly command?: (request: CommandRequest) => Promise<CommandOutcome>;
  readonly changes?: ChangeReader & { readonly onChange: OnChange; readonly onContext?: OnContext };
  readonly history?: HistoryReader;
  readonly outbox?: OutboxDesk;
  /** Who was told of an incident and why, oldest first. */
  readonly decisions?: (incidentId: string) => Promise<readonly DecisionRecord[]>;
  readonly silences?: SilenceDesk;
  readonly feedback?: FeedbackAdmin;
  readonly models?: ModelsAdmin;
  /** By the channel's name, asked each time: a reload changes them. */
  readonly callbacks?: Pick<ReadonlyMap<string, CallbackReader>, 'get'>;
  /** Its tickets: a key, and where it is. */
  readonly tickets?: (incident: Incident) => readonly Link[];
  /** Absent: no store of logs is configured. */
  readonly logs?: LogDesk;
  /** Absent: there are no pages. */
  readonly pages?: PageParts;
}
