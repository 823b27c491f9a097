import { BUTTON_SILENCE_MS, type ButtonPress, type PressOutcome } from '../domain/button.ts';
import type { CommandOutcome, CommandRequest } from '../domain/incident-command.ts';
import type { Incident } from '../domain/incident.ts';
import type { Matcher } from '../domain/silence.ts';
import { silenceComment, silencedNote } from '../messages/index.ts';
import type { SilenceBook } from '../policy/index.ts';
import type { Logger } from '../runtime/index.ts';

export interface PressParts {
  readonly command: (request: CommandRequest) => Promise<CommandOutcome>;
  readonly silences: SilenceBook;
  readonly incidents: { incident(id: string): Promise<Incident | undefined> };
  /** Epoch ms of the wall clock, by which silences live. */
  readonly nowMs: () => number;
  readonly logger: Logger;
}

/**
 * What a button does, by the same doors as the API and the pages: pressing twice is one press, and who pressed is kept on
 * the incident. Resolves when it is stored; never rejects.
 */
export function createPressButton(parts: PressParts): (press: ButtonPress) => Promise<PressOutcome> {
  let tail: Promise<unknown> = Promise.resolve();
  const one = async (press: ButtonPress): Promise<PressOutcome> => {
    const { incidentId, by } = press;
    switch (press.button) {
      case 'acknowledge':
        return outcomeOf(await parts.command({ type: 'acknowledge', incidentId, by }));
      case 'not-an-anomaly':
        return outcomeOf(
          await parts.command({ type: 'feedback', incidentId, by, verdict: 'not-an-anomaly' }),
        );
      case 'silence-hour': {
        // One after the other, so that two people who press at once make one silence.
        const answer = tail.then(() => silence(press, parts));
        tail = answer.catch(() => undefined);
        return answer;
      }
    }
  };
  return (press) =>
    one(press).catch((error: unknown): PressOutcome => {
      parts.logger.error({ err: error, incident: press.incidentId }, 'what a button asked for failed');
      return { kind: 'unwritten' };
    });
}

async function silence(press: ButtonPress, parts: PressParts): Promise<PressOutcome> {
  const incident = await parts.incidents.incident(press.incidentId);
  if (incident === undefined) return { kind: 'missing' };
  if (incident.state === 'resolved') return { kind: 'closed' };
  const comment = silenceComment(incident.id);
  const active = await parts.silences.list('active');
  const before = active.find((silenced) => silenced.comment === comment);
  if (before !== undefined) return { kind: 'already', untilMs: before.endsAt };
  const matchers = matchersOf(incident);
  if (matchers.length === 0) return { kind: 'refused' };
  const endsAt = parts.nowMs() + BUTTON_SILENCE_MS;
  const added = await parts.silences.add({ matchers, endsAt, by: press.by, comment });
  if (added.kind !== 'done') return { kind: 'refused' };
  const text = silencedNote(added.silence, press.locale);
  await parts.command({ type: 'note', incidentId: incident.id, by: press.by, text });
  return { kind: 'done', untilMs: added.silence.endsAt };
}

/** What is suspected first, with where it is: the other environments of a service go on being told of. */
function matchersOf({ finalSuspects }: Incident): Matcher[] {
  const suspect = finalSuspects.at(0);
  if (suspect === undefined) return [];
  const { service, environment, namespace } = suspect;
  return Object.entries({ service, environment, namespace })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => ({ name: name as Matcher['name'], operator: '=', value }));
}

function outcomeOf(outcome: CommandOutcome): PressOutcome {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done' };
    case 'missing':
      return { kind: 'missing' };
    case 'conflict':
    case 'refused':
      return { kind: outcome.kind === 'refused' ? 'closed' : 'unwritten' };
  }
}
