import { describe, expect, it } from 'vitest';
import { createChannel } from '../../src/notify/index.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { recordingRuntime } from './recording-runtime.ts';

const CONFIG = { type: 'terminal', name: 'screen', locale: 'en' } as const;

describe('the terminal channel', () => {
  it('prints what the renderer makes of a message', async () => {
    let printed = '';
    const output = { render: () => 'block\n', write: (text: string) => void (printed += text) };
    const channel = createChannel(CONFIG, recordingRuntime(), output);
    expect(await channel.deliver(aMessage())).toEqual({ kind: 'sent' });
    expect(printed).toBe('block\n\n');
  });

  it('wants another try when the terminal is gone', async () => {
    const write = () => {
      throw new Error('EPIPE');
    };
    const channel = createChannel(CONFIG, recordingRuntime(), { render: () => '', write });
    expect(await channel.deliver(aMessage())).toMatchObject({ kind: 'retry' });
  });

  it('cannot be made without a terminal', () => {
    expect(() => createChannel(CONFIG, recordingRuntime())).toThrow(/channel screen/);
  });
});
