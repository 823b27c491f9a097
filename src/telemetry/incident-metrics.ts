import { printService } from '../domain/component-grammar.ts';
import type { ComponentUnit } from '../domain/component.ts';
import type { Evidence } from '../domain/evidence.ts';
import { type Incident, SEVERITIES } from '../domain/incident.ts';
import type { Suspect } from '../domain/suspect.ts';
import type { Family, Sample, Samples } from './families.ts';

/** Worst first, then newest: more at once are one storm. 41 series each at the most. */
const MOST_INCIDENTS = 50;
const MOST_SUSPECTS = 5;
const MOST_EVIDENCE = 8;
const MOST_ENTRIES = 10;
const STATES = ['open', 'acknowledged'] as const;

const gauge = (name: string, labelNames: readonly string[], help: string): Family => ({
  name: `spanwatch_${name}`,
  type: 'gauge',
  labelNames,
  help,
});

const EVIDENCE = ['incident', 'component', 'unit'] as const;

/** Incidents that are not resolved. */
export const INCIDENT_FAMILIES: readonly Family[] = [
  gauge('incidents', ['severity', 'state'], 'Incidents that are not resolved.'),
  gauge(
    'incident_started_timestamp_seconds',
    ['incident', 'severity', 'state', 'service', 'suspect', 'cause'],
    'Since when, by the evidence, of the 50 worst; labels name the first suspect.',
  ),
  gauge('incident_hurt_ratio', ['incident'], 'Share of all entry traffic that is hurt.'),
  gauge(
    'incident_suspect_share_ratio',
    ['incident', 'rank', 'service', 'suspect', 'cause'],
    'The part of the excess that a suspect explains.',
  ),
  gauge('incident_evidence_deviations', ['incident', 'component', 'kind'], 'Standardised deviation, signed.'),
  gauge(
    'incident_evidence_observed',
    EVIDENCE,
    'As judged, in the unit of the label (seconds, ratio, count).',
  ),
  gauge('incident_evidence_expected', EVIDENCE, 'The same as learned.'),
  gauge(
    'incident_entry_hurt_ratio',
    ['incident', 'service', 'operation'],
    'Share of the traces of an entry operation that are hurt.',
  ),
];

/**
 * At most 8 + 50 * (2 + 5 + 3 * 8 + 10) series. `printed`: how services are called in labels; an entry's service is known by its bare
 * name alone, and is called as elsewhere where one of `printed` has that name, so that links to it find it.
 */
export function incidentSamples(
  into: Samples,
  open: readonly Incident[],
  printed: Iterable<string> = [],
): void {
  const put = (name: string, labels: Sample['labels'], value: number): void => {
    if (Number.isFinite(value)) into.get(`spanwatch_${name}`)?.push({ labels, value });
  };
  for (const severity of SEVERITIES)
    for (const state of STATES) {
      const count = open.filter((one) => one.severity === severity && one.state === state).length;
      put('incidents', { severity, state }, count);
    }
  const names = open.length === 0 ? new Map<string, string>() : byBareName(printed);
  for (const incident of worst(open)) {
    const { id, severity, state, startedAt, finalSuspects, harm } = incident;
    const first = labelsOf(finalSuspects.at(0));
    put('incident_started_timestamp_seconds', { incident: id, severity, state, ...first }, startedAt / 1000);
    put('incident_hurt_ratio', { incident: id }, harm.share);
    finalSuspects.slice(0, MOST_SUSPECTS).forEach((suspect, rank) => {
      put(
        'incident_suspect_share_ratio',
        { incident: id, rank: rank + 1, ...labelsOf(suspect) },
        suspect.share,
      );
    });
    for (const { component, kind, unit, z, observed, expected } of loudest(incident.evidence)) {
      put('incident_evidence_deviations', { incident: id, component, kind }, z);
      const labels = { incident: id, component, unit: BASE_UNITS[unit] };
      put('incident_evidence_observed', labels, inBase(unit, observed));
      put('incident_evidence_expected', labels, inBase(unit, expected));
    }
    for (const [key, ratio] of hurtEntries(incident)) {
      const [service, operation] = key.split('\n');
      const label = names.get(printService({ ...BARE, name: service })) ?? service;
      put('incident_entry_hurt_ratio', { incident: id, service: label, operation }, ratio);
    }
  }
}

const BARE = { environment: '', namespace: '' } as const;

/** Printed services by what is before their `@`; those of one name in several environments are left out. */
function byBareName(printed: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const service of printed) {
    const [bare] = service.split('@', 1);
    if (found.has(bare)) twice.add(bare);
    found.set(bare, service);
  }
  for (const bare of twice) found.delete(bare);
  return found;
}

const BASE_UNITS = { us: 'seconds', ratio: 'ratio', count: 'count' } as const;

function inBase(unit: ComponentUnit, value: number): number {
  return unit === 'us' ? value / 1e6 : value;
}

function worst(open: readonly Incident[]): readonly Incident[] {
  return open
    .toSorted((a, b) =>
      a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : b.openedAt - a.openedAt,
    )
    .slice(0, MOST_INCIDENTS);
}

/** A component once. */
function loudest(evidence: readonly Evidence[]): Iterable<Evidence> {
  const byComponent = new Map<string, Evidence>();
  for (const one of evidence.toSorted((a, b) => Math.abs(b.z) - Math.abs(a.z)))
    if (!byComponent.has(one.component)) byComponent.set(one.component, one);
  return [...byComponent.values()].slice(0, MOST_EVIDENCE);
}

function hurtEntries({ harm }: Incident): Map<string, number> {
  const ratios = new Map<string, number>();
  for (const { service, operation, hurt, total } of harm.entries.slice(0, MOST_ENTRIES)) {
    const key = `${service}\n${operation}`;
    if (total > 0) ratios.set(key, Math.max(ratios.get(key) ?? 0, hurt / total));
  }
  return ratios;
}

function labelsOf(suspect: Suspect | undefined): { service: string; suspect: string; cause: string } {
  if (suspect === undefined) return { service: '', suspect: '', cause: '' };
  const { environment, namespace, service: name, peer, cause } = suspect;
  const service = printService({ environment, namespace, name });
  return { service, suspect: peer === undefined ? service : `${service} -> ${peer}`, cause };
}
