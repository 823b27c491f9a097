import { readArguments } from './arguments.ts';
import { askService, whoAsks } from './ask-service.ts';
import type { Command } from './command.ts';
import { UsageError } from './usage-error.ts';

const help = `spanwatch feedback list [--all]
spanwatch feedback revoke INCIDENT [--by NAME]

Incidents that people called no anomaly: changes of their components up to that size are calm, until it expires or is
taken back. "in part" is what was followed only so far as no true incident of the past would be silenced. Asks the
running Spanwatch, at the address and with the token of the configuration.

  -c, --config   configuration; default ./spanwatch.yaml
  --url          address of the API, instead of the configuration's
  --by           who says so; default the user
  --all          also what has expired or was taken back
`;

export const feedbackCommand: Command = {
  name: 'feedback',
  summary: 'what people called no anomaly: list it, take it back',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      url: { type: 'string' },
      by: { type: 'string' },
      all: { type: 'boolean' },
    });
    const [action, id, ...more] = parsed.positionals;
    if (action === 'list' && id === undefined) {
      const answer = await askService(parsed, 'GET', '/api/v1/feedback');
      const shown = (answer as { feedback: readonly ShownFeedback[] }).feedback.filter(
        ({ state }) => parsed.flag('all') || state === 'in-force',
      );
      terminal.out(shown.length === 0 ? 'no feedback holds\n' : `${shown.map(line).join('\n')}\n`);
      return 0;
    }
    if (action !== 'revoke' || id === undefined || more.length > 0)
      throw new UsageError('it is `feedback list` or `feedback revoke INCIDENT`');
    const path = `/api/v1/feedback/${encodeURIComponent(id)}/revoke`;
    const revoked = await askService(parsed, 'POST', path, { by: whoAsks(parsed) });
    terminal.out(`${line(revoked as ShownFeedback)}\n`);
    return 0;
  },
};

interface ShownFeedback {
  readonly incidentId: string;
  readonly state: string;
  readonly by: string;
  readonly expiresAt: string;
  readonly followed: 'whole' | 'part' | 'none';
  readonly floors: readonly { readonly component: string; readonly direction: string }[];
}

const FOLLOWED = { whole: 'followed', part: 'followed in part', none: 'not followed' } as const;

function line({ incidentId, state, by, expiresAt, followed, floors }: ShownFeedback): string {
  const about = floors.map(({ component, direction }) => `${component} ${direction}`).join('; ');
  return `${incidentId}  ${state}  ${FOLLOWED[followed]}, until ${expiresAt}  (${by})  ${about}`.trimEnd();
}
