import { describe, expect, it } from 'vitest';
import { keepChannelNotes } from '../../src/app/channel-notes.ts';
import { ticketsOf } from '../../src/app/tickets.ts';
import type { CommandRequest } from '../../src/domain/incident-command.ts';
import type { ChannelNote } from '../../src/notify/index.ts';
import { silentLogger } from '../../src/runtime/index.ts';

const places = [{ channel: 'tickets', url: 'https://jira.example/x' }];

describe('tickets of an incident', () => {
  it('are by the notes of their channel alone, each once, and lead to the configured site', () => {
    const note = (by: string, text: string) => ({ at: 1, by, text });
    const notes = [
      note('tickets', 'Ticket OPS-7'),
      note('tickets', 'Ticket OPS-7'),
      note('ann', 'Ticket OPS-8'),
      note('tickets', 'Ticket OPS-9 stays as it is: no way'),
      note('tickets', 'Ticket ../../evil-1'),
      note('tickets', 'Ticket SD_2-10'),
    ];
    expect(ticketsOf({ notes }, places)).toEqual([
      { label: 'OPS-7', url: 'https://jira.example/x/browse/OPS-7' },
      { label: 'SD_2-10', url: 'https://jira.example/x/browse/SD_2-10' },
    ]);
  });
});

describe('what a channel has to say', () => {
  it('becomes a note by its name, cut; one that cannot be kept harms nobody', async () => {
    let said: (note: ChannelNote) => void = () => undefined;
    const asked: CommandRequest[] = [];
    keepChannelNotes(
      { onNote: (listener) => void (said = listener) },
      (request) => {
        asked.push(request);
        return Promise.reject(new Error('store'));
      },
      silentLogger(),
    );
    said({ incidentId: 'i1', channel: 'tickets', text: 'x'.repeat(5_000) });
    await new Promise(setImmediate);
    expect(asked).toEqual([{ type: 'note', incidentId: 'i1', by: 'tickets', text: 'x'.repeat(2_000) }]);
  });
});
