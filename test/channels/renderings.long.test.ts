import { beforeAll, describe, expect, it } from 'vitest';
import type { Locale, Message } from '../../src/domain/message.ts';
import type { Receipt } from '../../src/notify/port.ts';
import { ALL_CHANNELS } from '../doubles/all-channels.ts';
import { expectFile, expectGolden } from '../doubles/golden.ts';
import type { Mail } from '../doubles/mailbox.ts';
import { recordingRuntime } from '../notify/recording-runtime.ts';
import { replayedFault } from './replayed-fault.ts';
import { dingtalk, feishu, slack, teams, wecom } from './render/chats.ts';
import type { JsonObject } from './render/markup.ts';
import { pageOf, type Shown } from './render/page.ts';
import { alertmanager, cloudEvent, email, jira, pagerduty, terminal } from './render/programs.ts';

type ChannelType = keyof typeof ALL_CHANNELS;
const CHANNELS = Object.keys(ALL_CHANNELS) as ChannelType[];

const RENDER: Readonly<Record<ChannelType, (taken: never) => string>> = {
  'slack-bot': (taken: JsonObject) => slack(taken),
  'slack-webhook': (taken: JsonObject) => slack(taken),
  'feishu-app': (taken: JsonObject) => feishu(taken),
  'feishu-bot': (taken: JsonObject) => feishu(taken),
  dingtalk: (taken: JsonObject) => dingtalk(taken),
  wecom: (taken: JsonObject) => wecom(taken),
  teams: (taken: JsonObject) => teams(taken),
  pagerduty: (taken: JsonObject) => pagerduty(taken),
  alertmanager: (taken: JsonObject) => alertmanager(taken),
  webhook: (taken: JsonObject) => cloudEvent(taken),
  exec: (taken: JsonObject) => cloudEvent(taken),
  jira: (taken: JsonObject) => jira(taken),
  email: (taken: Mail) => email(taken),
  terminal: (taken: string) => terminal(taken),
};
/** What whoever is woken asks first; a word of zero width may stand between the parts of a place. */
const AT_3_A_M: readonly (readonly [string, RegExp])[] = [
  ['how grave', /P2/],
  ['what, and whom to blame', /payment/],
  ['where', /demo\/\u200b?shop/],
  ['since when', /09:01/],
  ['by how much', /50 ms/],
  ['who is hit', /7\.7%/],
  ['how surely', /100%|"share\\*":1\b/],
  ['what to do', /slow trace beside|对照打开慢链路/],
  ['where is more', /https:\/\/spanwatch\.example\/incidents\//],
];
const LANGUAGE = { en: 'English', zh: '中文' } as const;

/** Each message with what it made the other end take. */
async function deliver(type: ChannelType, messages: readonly Message[], locale: Locale) {
  const runtime = recordingRuntime();
  const end = await ALL_CHANNELS[type](locale, runtime);
  const steps: { readonly event: string; readonly taken: readonly unknown[] }[] = [];
  let receipt: Receipt | undefined;
  try {
    for (const message of messages) {
      runtime.clock.advance(Math.max(0, message.createdAt - runtime.clock.now()));
      const before = end.taken().length;
      const outcome = await end.channel.deliver(message, receipt);
      if (outcome.kind !== 'sent') throw new Error(`${type}: ${outcome.reason}`);
      receipt = outcome.receipt ?? receipt;
      steps.push({ event: message.event, taken: end.taken().slice(before) });
    }
    expect(end.violations()).toEqual([]);
    return steps;
  } finally {
    await end.close();
  }
}

describe('a replayed fault, as every channel tells it', () => {
  let story: ReturnType<typeof replayedFault>;
  beforeAll(() => {
    story = replayedFault();
  });

  it('is an opening, an escalation and an end', () => {
    for (const messages of story.values())
      expect(messages.map(({ event, severity }) => `${event} ${severity}`)).toEqual([
        'opened P2',
        'escalated P1',
        'resolved P1',
      ]);
  });

  it.each(CHANNELS)('%s', async (type) => {
    const told = {
      en: await deliver(type, story.get('en') ?? [], 'en'),
      zh: await deliver(type, story.get('zh') ?? [], 'zh'),
    };
    for (const locale of ['en', 'zh'] as const) {
      const steps = told[locale];
      expect(steps.map(({ event }) => event)).toEqual(['opened', 'escalated', 'resolved']);
      for (const { taken } of steps) expect(taken.length).toBeGreaterThan(0);
      const opening = JSON.stringify(steps[0].taken);
      for (const [question, answer] of AT_3_A_M) expect(opening, question).toMatch(answer);
      expectGolden(`channels/${type}.${locale}.json`, `${JSON.stringify(stable(steps), null, 2)}\n`);
    }
    const shown = (locale: Locale, step: number): Shown => {
      const { event, taken } = told[locale][step];
      return {
        title: `${LANGUAGE[locale]}: ${event}`,
        parts: (stable(taken) as never[]).map((one) => RENDER[type](one)),
      };
    };
    const rows = told.en.map((_, step) => [shown('en', step), shown('zh', step)] as const);
    expectFile(`docs/channels/${type}.html`, pageOf(type, rows));
  });
});

/** Without what is another one in each run: MIME boundaries. */
function stable(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replace(/--_NmP-[0-9a-f-]+/g, '--boundary')) as unknown;
}
