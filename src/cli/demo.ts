import { fileURLToPath } from 'node:url';
import { demo } from '../app/demo.ts';
import { createMetrics, createRandom, createWallClock, createLogger } from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command } from './command.ts';
import { CommandError } from './usage-error.ts';

const help = `spanwatch demo [--once]

A simulated shop of sixteen services sends its spans over OTLP/HTTP to a spanwatch in this process; after two minutes of
its time the payment service gets slow. You see what chat would show. Nothing leaves this machine.

  --once   as fast as it goes; exit code 0 only if the fault gave exactly one incident with the right first suspect,
           which resolved, and nothing else fired

Without --once the shop's time runs fifteen times as fast as yours.
`;

const SPEED = 15;
const MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));

export const demoCommand: Command = {
  name: 'demo',
  summary: 'see a fault caught, in half a minute',
  help,
  run: async (args, terminal) => {
    const once = readArguments(args, { once: { type: 'boolean' } }).flag('once');
    const runtime = {
      clock: createWallClock(),
      logger: createLogger('warn'),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    terminal.out(
      'A shop of 16 services, 60 traces a second. Two quiet minutes, then payment gets 350 ms slower.\n\n',
    );
    const { incidents, problems } = await demo(runtime, {
      modelDirectory: MODEL,
      write: terminal.out,
      color: terminal.color,
      speed: once ? Number.POSITIVE_INFINITY : SPEED,
    });
    if (problems.length > 0) throw new CommandError(problems.join('; '));
    const opened = incidents.filter(({ severity }) => severity !== 'P3').map(({ id }) => id);
    terminal.out(
      `\nOne fault, one incident (${opened.join(', ')}), the right service named, resolved by itself.\n`,
    );
    terminal.out('Next: point your own traces at it, README "Your own traces".\n');
    return 0;
  },
};
