import { printable } from '../domain/printable.ts';
import { formatProblems, loadConfig, revealChannels } from '../config/index.ts';
import { renderTerminal, sampleMessage } from '../messages/index.ts';
import { createChannel, type DeliveryOutcome } from '../notify/index.ts';
import { incidentUrlOf } from '../app/public-url.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { UsageError } from './usage-error.ts';

const help = `spanwatch notify test CHANNEL [--event opened|resolved] [--incident ID] [-c spanwatch.yaml]

Sends one sample message to a channel of the configuration, marked as a test in its title and text, and for programs
(\`data.test\` of the event is true). Nothing is stored, and no running Spanwatch is asked.

An \`exec\` channel runs its program with the sample, whatever its events, severities, cool-down and limits are, and
spends none of them; under \`dryRun\` nothing is run. A \`jira\` channel makes a real issue, whose key is printed.

  -c, --config   configuration; default ./spanwatch.yaml
  --event        what the sample is about; default opened
  --incident     whose end it is, as an earlier test named it: closes the alert that the test has opened
`;

/** What is opened there fires, or rings, until it is told that it is over. */
const STAYS_OPEN: ReadonlySet<string> = new Set(['alertmanager', 'pagerduty']);

export const notifyCommand: Command = {
  name: 'notify',
  summary: 'sends a sample message to a channel',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      event: { type: 'string' },
      incident: { type: 'string' },
    });
    const [action, name, ...more] = parsed.positionals;
    if (action !== 'test' || name === undefined || more.length > 0) {
      throw new UsageError('it is `notify test CHANNEL`');
    }
    const event = parsed.text('event') ?? 'opened';
    if (event !== 'opened' && event !== 'resolved') throw new UsageError('--event is opened or resolved');
    const outcome = loadConfig(parsed.text('config'));
    if (!outcome.ok) {
      terminal.err(`${formatProblems(outcome.problems, outcome.source)}\n`);
      return 1;
    }
    const channels = revealChannels(outcome.config);
    const config = channels.find((channel) => channel.name === name);
    if (config === undefined) {
      const known = channels.map((channel) => channel.name).join(', ');
      terminal.err(
        `spanwatch notify: there is no channel ${JSON.stringify(name)}; there are: ${known || 'none'}\n`,
      );
      return 1;
    }
    const clock = createWallClock();
    const runtime = { clock, logger: silentLogger(), metrics: createMetrics(), random: createRandom(1) };
    const channel = createChannel(config, runtime, {
      render: (message) => renderTerminal(message, { color: terminal.color }),
      write: terminal.out,
    });
    const { trace } = outcome.config.links;
    const { http } = outcome.config;
    const incidentUrl = incidentUrlOf(http, { port: http.port, url: `http://${http.host}:${http.port}` });
    const links = { incidentUrl, ...(trace === undefined ? {} : { traceUrl: trace }) };
    const incidentId = parsed.text('incident');
    if (incidentId !== undefined && !/^test-\d{1,16}$/.test(incidentId))
      throw new UsageError('--incident is one that `notify test` has named, test-...');
    const sample = sampleMessage(event, { locale: config.locale, nowMs: clock.now(), links, incidentId });
    let sent: DeliveryOutcome;
    try {
      sent = await channel.deliver(sample);
    } finally {
      // An Alertmanager's channel would repeat its alert for ever, and this process with it.
      channel.close?.();
    }
    return tell(sent, { type: config.type, name, event, incidentId: sample.incidentId }, terminal);
  },
};

interface Sent {
  readonly type: string;
  readonly name: string;
  readonly event: 'opened' | 'resolved';
  readonly incidentId: string;
}

/** Prints how it ended; the command's exit code. */
function tell(outcome: DeliveryOutcome, { type, name, event, incidentId }: Sent, terminal: Terminal): number {
  if (outcome.kind === 'skipped') {
    terminal.out(`ok    channel ${name}: nothing was sent: ${outcome.reason}\n`);
    return 0;
  }
  if (outcome.kind !== 'sent') {
    const note = outcome.kind === 'permanent' ? outcome.note : undefined;
    terminal.out(
      `WRONG channel ${name}: ${note === undefined ? outcome.reason : printable(note, MAX_NOTE)}\n`,
    );
    return 1;
  }
  terminal.out(`ok    channel ${name}: the sample was taken\n`);
  for (const line of resultsOf(type, outcome, event)) terminal.out(`      ${line}\n`);
  if (event === 'opened' && STAYS_OPEN.has(type))
    terminal.out(
      `      it stays open there; end it by: spanwatch notify test ${name} --event resolved --incident ${incidentId}\n`,
    );
  return 0;
}

/** What the sample has left behind, or what came of it, for the person who sent it. */
function resultsOf(
  type: string,
  { note, receipt }: Extract<DeliveryOutcome, { kind: 'sent' }>,
  event: 'opened' | 'resolved',
): readonly string[] {
  const key = type === 'jira' && event === 'opened' ? receipt?.['key'] : undefined;
  return [
    ...(note === undefined ? [] : [printable(note, MAX_NOTE)]),
    ...(key === undefined ? [] : [`a real issue: ${printable(key, 100)}; close it there`]),
  ];
}

const MAX_NOTE = 1500;
