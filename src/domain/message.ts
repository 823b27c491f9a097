import type { Severity } from './incident.ts';
import type { ServiceIdentity } from './service-identity.ts';

export type Locale = 'en' | 'zh';

/** A link whose URL we made (never a span): channels may render it as a link. */
export interface Link {
  readonly label: string;
  readonly url: string;
}

export interface MessageSuspect {
  readonly rank: number;
  /** The culprit's name, as a person would say it. */
  readonly name: string;
  /** Whose it is, for programs; absent in messages of older versions. */
  readonly service?: ServiceIdentity;
  /** 0..1 */
  readonly share: number;
  /** One clause: why this one. */
  readonly why: string;
}

export interface MessageTrace {
  readonly role: 'slow' | 'typical';
  readonly traceId: string;
  /** What it is called when it is not slow: "Failing trace". Absent: a name by `role` is right. */
  readonly label?: string;
  /** Absent when no trace viewer is configured. */
  readonly url?: string;
}

/** A silence began, or is over: `incidentId` is then the silence's own lane, `blind:...`, and of no incident. */
export type BlindMessageEvent = 'blind' | 'blind-over';

/**
 * A neutral document about an incident event; channels render it. Every text but URLs may hold text from spans, so it
 * is untrusted: a channel escapes all of it for its own markup. Texts are already in `locale`.
 */
export interface Message {
  /** Idempotency key: incident id and sequence. The same event always makes the same id. */
  readonly id: string;
  readonly incidentId: string;
  readonly sequence: number;
  /**
   * `digest`: no event of an incident, but a summary of messages that piled up. `context`: no event either: what was found
   * out after the message about it, log lines.
   */
  readonly event:
    | 'opened'
    | 'updated'
    | 'escalated'
    | 'reopened'
    | 'resolved'
    | 'acknowledged'
    | 'noted'
    | 'context'
    | 'digest'
    | BlindMessageEvent;
  readonly severity: Severity;
  readonly locale: Locale;
  /** Epoch ms. */
  readonly createdAt: number;
  readonly title: string;
  /** What broke, since when, by how much: one or two sentences. */
  readonly summary: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly suspects: readonly MessageSuspect[];
  /** One line a piece of evidence: what, observed, expected. */
  readonly evidence: readonly string[];
  readonly traces: readonly MessageTrace[];
  readonly logs: readonly string[];
  readonly nextSteps: readonly string[];
  readonly links: readonly Link[];
  /** For channels that keep tickets alone. */
  readonly ticket?: TicketSubject;
  /** A sample that a person sent to try a channel: programs must be able to tell. */
  readonly test?: true;
}

/** What a ticket is about, and for whom. */
export interface TicketSubject {
  /** The same for each incident about the same thing. */
  readonly fingerprint: string;
  /** The owner's, as the tracker names people. */
  readonly assignee?: string;
}
