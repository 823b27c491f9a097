import type { CommandOutcome, CommandRequest } from '../domain/incident-command.ts';
import type { Outbox } from '../notify/index.ts';
import type { Logger } from '../runtime/index.ts';

/** As much as the API takes of a note. */
const MAX_NOTE = 2_000;

/** What channels found out (a program's output, a ticket's key) becomes a note of the incident, by the channel's name. */
export function keepChannelNotes(
  outbox: Pick<Outbox, 'onNote'>,
  command: (request: CommandRequest) => Promise<CommandOutcome>,
  logger: Logger,
): void {
  outbox.onNote(({ incidentId, channel, text }) => {
    command({ type: 'note', incidentId, by: channel, text: text.slice(0, MAX_NOTE) }).catch(
      (error: unknown) => {
        logger.warn(
          { incident: incidentId, channel, err: error },
          'what a channel had to say could not be kept',
        );
      },
    );
  });
}
