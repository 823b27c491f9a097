import { join } from 'node:path';
import { SEVERITIES } from '../../domain/incident.ts';
import type { Message } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import type { Runtime } from '../../runtime/index.ts';
import { bounded } from '../bounded-message.ts';
import type { Channel, DeliveryOutcome, ExecHookConfig } from '../port.ts';
import { toCloudEvent } from '../webhook/cloud-event.ts';
import { programProblem } from './program-problem.ts';
import { RunBook } from './run-book.ts';
import { type ProgramEnd, runProgram } from './run-program.ts';

const MAX_NOTE = 1500;
/** Incidents whose notes are remembered, so that the same is not said of one with each of its events. */
const MOST_REMEMBERED = 1000;

/**
 * Runs a program of the configuration for an incident: the webhook channel's CloudEvent on its standard input, no shell,
 * nothing of an incident in its arguments or environment. What it wrote becomes a note of the incident. It runs once at
 * most for a message (unlike messages, which are delivered at least once), a limited number of times an hour, not again
 * for the same service within the cool-down, and for grave incidents only once somebody has acknowledged them. A dry run
 * keeps to the same limits and says what it would do. For the sample of a person it runs whatever the limits, the event
 * and the severity, and spends nothing of them. Why it does not run is said once of an incident. Throws when the program's path is not absolute.
 */
export function createExecHook(config: ExecHookConfig, runtime: Runtime): Channel {
  if (!config.program.startsWith('/')) {
    throw new TypeError(`channel ${config.name}: its program must be an absolute path`);
  }
  // Apart: what was only tried must not hold the real one back.
  const book = new RunBook(join(config.stateDir, `${config.name}${config.dryRun ? '.dry' : ''}`));
  const once = createOnce();
  return {
    name: config.name,
    forPrograms: true,
    deliver: async (unbounded, _receipt, signal) => {
      const message = bounded(unbounded);
      const isTest = message.test === true;
      const unwanted = isTest ? undefined : whyNot(config, message);
      if (unwanted !== undefined) return { kind: 'skipped', reason: unwanted };
      const problem = programProblem(config.program);
      if (problem !== undefined) return { kind: 'permanent', reason: `the program ${problem}` };
      const limits = { ...config, nowMs: runtime.clock.now() };
      // A person asked for it now: it neither spends what incidents have, nor waits for them.
      const refusal = isTest
        ? undefined
        : refusalOf(book, { id: message.id, subject: subjectOf(message) }, limits);
      const would = config.dryRun ? 'dry run: ' : '';
      if (refusal !== undefined) return once(message.incidentId, `${would}not run: ${refusal}`);
      if (config.dryRun) return once(message.incidentId, `${would}the program would be run now`);
      const input = `${JSON.stringify(toCloudEvent(message))}\n`;
      const end = await runProgram(config.program, config.args, {
        input,
        timeoutMs: config.timeLimitMs,
        signal,
      });
      return outcomeOf(end, config.timeLimitMs);
    },
  };
}

/** The service of the first suspect, however the suspect is called: an instance, an operation; of a host, the one that it hurts most. */
function subjectOf({ suspects: [first], incidentId }: Message): string {
  if (first === undefined) return incidentId;
  const { environment, namespace, name } = first.service ?? { environment: '', namespace: '', name: '' };
  return name === '' ? first.name : JSON.stringify([environment, namespace, name]);
}

/** `skipped` with the note, or without it where that was said of the incident before. */
function createOnce(): (incidentId: string, note: string) => DeliveryOutcome {
  const said = new Map<string, Set<string>>();
  return (incidentId, note) => {
    const notes = said.get(incidentId) ?? new Set<string>();
    if (notes.has(note)) return { kind: 'skipped', reason: note };
    said.set(incidentId, notes.add(note));
    if (said.size > MOST_REMEMBERED) said.delete(said.keys().next().value ?? '');
    return { kind: 'skipped', reason: note, note };
  };
}

/** A book that cannot be written must not let it run: nobody would know that it did. */
function refusalOf(
  book: RunBook,
  { id, subject }: { readonly id: string; readonly subject: string },
  limits: Parameters<RunBook['refusal']>[2],
): string | undefined {
  try {
    return book.refusal(id, subject, limits);
  } catch {
    return 'that it runs could not be written down';
  }
}

/** Why it does not run for this; grave incidents are left to people until one of them has taken it: then that is what it runs for. */
function whyNot(
  { events, acknowledgeFrom }: ExecHookConfig,
  { event, severity }: Message,
): string | undefined {
  const grave =
    acknowledgeFrom !== undefined && SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(acknowledgeFrom);
  if (grave && event !== 'acknowledged')
    return `not run: at ${severity} it waits for somebody to acknowledge it`;
  return grave || events.some((wanted) => wanted === event) ? undefined : `not run for ${event}`;
}

function outcomeOf(end: ProgramEnd, timeLimitMs: number): DeliveryOutcome {
  switch (end.kind) {
    case 'not-started':
      return {
        kind: 'permanent',
        reason: `the program did not start (${end.code.replace(/[^A-Z0-9_]/g, '')})`,
      };
    case 'killed': {
      const why = end.why === 'time' ? `killed after ${timeLimitMs} ms` : `killed (${end.why})`;
      return { kind: 'permanent', reason: why, note: noteOf(why, end.output) };
    }
    case 'exited': {
      const how = `exit code ${end.code}`;
      const note = noteOf(how, end.output);
      return end.code === 0 ? { kind: 'sent', note } : { kind: 'permanent', reason: how, note };
    }
  }
}

function noteOf(how: string, output: string): string {
  const said = printable(output, MAX_NOTE).trim();
  return said === '' ? how : `${how}: ${said}`;
}
