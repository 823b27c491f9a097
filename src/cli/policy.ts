import { readArguments } from './arguments.ts';
import { askService } from './ask-service.ts';
import type { Command } from './command.ts';
import { UsageError } from './usage-error.ts';

const help = `spanwatch policy explain INCIDENT

Says who was told of an incident, when and why, what became of each message, and why others were not told. Asks the
running Spanwatch, at the address and with the token of the configuration.

  -c, --config   configuration; default ./spanwatch.yaml
  --url          address of the API, instead of the configuration's
`;

interface ShownDecision {
  readonly at: string;
  readonly event: string;
  readonly channel: string;
  readonly outcome: 'told' | 'waits' | 'held' | 'untold';
  readonly reason: string;
  readonly delivery?: { readonly state: string; readonly attempts: number; readonly reason?: string };
}

export const policyCommand: Command = {
  name: 'policy',
  summary: 'explains who was told of an incident, and why',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, { config: { type: 'string', short: 'c' }, url: { type: 'string' } });
    const [action, id, ...more] = parsed.positionals;
    if (action !== 'explain' || id === undefined || more.length > 0)
      throw new UsageError('it is `policy explain INCIDENT`');
    const path = `/api/v1/incidents/${encodeURIComponent(id)}/decisions`;
    const { decisions } = (await askService(parsed, 'GET', path)) as { decisions: readonly ShownDecision[] };
    terminal.out(
      decisions.length === 0 ? 'nothing was decided about it\n' : `${explained(decisions).join('\n')}\n`,
    );
    return 0;
  },
};

const WORDS = { told: 'told', waits: 'told later', held: 'held back', untold: 'not told' } as const;

/** A line an event, and below it one a channel. */
function explained(decisions: readonly ShownDecision[]): readonly string[] {
  const width = Math.max(...decisions.map(({ channel }) => channel.length));
  let last = '';
  return decisions.flatMap(({ at, event, channel, outcome, reason, delivery }) => {
    const heading = `${at}  ${event}`;
    const became =
      delivery === undefined
        ? ''
        : ` -> ${delivery.state === 'skipped' ? 'nothing sent' : delivery.state}${delivery.reason === undefined || delivery.reason === reason ? '' : ` (${delivery.reason})`}`;
    const line = `  ${channel.padEnd(width)}  ${WORDS[outcome]}: ${reason}${became}`;
    if (heading === last) return [line];
    last = heading;
    return [heading, line];
  });
}
