import type { TraceConfidence, TraceNeighbour, TraceSince } from '../domain/explained-trace.ts';
import type { Evidence } from '../domain/evidence.ts';
import {
  formatCount,
  formatDurationUs,
  formatShare,
  formatShortTime,
  formatTime,
  formatValue,
} from '../domain/format.ts';
import type { Locale } from '../domain/message.ts';
import type { Suspect } from '../domain/suspect.ts';
import { asTold } from './as-told.ts';
import type { Catalogue } from './catalogue.ts';
import { CATALOGUES } from './compose.ts';
import { evidenceLines, explainSuspect } from './evidence-lines.ts';
import { EXPLAIN_TEXTS, type ExplainTexts } from './explain-texts.ts';
import { isSameUnit } from '../domain/same-unit.ts';
import { withoutSharedPlace } from './shared-place.ts';
import { componentInWords, componentOf, serviceName, shown, suspectName } from './suspect-name.ts';
import { evidenceOf, sharedSymptom, symptomOf } from './symptom.ts';

/** A reader of "243 µs, usually 68 µs" wonders: half more is said to be no reason. */
const VISIBLY_MORE = 1.5;
/** Of what the suspect took more. */
const LITTLE = 0.1;

/** A trace as it was explained, for whoever tells a person of it. */
export interface TraceSubject {
  readonly traceId: string;
  readonly spans: number;
  readonly tookUs: number;
  readonly usualUs?: number;
  readonly anomalous: boolean;
  readonly score: number;
  readonly suspects: readonly Suspect[];
  readonly evidence: readonly Evidence[];
  readonly neighbours: readonly TraceNeighbour[];
  readonly confidence?: TraceConfidence;
  readonly since?: TraceSince;
}

/**
 * What is said of one trace, a line each, indented below the first: what and where, since when, how sure, who and by how
 * much against usual, and why not the neighbours. `isJudged`: there was a model; without one nothing is said of what is
 * usual. Texts are printable, none is escaped.
 */
export function traceLines(told: TraceSubject, locale: Locale, isJudged: boolean): string[] {
  const [texts, words] = [CATALOGUES[locale], EXPLAIN_TEXTS[locale]];
  const { traceId, spans, tookUs, usualUs, anomalous, score } = told;
  const heading = words.heading(traceId, {
    spans: formatCount(spans),
    took: formatDurationUs(tookUs),
    ...(isJudged && usualUs !== undefined && { usually: formatDurationUs(usualUs) }),
  });
  if (!isJudged) {
    const parts = numbered(told, (name, share) => `${name} ${share}${words.ofPath}`, texts);
    return [heading, ...parts.map((line) => `  ${line}`)];
  }
  const first = `${heading}${words.verdict(levelOf(told), score.toFixed(2))}`;
  if (told.evidence.length === 0) return [first, `  ${anomalous ? words.onlyOdd : words.nothing}`];
  const accused = otherwiseBlamed(told);
  const local = inOnePlace(accused === undefined ? told : { ...told, neighbours: without(told, accused) });
  const why = (name: string, share: string, suspect: Suspect): string =>
    words.suspect(name, share, explainSuspect(suspect, local.evidence, texts));
  return [
    first,
    `  ${clauseOf(told, texts)}`,
    ...sinceLines(told.since, locale),
    ...sureLines(local, { texts, words, accused }),
    ...under(words.suspects, numbered(local, why, texts)),
    ...under(
      words.neighbours,
      local.neighbours.map((neighbour) => neighbourLine(neighbour, mostExcess(local), words)),
    ),
    // One trace is one witness of each.
    ...under(
      words.evidence,
      evidenceLines(
        local.evidence.map((piece) => ({ ...piece, count: 0 })),
        texts,
      ),
    ),
  ];
}

/** One in eighty ordinary traces is beyond a percentile of what was learned: that alone is called no anomaly. */
function levelOf({
  anomalous,
  confidence,
}: Pick<TraceSubject, 'anomalous' | 'confidence'>): 'usual' | 'unusual' | 'anomalous' {
  if (!anomalous) return 'usual';
  return confidence?.anomaly === 'certain' ? 'anomalous' : 'unusual';
}

export function pathHeading(locale: Locale): string {
  return EXPLAIN_TEXTS[locale].path;
}

/** Whom the incident that the trace is part of is about, where that is not the first suspect. */
function otherwiseBlamed({ since, suspects: [first] }: TraceSubject): Suspect | undefined {
  const blamed = since?.told === 'incident' ? since.incident.suspects.at(0) : undefined;
  return blamed === undefined || first === undefined || isSameUnit(blamed, first) ? undefined : blamed;
}

/** "Only waited" would be said of whom the incident blames. */
function without({ neighbours }: TraceSubject, accused: Suspect): readonly TraceNeighbour[] {
  const { environment, namespace, service } = accused;
  return neighbours.filter(({ shown: { component } }) => {
    const named = componentOf(component);
    if (accused.kind === 'dependency') return named?.peer !== accused.peer;
    const own = named?.service;
    return own?.name !== service || own.environment !== environment || own.namespace !== namespace;
  });
}

type Said = Pick<TraceSubject, 'suspects' | 'evidence'>;

/** The same without the environment and namespace that all of it shares. */
function inOnePlace(told: TraceSubject): TraceSubject {
  const { neighbours, evidence } = told;
  const bare = withoutSharedPlace({
    suspects: told.suspects,
    evidence: [...evidence, ...neighbours.map((neighbour) => neighbour.shown)],
  });
  return {
    ...told,
    suspects: bare.suspects,
    evidence: bare.evidence.slice(0, evidence.length),
    neighbours: neighbours.map((neighbour, i) => ({
      ...neighbour,
      shown: bare.evidence[evidence.length + i],
    })),
  };
}

function under(heading: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`  ${heading}`, ...lines.map((line) => `    ${line}`)];
}

function numbered(
  { suspects }: Pick<Said, 'suspects'>,
  line: (name: string, share: string, suspect: Suspect) => string,
  texts: Catalogue,
): string[] {
  return suspects.map(
    (suspect, i) => `${i + 1}. ${line(suspectName(suspect, texts), formatShare(suspect.share), suspect)}`,
  );
}

/** "payment is slow: +350 ms", of two suspects where it is not known which. */
function clauseOf(
  { suspects, evidence, confidence }: Said & Pick<TraceSubject, 'confidence'>,
  texts: Catalogue,
): string {
  const first = suspects.at(0);
  const accused = suspects.slice(0, confidence?.suspect === 'unsure' ? 2 : 1);
  const name =
    accused.length === 0 ? texts.unknown : texts.or(accused.map((suspect) => suspectName(suspect, texts)));
  if (first === undefined) return texts.symptom(name, symptomOf(first, evidence.at(0)));
  return texts.symptom(name, sharedSymptom(symptomOf(first, evidenceOf(first, evidence)), first, evidence));
}

function sinceLines(since: TraceSince | undefined, locale: Locale): string[] {
  if (since === undefined) return [];
  const { since: words } = EXPLAIN_TEXTS[locale];
  const texts = CATALOGUES[locale];
  switch (since.told) {
    case 'incident':
      return [`  ${words.incident(formatTime(since.fromMs), incidentFacts(since, texts))}`];
    case 'windows': {
      const what = componentInWords(since.component, texts);
      return [`  ${words.windows(formatTime(since.fromMs), what, formatCount(since.others))}`];
    }
    case 'alone':
      return [`  ${words.alone(componentInWords(since.component, texts), formatCount(since.others))}`];
    case 'unknown':
      return [`  ${since.others > 0 ? words.few(formatCount(since.others)) : words.only}`];
  }
}

function incidentFacts(
  {
    fromMs,
    incident: { id, severity, openedAt, suspects, evidence },
  }: Extract<TraceSince, { told: 'incident' }>,
  texts: Catalogue,
): Parameters<ExplainTexts['since']['incident']>[1] {
  return {
    id: shown(id),
    severity,
    opened: formatShortTime(openedAt, fromMs),
    // It is told of afterwards: nothing is so far.
    clause: clauseOf({ suspects, evidence: asTold(evidence, { state: 'resolved', firing: [] }) }, texts),
  };
}

function sureLines(
  { suspects, confidence, since }: TraceSubject,
  { texts, words, accused }: { texts: Catalogue; words: ExplainTexts; accused: Suspect | undefined },
): string[] {
  const [first, second] = suspects;
  if (confidence === undefined || first === undefined) return [];
  const next =
    second === undefined ? undefined : { name: suspectName(second, texts), share: formatShare(second.share) };
  const level = confidence.anomaly;
  const isBacked = since?.told === 'incident' || since?.told === 'windows';
  const anomaly = isBacked && level !== 'certain' ? words.backed[level] : words.anomaly[level];
  const [name, share] = [suspectName(first, texts), formatShare(first.share)];
  const blame =
    accused === undefined
      ? words.blame[confidence.suspect](name, share, next)
      : words.overruled(name, share, suspectName({ ...accused, environment: '', namespace: '' }, texts));
  return [`  ${words.sure(anomaly, blame)}`];
}

/** By how much the loudest piece of evidence is above usual. */
function mostExcess({ evidence: [loudest] }: Said): number {
  return loudest === undefined ? 0 : loudest.observed - loudest.expected;
}

function neighbourLine(
  { relation, shown: piece, usual }: TraceNeighbour,
  suspectExcess: number,
  words: ExplainTexts,
): string {
  const component = componentOf(piece.component);
  const name = component === undefined ? shown(piece.component) : serviceName(component.service);
  if (piece.kind === 'error') return words.noFailure[relation](name);
  const pair = {
    observed: formatValue(piece.observed, piece.unit),
    expected: formatValue(piece.expected, piece.unit),
  };
  const line =
    component?.peer === undefined
      ? words.ownTime[relation](name, pair)
      : words.answer(shown(component.peer), pair);
  if (usual && piece.observed <= piece.expected * VISIBLY_MORE) return line;
  const isLittle = piece.observed - piece.expected < suspectExcess * LITTLE;
  return `${line}${isLittle ? words.more.little : words.more.varies}`;
}
