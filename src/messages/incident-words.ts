import type { Component } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { Incident, IncidentNews } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';
import type { Suspect } from '../domain/suspect.ts';
import { asTold } from './as-told.ts';
import { answeredWithout, CATALOGUES, clauseOfIncident, composeMessage, traceNameOf } from './compose.ts';
import { evidenceLines, explainSuspect, type FiguresOf, valueOf } from './evidence-lines.ts';
import { deployTexts } from './deploys.ts';
import { componentInWords, componentOf, suspectName } from './suspect-name.ts';
import { withoutSharedPlace } from './shared-place.ts';
import { evidenceOf } from './symptom.ts';

/** The words of messages for whoever tells of incidents otherwise: pages. All texts are printable, none is escaped. */
export interface IncidentWords {
  /** The same without the environment and namespace that everything in it shares: said once, they only tire. */
  local(incident: Incident): Incident;
  message(incident: Incident): Message;
  clause(incident: Incident): string;
  traceName(incident: Incident): string;
  suspectName(suspect: Suspect): string;
  why(suspect: Suspect, evidence: readonly Evidence[], figures?: FiguresOf): string;
  /** A line a piece, and how many more there are. */
  evidence(evidence: readonly Evidence[]): readonly string[];
  evidenceOf(suspect: Suspect, evidence: readonly Evidence[]): Evidence | undefined;
  /** Its figures, formatted; of a tail `2% over 1.2 s` and `0.1%`. */
  figures(piece: Evidence): { readonly observed: string; readonly expected: string };
  component(key: string): string;
  /** Deploys just before it: `Deploy: payment 1.4.2 -> 1.5.0, 4 min before it began`. */
  deploys(incident: Incident): readonly string[];
  /** That its callers answer without it, and how much of its failures they pass on; nothing where they do not. */
  answeredWithout(incident: Incident): readonly string[];
  parse(key: string): Component | undefined;
  duration(ms: number): string;
}

export function incidentWords(locale: Locale): IncidentWords {
  const texts = CATALOGUES[locale];
  return {
    local: (incident) => {
      const { suspects, evidence } = withoutSharedPlace({
        suspects: incident.finalSuspects,
        evidence: asTold(incident.evidence, incident),
      });
      return { ...incident, finalSuspects: suspects, evidence };
    },
    message: (incident) => composeMessage({ incident, event: asItStands(incident), locale, links: {} }),
    clause: (incident) => clauseOfIncident(incident, asItStands(incident), locale),
    traceName: (incident) => traceNameOf(incident, asItStands(incident), locale),
    suspectName: (suspect) => suspectName(suspect, texts),
    why: (suspect, evidence, figures) => explainSuspect(suspect, evidence, texts, figures),
    evidence: (evidence) => evidenceLines(evidence, texts),
    evidenceOf,
    figures: (piece) => ({
      observed: valueOf({ ...piece, ...piece.sinceOnset }, 'observed', texts),
      expected: valueOf(piece, 'expected', texts),
    }),
    component: (key) => componentInWords(key, texts),
    deploys: (incident) =>
      deployTexts(incident, { texts, startedAt: incident.startedAt }).map(
        (text) => `${texts.fact.deploy}${locale === 'zh' ? '：' : ': '}${text}`,
      ),
    answeredWithout: ({ harm }) => answeredWithout(harm, texts),
    parse: componentOf,
    duration: texts.duration,
  };
}

/** The event that would tell all that the incident says now. */
function asItStands(incident: Incident): IncidentNews {
  const base = {
    incidentId: incident.id,
    sequence: incident.revision,
    at: incident.firing.at(-1)?.[1] ?? incident.openedAt,
  };
  if (incident.resolvedAt !== null)
    return { ...base, at: incident.resolvedAt, type: 'resolved', firing: incident.firing };
  const { severity, finalSuspects: suspects, evidence, exemplars, harm, firing } = incident;
  return { ...base, type: 'updated', severity, suspects, evidence, exemplars, harm, firing };
}
