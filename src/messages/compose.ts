import type { Evidence } from '../domain/evidence.ts';
import {
  type Harm,
  type Incident,
  type IncidentNews,
  isAnsweredWithout,
  SEVERITIES,
  type Severity,
} from '../domain/incident.ts';
import type { Locale, Message, MessageTrace } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import type { Suspect } from '../domain/suspect.ts';
import { traceAddress } from '../domain/trace-id-forms.ts';
import { asTold } from './as-told.ts';
import type { Catalogue, Symptom } from './catalogue.ts';
import { en } from './en.ts';
import { evidenceLines, explainSuspect } from './evidence-lines.ts';
import { formatCount, formatDurationUs, formatShare, formatShortTime, formatTime } from '../domain/format.ts';
import { deployFacts } from './deploys.ts';
import { incidentLinks } from './incident-links.ts';
import { nextSteps } from './next-steps.ts';
import { withoutSharedPlace } from './shared-place.ts';
import type { Situation } from './situation.ts';
import { identityOf, serviceName, shown, suspectName } from './suspect-name.ts';
import { evidenceOf, sharedSymptom, symptomOf, traceKindOf } from './symptom.ts';
import { zh } from './zh.ts';

export const CATALOGUES: Readonly<Record<Locale, Catalogue>> = { en, zh };

/** URL templates of the configuration; `{traceId}` and `{incidentId}` are filled in, percent-encoded. */
export interface MessageLinks {
  readonly traceUrl?: string;
  readonly incidentUrl?: string;
}

export interface MessageSubject {
  /** The fold, `event` included. */
  readonly incident: Incident;
  readonly event: IncidentNews;
  readonly locale: Locale;
  readonly links: MessageLinks;
  /** Share of the traces that Spanwatch took when the incident opened; 1 unless it was overloaded. */
  readonly keptShare?: number;
  /** Whoever reads it was told nothing of this opening before: an escalation reads as the opening that it is to them. */
  readonly first?: boolean;
}

/** More suspects or entries than these do not help at 3 a.m. */
const MAX_SUSPECTS = 3;
const MAX_ENTRIES = 3;
const MAX_EXEMPLARS = 2;
/** Within a tenth of normal a pair of times reads as a finding, and is none. */
const NOTABLY_SLOWER = 1.1;
/** A person's note or name; a longer one is cut. */
const MAX_PERSON_TEXT = 500;
/** A second share within a quarter of the first: the order is a guess. */
const CLOSE_RATIO = 0.75;

/**
 * The neutral message about an incident event, in `locale`. Pure: the same event gives the same message. Texts are
 * printable (no control or direction-changing characters) but not escaped for any markup.
 */
export function composeMessage(subject: MessageSubject): Message {
  const { incident, event, locale, links, keptShare = 1, first = false } = subject;
  const situation = { ...situationOf(incident, event, CATALOGUES[locale]), first };
  // What a resolved incident carries is how it faded: figures that nobody was hurt by.
  const over = event.type === 'resolved';
  const evidence = over ? [] : situation.evidence;
  return {
    id: `${incident.id}-${event.sequence}`,
    incidentId: incident.id,
    sequence: event.sequence,
    event: event.type,
    severity: situation.severity,
    locale,
    createdAt: event.at,
    title: titleOf(situation),
    summary: summaryOf(situation),
    facts: [...deployFacts(situation), ...factsOf(situation), ...loadFacts(keptShare, situation.texts)],
    suspects: situation.suspects.slice(0, MAX_SUSPECTS).map((suspect, index) => ({
      rank: index + 1,
      name: suspectName(suspect, situation.texts),
      service: identityOf(suspect),
      share: suspect.share,
      why: explainSuspect(suspect, evidence, situation.texts, over ? 'over' : 'now'),
    })),
    evidence: evidenceLines(evidence, situation.texts),
    traces: tracesOf(situation, links),
    logs: [],
    nextSteps: nextSteps(situation),
    links: incidentLinks(incident, links, situation.texts),
  };
}

function situationOf(incident: Incident, event: IncidentNews, texts: Catalogue): Situation {
  const judged = 'suspects' in event ? event : { ...incident, suspects: incident.finalSuspects };
  const evidenceTold = asTold(judged.evidence, incident);
  const { suspects, evidence } = withoutSharedPlace({ ...judged, evidence: evidenceTold });
  const [first, second] = judged.suspects;
  const unsure = first !== undefined && second !== undefined && second.share >= first.share * CLOSE_RATIO;
  const nameOf = (accused: readonly Suspect[]): string =>
    accused.length === 0
      ? texts.unknown
      : texts.or(accused.slice(0, unsure ? 2 : 1).map((suspect) => suspectName(suspect, texts)));
  const startedAt = startOf(incident, event);
  return {
    first: false,
    incident,
    event,
    texts,
    suspects,
    evidence,
    exemplars: judged.exemplars,
    harm: judged.harm,
    severity: judged.severity,
    name: nameOf(suspects),
    titledName: nameOf(judged.suspects),
    unsure,
    traceKind: traceKindOf(symptomAmong(suspects, evidence)),
    startedAt,
    endedAt: endOf(incident, event, startedAt),
    since: formatShortTime(startedAt, event.at),
  };
}

/** A reopened incident is hurt since its last opening's first anomalous interval, not since the first of all. */
function startOf(incident: Incident, event: IncidentNews): number {
  const opening = incident.openings.at(-1);
  if (incident.openings.length < 2 || opening === undefined) return incident.startedAt;
  const before = incident.openings.at(-2)?.resolvedAt ?? incident.startedAt;
  const firing = incident.firing.find(([from]) => from >= before && from <= event.at);
  return Math.min(firing?.[0] ?? opening.openedAt, opening.openedAt);
}

function endOf(incident: Incident, event: IncidentNews, startedAt: number): number {
  const last = incident.firing.at(-1)?.[1];
  return last !== undefined && last > startedAt && last <= event.at ? last : event.at;
}

/** "payment is slow: +141 ms": what is wrong with whom, as the event leaves it. */
export function clauseOfIncident(incident: Incident, event: IncidentNews, locale: Locale): string {
  const situation = situationOf(incident, event, CATALOGUES[locale]);
  return clauseOf(situation, situation.name);
}

/** "failing trace": what its exemplars are called in a sentence. */
export function traceNameOf(incident: Incident, event: IncidentNews, locale: Locale): string {
  const { texts, traceKind } = situationOf(incident, event, CATALOGUES[locale]);
  return texts.trace[traceKind];
}

function clauseOf({ texts, suspects, evidence, unsure }: Situation, name: string): string {
  const symptom = symptomAmong(suspects, evidence);
  const first = suspects.at(0);
  return texts.symptom(
    name,
    first === undefined || unsure ? symptom : sharedSymptom(symptom, first, evidence),
  );
}

function symptomAmong(suspects: readonly Suspect[], evidence: readonly Evidence[]): Symptom {
  const first = suspects.at(0);
  return symptomOf(first, first === undefined ? evidence.at(0) : evidenceOf(first, evidence));
}

function titleOf(situation: Situation): string {
  const { texts, event, severity, since, titledName, first } = situation;
  const clause = clauseOf(situation, titledName);
  if (first && (event.type === 'updated' || event.type === 'escalated'))
    return texts.title.opened(severity, clause, since);
  switch (event.type) {
    case 'opened':
    case 'updated':
    case 'reopened':
      return texts.title[event.type](severity, clause, since);
    case 'escalated':
      return texts.title.escalated(severity, event.from, clause, since);
    case 'resolved':
      return event.by === undefined
        ? texts.title.resolved(titledName, lasted(situation))
        : texts.title.resolvedBy(titledName, printable(event.by, MAX_PERSON_TEXT), lasted(situation));
    case 'acknowledged':
    case 'noted':
      return texts.title[event.type](severity, titledName, printable(event.by, MAX_PERSON_TEXT));
  }
}

function summaryOf(situation: Situation): string {
  const { texts, event, name, harm } = situation;
  if (event.type === 'resolved') {
    const { by } = event;
    return by === undefined
      ? texts.summary.resolved(name, lasted(situation), worstOf(situation))
      : texts.summary.resolvedBy(name, printable(by, MAX_PERSON_TEXT), worstOf(situation));
  }
  const sentences = [texts.summary.since(clauseOf(situation, name), formatTime(situation.startedAt))];
  if (situation.unsure) sentences.push(texts.summary.unsure(name));
  if (harm.share > 0) sentences.push(texts.summary.hurt(formatShare(harm.share)));
  sentences.push(...answeredWithout(harm, texts));
  if (event.type === 'acknowledged') {
    sentences.push(texts.summary.acknowledged(printable(event.by, MAX_PERSON_TEXT)));
  }
  return sentences.join(texts.between.sentences);
}

/** That callers answer without what fails, and how much of it they pass on; nothing where they do not. */
export function answeredWithout(harm: Harm, texts: Catalogue): string[] {
  return isAnsweredWithout(harm) ? [texts.summary.answered(formatShare(harm.passedOn ?? 1))] : [];
}

function factsOf(situation: Situation): Message['facts'] {
  const { texts, event, incident } = situation;
  const facts: { label: string; value: string }[] = [];
  if (event.type === 'resolved') {
    const [from, to] = [formatTime(situation.startedAt), formatTime(situation.endedAt)];
    facts.push({ label: texts.fact.lasted, value: texts.lasted(lasted(situation), from, to) });
    facts.push({ label: texts.fact.worst, value: worstOf(situation) });
  } else {
    facts.push({ label: texts.fact.since, value: formatTime(situation.startedAt) });
  }
  const hit = hitBy(situation);
  const { fact } = texts;
  // Where callers answer without what fails, nobody is shown to be hurt.
  const isUsed = isAnsweredWithout(situation.harm);
  const hitLabel = event.type === 'resolved' ? fact.wasHit : fact.hit;
  if (hit !== '') facts.push({ label: isUsed ? fact.uses : hitLabel, value: hit });
  if (event.type === 'escalated' && !situation.first) {
    facts.push({ label: texts.fact.severity, value: texts.severityChange(event.from, event.severity) });
  }
  if (event.type === 'noted') {
    facts.push({ label: texts.fact.note, value: printable(event.text, MAX_PERSON_TEXT) });
  }
  if (incident.acknowledgedBy !== undefined) {
    facts.push({ label: texts.fact.takenBy, value: printable(incident.acknowledgedBy, MAX_PERSON_TEXT) });
  }
  facts.push({ label: texts.fact.incident, value: shown(incident.id) });
  return facts;
}

/** Figures of an incident that opened under overload rest on a part of the traces. */
function loadFacts(keptShare: number, texts: Catalogue): Message['facts'] {
  if (keptShare >= 1) return [];
  return [{ label: texts.fact.load, value: texts.keptShare(formatCount(Math.round(1 / keptShare))) }];
}

function hitBy({ harm, texts }: Situation): string {
  if (harm.share <= 0 && harm.entries.length === 0) return '';
  const parts = harm.entries.slice(0, MAX_ENTRIES).map((entry) => {
    const name = `${serviceName({ environment: '', namespace: '', name: entry.service })} ${shown(entry.operation)}`;
    const part = entry.total > 0 ? entry.hurt / entry.total : harm.share;
    // Too few traces of it lately, or never learned: then there is no pair of times to show.
    // One that is about as fast as ever is no news either.
    const observedUs = entry.toldUs ?? entry.observedUs;
    const known = entry.expectedUs > 0 && observedUs > entry.expectedUs * NOTABLY_SLOWER;
    const time = known
      ? texts.hit.time(formatDurationUs(observedUs), formatDurationUs(entry.expectedUs))
      : '';
    return texts.hit.entry(name.trim(), texts.hit.part(formatShare(part)), time);
  });
  const more = harm.entries.length - MAX_ENTRIES;
  if (more > 0) parts.push(texts.hit.more(more));
  return [texts.hit.share(formatShare(harm.share)), ...parts].join(texts.between.items);
}

function lasted({ texts, startedAt, endedAt }: Situation): string {
  return texts.duration(endedAt - startedAt);
}

function worstOf({ incident, severity }: Situation): Severity {
  const seen = [severity, ...incident.openings.map((opening) => opening.severity)];
  return SEVERITIES.find((candidate) => seen.includes(candidate)) ?? severity;
}

function tracesOf({ exemplars, texts, traceKind }: Situation, links: MessageLinks): MessageTrace[] {
  const name = texts.trace[traceKind];
  const label = traceKind === 'slow' ? {} : { label: name.charAt(0).toUpperCase() + name.slice(1) };
  const link = (traceId: string): { url?: string } =>
    links.traceUrl === undefined ? {} : { url: traceAddress(links.traceUrl, traceId) };
  const traces: MessageTrace[] = [];
  for (const { traceId, typicalTraceId } of exemplars.slice(0, MAX_EXEMPLARS)) {
    traces.push({ role: 'slow', traceId, ...label, ...link(traceId) });
    if (typicalTraceId !== undefined && !traces.some((trace) => trace.traceId === typicalTraceId)) {
      traces.push({ role: 'typical', traceId: typicalTraceId, ...link(typicalTraceId) });
    }
  }
  return traces;
}
