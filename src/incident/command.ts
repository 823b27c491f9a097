import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { Incident, IncidentEvent } from '../domain/incident.ts';

/** As many as a long night writes; the incident with all of them is one row and one answer. */
const MOST_NOTES = 200;
const MOST_FEEDBACK = 50;
/** A name, and what fits a screen; the API says so before it comes here. */
export const MOST_BY_LENGTH = 100;
export const MOST_NOTE_LENGTH = 2000;
/** The same words of the same person within ten minutes are a retry. */
const SAME_NOTE_MS = 600_000;

type Answer = { readonly kind: 'event'; readonly event: IncidentEvent } | CommandOutcome;

/**
 * What a command does to an incident: the event that it makes, or why there is none. Pure. A retry of what was done
 * already is `done` again, whatever revision it names; `ifRevision` is current as long as nothing but figures changed
 * since (`Incident.lastChange`): while an incident fires, `updated` comes every ten seconds and would refuse everybody.
 */
export function answerCommand(incident: Incident, command: IncidentCommand, atMs: number): Answer {
  if (isRetry(incident, command, atMs)) return { kind: 'done', incident };
  const { ifRevision } = command;
  if (ifRevision !== undefined && !isCurrent(incident, ifRevision)) {
    return { kind: 'conflict', revision: incident.revision };
  }
  const base = {
    incidentId: incident.id,
    sequence: incident.revision + 1,
    at: atMs,
    by: command.by.slice(0, MOST_BY_LENGTH),
  };
  switch (command.type) {
    case 'acknowledge':
      if (incident.state === 'resolved') return refused('it is resolved: there is nothing to take on');
      return { kind: 'event', event: { type: 'acknowledged', ...base } };
    case 'resolve':
      if (incident.state === 'resolved') return { kind: 'done', incident };
      return { kind: 'event', event: { type: 'resolved', ...base, firing: incident.firing } };
    case 'note':
      if (incident.notes.length >= MOST_NOTES) return refused(`it has ${MOST_NOTES} notes, the most it may`);
      return {
        kind: 'event',
        event: { type: 'noted', ...base, text: command.text.slice(0, MOST_NOTE_LENGTH) },
      };
    case 'feedback':
      if ((incident.feedback?.length ?? 0) >= MOST_FEEDBACK) {
        return refused(`it has ${MOST_FEEDBACK} pieces of feedback, the most it may`);
      }
      return { kind: 'event', event: { type: 'feedback', ...base, verdict: command.verdict } };
  }
}

function isCurrent({ revision, lastChange = revision }: Incident, read: number): boolean {
  return read >= lastChange && read <= revision;
}

function isRetry(incident: Incident, command: IncidentCommand, atMs: number): boolean {
  switch (command.type) {
    case 'acknowledge':
      return incident.state === 'acknowledged' && incident.acknowledgedBy === command.by;
    case 'resolve':
      return incident.state === 'resolved' && incident.resolvedBy === command.by;
    case 'note':
      return incident.notes.some(
        ({ at, by, text }) =>
          by === command.by && text === command.text && Math.abs(atMs - at) <= SAME_NOTE_MS,
      );
    case 'feedback':
      return incident.feedback?.at(-1)?.verdict === command.verdict;
  }
}

function refused(reason: string): CommandOutcome {
  return { kind: 'refused', reason };
}
