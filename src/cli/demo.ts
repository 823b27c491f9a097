import { fileURLToPath } from 'node:url';
import { demo, DemoError, type DemoResult } from '../app/demo/demo.ts';
import { createLogger, createMetrics, createRandom, createWallClock } from '../runtime/index.ts';
import { readArguments } from './arguments.ts';
import type { Command, Terminal } from './command.ts';
import { CommandError, UsageError } from './usage-error.ts';

const help = `spanwatch demo [--once]

A simulated shop of sixteen services sends its spans over OTLP/HTTP, 110 traces a second, to a spanwatch in this
process. A third party gets slow, then a service fails, then a call is no longer made. You see what chat shows; the
incidents' pages stay open until Ctrl+C. Nothing leaves this machine.

  --once   as fast as it goes, and ends; exit code 0 only if each fault gave exactly one incident with the right first
           suspect, which resolved, and nothing else fired

Without --once the shop's time runs ten times as fast as yours: a minute and a half.
`;

const SPEED = 10;
const MODEL = fileURLToPath(new URL('../../models/demo', import.meta.url));

export const demoCommand: Command = {
  name: 'demo',
  summary: 'see three faults caught, in a minute and a half',
  help,
  run: async (args, terminal) => {
    const parsed = readArguments(args, { once: { type: 'boolean' } });
    if (parsed.positionals.length > 0) throw new UsageError(`unexpected: ${parsed.positionals.join(' ')}`);
    const once = parsed.flag('once');
    const runtime = {
      clock: createWallClock(),
      logger: createLogger('warn'),
      metrics: createMetrics(),
      random: createRandom(1),
    };
    const { narrate, show } = voices(terminal);
    narrate("A shop of 16 services, 110 traces a second, a model of its quiet hours; times are the shop's.");
    const { problems } = await demo(runtime, {
      modelDirectory: MODEL,
      narrate,
      show,
      speed: once ? Number.POSITIVE_INFINITY : SPEED,
      stopped: terminal.stopped,
      stay: !once,
      onEnd: (result) => terminal.out(`\n${ending(result, once)}`),
    }).catch((error: unknown) => {
      throw error instanceof DemoError ? new CommandError(error.message) : error;
    });
    if (problems.length > 0) throw new CommandError(problems.join('; '));
    return 0;
  },
};

/** Two voices: what happens in the shop (grey), and what chat shows (its headline bold). */
function voices({ out, color }: Terminal): { narrate: (text: string) => void; show: (text: string) => void } {
  const paint = (code: string, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  return {
    narrate: (text) => out(`${paint('90', `-- ${text}`)}\n`),
    show: (text) => {
      const [headline, ...rest] = text.split('\n');
      out(`\n${[paint(inkOf(headline), headline), ...rest].join('\n')}\n\n`);
    },
  };
}

/** Red for what wakes people, yellow for what can wait, green for good news. */
function inkOf(headline: string): string {
  if (/^P[01]\b/.test(headline)) return '1;31';
  return /^P2\b/.test(headline) ? '1;33' : '1;32';
}

function ending({ problems, chat, pages }: DemoResult, once: boolean): string {
  const counts = `Slack's endpoint took ${chat.slack} messages and Feishu's ${chat.feishu}, ${chat.violations.length} against their rules.\n`;
  if (problems.length > 0) return counts;
  const verdict =
    'Three faults, three incidents, each with the right first suspect, each resolved by itself.\n';
  if (once) return verdict + counts;
  const list = pages.map((page) => `  ${page}\n`).join('');
  return `${verdict}${counts}Open the incidents (until Ctrl+C):\n${list}Next: point your own traces at it, README "Your own traces".\n`;
}
