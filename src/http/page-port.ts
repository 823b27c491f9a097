import type { Component } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { CommandOutcome, CommandRequest } from '../domain/incident-command.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { HistoryReader } from '../history/port.ts';
import type { Delivery, DeliveryState } from '../store/port.ts';
import type { KeptTraces } from '../traces/port.ts';
import type { IncidentReader } from './port.ts';

/** What domain nouns are called in a language; the texts of messages, so that chat and page say the same. */
export interface PageWords {
  /** What a channel would be told of the incident as it stands. */
  message(incident: Incident, event: IncidentEvent): Message;
  /** A clause: "payment is slow: +141 ms". */
  clause(incident: Incident): string;
  suspectName(suspect: Suspect): string;
  /** One clause: why this one, with figures. */
  why(suspect: Suspect, evidence: readonly Evidence[]): string;
  /** The evidence that names a suspect, else the first about its service. */
  evidenceOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined;
  /** A component's key in words; one that does not parse as it is. */
  component(key: string): string;
  /** Undefined when the key does not follow the grammar. */
  parse(key: string): Component | undefined;
  /** `12 min`, `1 h 5 min`. */
  duration(ms: number): string;
}

/** What pages read beside incidents; a `Store` has it. */
export interface PageStore extends IncidentReader {
  events(incidentId: string): Promise<readonly IncidentEvent[]>;
  /** Newest first. */
  deliveries(filter: {
    readonly incidentId?: string;
    readonly state?: DeliveryState;
    readonly limit: number;
  }): Promise<readonly Delivery[]>;
}

/** What a person may do to a message that was given up. */
export interface DeadLetters {
  /** Back to the outbox, or out of it. False: there is no such dead letter. */
  resend(id: string): Promise<boolean>;
  drop(id: string): Promise<boolean>;
}

/** All that pages are made of. Reading is cheap enough for each request. */
export interface PageParts {
  readonly locale: Locale;
  readonly words: Readonly<Record<Locale, PageWords>>;
  readonly store: PageStore;
  readonly traces: KeptTraces;
  /** Absent while no history is kept: pages say so. */
  readonly history?: HistoryReader;
  /** Absent: pages only show. */
  readonly command?: (command: CommandRequest) => Promise<CommandOutcome>;
  readonly deadLetters?: DeadLetters;
  /** Epoch ms by the clock that rules incidents: what "ago" counts from. */
  readonly now: () => number;
  /** The process as people ask about it: JSON, without secrets. */
  readonly status: () => object;
  /** Template of a trace's address in the viewer, with `{traceId}`. */
  readonly traceUrl?: string;
  /** Whether `/api/v1/events` tells of changes. */
  readonly live: boolean;
}
