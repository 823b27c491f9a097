import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { bounded, renderWithin } from '../../src/notify/bounded-message.ts';
import { createChannel } from '../../src/notify/index.ts';
import { aMessage } from '../doubles/incident-story.ts';
import { recordingRuntime } from './recording-runtime.ts';

const FULL = bounded(
  aMessage({
    logs: ['log'.repeat(100)],
    traces: Array.from({ length: 3 }, (_, i) => ({ role: 'slow' as const, traceId: String(i).repeat(32) })),
    evidence: Array.from({ length: 8 }, (_, i) => `evidence ${i} `.repeat(20)),
    nextSteps: ['first '.repeat(30), 'second '.repeat(30)],
    facts: Array.from({ length: 6 }, (_, i) => ({ label: `fact ${i}`, value: 'value '.repeat(30) })),
  }),
);

/** What is left of a message when it may have no more bytes than this. */
function leftWithin(maxBytes: number): Message {
  return JSON.parse(renderWithin(FULL, maxBytes, (message) => JSON.stringify(message))) as Message;
}

const SIZE = Buffer.byteLength(JSON.stringify(FULL));

describe('a message that is too large', () => {
  it('is whole when it just fits', () => {
    expect(leftWithin(SIZE)).toEqual(JSON.parse(JSON.stringify(FULL)));
    expect(leftWithin(SIZE - 1)).not.toEqual(JSON.parse(JSON.stringify(FULL)));
  });

  it('loses its parts in the stated order as the room shrinks', () => {
    const counts = new Set<string>();
    for (let maxBytes = SIZE; maxBytes > 0; maxBytes -= 10) {
      const { logs, evidence, suspects, nextSteps, facts, traces } = leftWithin(maxBytes);
      const parts = { logs, evidence, suspects, nextSteps, facts, traces };
      counts.add(
        Object.entries(parts)
          .map(([name, list]) => `${name} ${list.length}`)
          .join(', '),
      );
    }
    expect([...counts]).toEqual([
      'logs 1, evidence 8, suspects 2, nextSteps 2, facts 6, traces 3',
      'logs 0, evidence 8, suspects 2, nextSteps 2, facts 6, traces 3',
      'logs 0, evidence 3, suspects 2, nextSteps 2, facts 6, traces 3',
      'logs 0, evidence 3, suspects 1, nextSteps 2, facts 6, traces 3',
      'logs 0, evidence 0, suspects 1, nextSteps 2, facts 6, traces 3',
      'logs 0, evidence 0, suspects 1, nextSteps 1, facts 6, traces 3',
      'logs 0, evidence 0, suspects 1, nextSteps 1, facts 3, traces 3',
      'logs 0, evidence 0, suspects 1, nextSteps 1, facts 3, traces 2',
    ]);
  });

  it('keeps title, summary and the first suspect whatever the limit', () => {
    expect(leftWithin(0)).toMatchObject({
      title: FULL.title,
      summary: FULL.summary,
      suspects: [{ name: 'payment' }],
      links: [],
    });
  });
});

describe("a channel's address", () => {
  const make = (url: string) => () =>
    createChannel({ type: 'slack-webhook', name: 'chat', url, locale: 'en' }, recordingRuntime());
  it.each([
    ['is no URL', 'hooks.example', /channel chat: its url is not a URL/],
    ['is no web address', 'file:///etc/passwd', /channel chat: its url must be http or https/],
    ['holds a password', 'https://u:hunter2@x.example/', /channel chat: its url must not hold/],
  ])('is refused when it %s', (_, url, message) => expect(make(url)).toThrow(message));
});
