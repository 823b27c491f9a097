import { formatProblems, loadConfig, revealChannels } from '../config/index.ts';
import { renderTerminal, sampleMessage } from '../messages/index.ts';
import { createChannel } from '../notify/index.ts';
import { incidentUrlOf } from '../app/public-url.ts';
import { createMetrics, createRandom, createWallClock, silentLogger } from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { UsageError } from './usage-error.ts';

const help = `spanwatch notify test CHANNEL [--event opened|resolved] [-c spanwatch.yaml]

Sends one sample message to a channel of the configuration, marked as a test in its title and text. Nothing is stored,
and no running Spanwatch is asked.

  -c, --config   configuration; default ./spanwatch.yaml
  --event        what the sample is about; default opened
`;

export const notifyCommand: Command = {
  name: 'notify',
  summary: 'sends a sample message to a channel',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, {
      config: { type: 'string', short: 'c' },
      event: { type: 'string' },
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
    const sent = await channel.deliver(
      sampleMessage(event, { locale: config.locale, nowMs: clock.now(), links }),
    );
    if (sent.kind === 'sent') {
      terminal.out(`ok    channel ${name}: the sample was taken\n`);
      return 0;
    }
    terminal.out(`WRONG channel ${name}: ${sent.reason}\n`);
    return 1;
  },
};
