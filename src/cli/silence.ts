import { type Matcher, MATCHER_NAMES } from '../domain/silence.ts';
import { parseMatcher, printMatcher } from '../policy/index.ts';
import { createWallClock } from '../runtime/index.ts';
import { type Arguments, readArguments, readTime } from './arguments.ts';
import { askService, whoAsks } from './ask-service.ts';
import type { Command, Terminal } from './command.ts';
import { UsageError } from './usage-error.ts';

const help = `spanwatch silence add MATCHER... --for 2h [--from TIME] [--comment WHY] [--by NAME]
spanwatch silence list [--all]
spanwatch silence expire ID [--by NAME]

Incidents that all matchers match are told to nobody for a while; they live on, and people are told of what is still
open when it ends. Asks the running Spanwatch, at the address and with the token of the configuration.

A matcher is NAME OP VALUE as in Alertmanager: service=payment, 'service=~"pay.*"', severity!=P0. Names are
${MATCHER_NAMES.join(', ')}; regular expressions match the whole text.

  -c, --config   configuration; default ./spanwatch.yaml
  --url          address of the API, instead of the configuration's
  --for          how long: 30m, 2h, 1d
  --until        until when (RFC 3339), instead of --for
  --from         from when (RFC 3339); default now
  --by           who says so; default the user
  --comment      why
  --all          also those that have ended
`;

export const silenceCommand: Command = {
  name: 'silence',
  summary: 'holds messages back for a while: add, list, expire',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      url: { type: 'string' },
      for: { type: 'string' },
      until: { type: 'string' },
      from: { type: 'string' },
      by: { type: 'string' },
      comment: { type: 'string' },
      all: { type: 'boolean' },
    });
    const [action, ...rest] = parsed.positionals;
    switch (action) {
      case 'add':
        return add(rest, parsed, terminal);
      case 'list':
        return list(rest, parsed, terminal);
      case 'expire':
        return expire(rest, parsed, terminal);
      default:
        throw new UsageError('it is `silence add`, `silence list` or `silence expire`');
    }
  },
};

interface ShownSilence {
  readonly id: string;
  readonly state: string;
  readonly matchers: readonly Matcher[];
  readonly startsAt: string;
  readonly endsAt: string;
  readonly createdBy: string;
  readonly comment: string;
}

async function add(texts: readonly string[], parsed: Arguments, terminal: Terminal): Promise<number> {
  if (texts.length === 0) throw new UsageError('which incidents? give a matcher such as service=payment');
  const matchers = texts.map((text) => {
    const matcher = parseMatcher(text);
    if (matcher === undefined)
      throw new UsageError(`${JSON.stringify(text)} is no matcher such as service=payment`);
    return matcher;
  });
  const from = parsed.text('from');
  const startsAt = from === undefined ? undefined : new Date(readTime('--from', from)).toISOString();
  const body = {
    matchers,
    ...(startsAt === undefined ? {} : { startsAt }),
    endsAt: endOf(parsed, startsAt),
    by: whoAsks(parsed),
    comment: parsed.text('comment') ?? '',
  };
  const silence = (await askService(parsed, 'POST', '/api/v1/silences', body)) as ShownSilence;
  terminal.out(`${line(silence)}\n`);
  return 0;
}

async function list(rest: readonly string[], parsed: Arguments, terminal: Terminal): Promise<number> {
  if (rest.length > 0) throw new UsageError(`unexpected: ${rest.join(' ')}`);
  const { silences } = (await askService(parsed, 'GET', '/api/v1/silences')) as {
    silences: readonly ShownSilence[];
  };
  const shown = silences.filter(({ state }) => parsed.flag('all') || state !== 'expired');
  terminal.out(shown.length === 0 ? 'no silences\n' : `${shown.map(line).join('\n')}\n`);
  return 0;
}

async function expire(rest: readonly string[], parsed: Arguments, terminal: Terminal): Promise<number> {
  const [id, ...more] = rest;
  if (id === undefined || more.length > 0) throw new UsageError('it is `silence expire ID`');
  const path = `/api/v1/silences/${encodeURIComponent(id)}/expire`;
  const silence = (await askService(parsed, 'POST', path, { by: whoAsks(parsed) })) as ShownSilence;
  terminal.out(`${line(silence)}\n`);
  return 0;
}

function line({ id, state, matchers, startsAt, endsAt, createdBy, comment }: ShownSilence): string {
  const who = comment === '' ? createdBy : `${createdBy}: ${comment}`;
  return `${id}  ${state}  ${startsAt} to ${endsAt}  ${matchers.map(printMatcher).join(' ')}  (${who})`;
}

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

function endOf(parsed: Arguments, startsAt: string | undefined): string {
  const until = parsed.text('until');
  const duration = parsed.text('for');
  if ((until === undefined) === (duration === undefined)) throw new UsageError('give --for or --until');
  if (until !== undefined) return new Date(readTime('--until', until)).toISOString();
  const found = /^(\d{1,6})([smhd])$/.exec(duration ?? '');
  if (found === null) throw new UsageError(`--for: ${JSON.stringify(duration)} is not a duration such as 2h`);
  const lengthMs = Number(found[1]) * UNITS_MS[found[2] as keyof typeof UNITS_MS];
  const startMs = startsAt === undefined ? createWallClock().now() : Date.parse(startsAt);
  return new Date(startMs + lengthMs).toISOString();
}
