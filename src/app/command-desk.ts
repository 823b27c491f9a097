import type { CommandOutcome, CommandRequest, IncidentCommand } from '../domain/incident-command.ts';
import type { Incident } from '../domain/incident.ts';
import type { Clock } from '../runtime/index.ts';

export interface CommandDeskParts {
  /** The door of what detects (`VerdictStage.command`): synchronous, in one order with spans and time. */
  readonly apply: (command: IncidentCommand, stored?: Incident) => CommandOutcome;
  /** Epoch ms by the clock that rules incidents. */
  readonly nowMs: () => number;
  readonly store: { incident(id: string): Promise<Incident | undefined> };
  /** Resolves when every event so far is stored. */
  readonly written: () => Promise<void>;
  readonly clock: Clock;
}

/** A store that does not take events within this long is in trouble; whoever asks is told so, and may ask again. */
const WRITE_WAIT_MS = 5_000;

/**
 * Where people's commands come in: API and pages call this one function. It resolves when what the command did is in
 * the store, and rejects with a `NotWrittenError` when the store does not take it in time (the event is kept and tried
 * again; the same command later is a retry). What detection no longer holds is read from the store, one after the
 * other, so that each command finds what the one before it wrote.
 */
export function createCommandDesk({ apply, nowMs, store, written, clock }: CommandDeskParts) {
  let tail: Promise<unknown> = Promise.resolve();

  const onStored = async (command: IncidentCommand): Promise<CommandOutcome> => {
    await written();
    const stored = await store.incident(command.incidentId);
    if (stored === undefined) return { kind: 'missing' };
    const outcome = apply(command, stored);
    await written();
    return outcome;
  };

  return async (request: CommandRequest): Promise<CommandOutcome> => {
    const command: IncidentCommand = { ...request, at: nowMs() };
    const outcome = apply(command);
    if (outcome.kind !== 'missing') {
      if (outcome.kind === 'done') await within(written(), clock);
      return outcome;
    }
    const answer = tail.then(() => onStored(command));
    tail = answer.catch(() => undefined);
    return within(answer, clock);
  };
}

/** The store did not take an event in time. */
export class NotWrittenError extends Error {
  readonly code = 'not-written';
  readonly retryable = true;

  constructor() {
    super('the store does not take events at the moment: ask again');
    this.name = 'NotWrittenError';
  }
}

function within<T>(work: Promise<T>, clock: Clock): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const cancel = clock.after(WRITE_WAIT_MS, () => reject(new NotWrittenError()));
    work.then(resolve, reject).finally(cancel);
  });
}
