import type { Channel, TerminalConfig, TerminalOutput } from '../port.ts';

/** Prints messages, for the demo and for people who watch a terminal. A write that fails is worth another try. */
export function createTerminal(config: TerminalConfig, { render, write }: TerminalOutput): Channel {
  return {
    name: config.name,
    deliver: (message) => {
      try {
        write(`${render(message)}\n`);
        return Promise.resolve({ kind: 'sent' });
      } catch {
        return Promise.resolve({ kind: 'retry', reason: 'the terminal did not take it' });
      }
    },
  };
}
