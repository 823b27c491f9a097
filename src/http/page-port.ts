import type { BlindSpot } from '../domain/blind.ts';
import type { Component } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Incident } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { KeptTraces } from '../traces/port.ts';

/** What domain nouns are called in a language; the texts of messages, so that chat and page say the same. */
export interface PageWords {
  /** The incident without the environment and namespace that everything in it shares; its texts only, not its keys. */
  local(incident: Incident): Incident;
  /** What a channel would be told of the incident as it stands. */
  message(incident: Incident): Message;
  /** A clause: "payment is slow: +141 ms". */
  clause(incident: Incident): string;
  /** "failing trace": what the incident's exemplars are called in a sentence. */
  traceName(incident: Incident): string;
  suspectName(suspect: Suspect): string;
  /** One clause: why this one, with figures: of now, at their worst, or of what is over. */
  why(suspect: Suspect, evidence: readonly Evidence[], figures?: 'now' | 'at-worst' | 'over'): string;
  /** The evidence that names a suspect, else the first about its service. */
  evidenceOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined;
  /** Formatted; of a tail `2% over 1.2 s` and `0.1%`. */
  figures(piece: Evidence): { readonly observed: string; readonly expected: string };
  /** A component's key in words; one that does not parse as it is. */
  component(key: string): string;
  /** That its callers answer without it, and how much of its failures they pass on; nothing where they do not. */
  answeredWithout(incident: Incident): readonly string[];
  /** Deploys just before it, a clause each. */
  deploys(incident: Incident): readonly string[];
  /** Undefined when the key does not follow the grammar. */
  parse(key: string): Component | undefined;
  /** `12 min`, `1 h 5 min`. */
  duration(ms: number): string;
}

/** What pages need besides what the API answers from. */
export interface PageParts {
  /** Of pages whose address names none. */
  readonly locale: Locale;
  readonly words: Readonly<Record<Locale, PageWords>>;
  readonly traces: KeptTraces;
  /** Epoch ms by the clock that rules incidents: what "ago" counts from. */
  readonly now: () => number;
  /** Template of a trace's address in the viewer, with `{traceId}`. */
  readonly traceUrl?: string | undefined;
  /** What is silent now, so that no page passes for calm; absent where nobody watches. */
  readonly blind?: () => readonly BlindSpot[];
}
