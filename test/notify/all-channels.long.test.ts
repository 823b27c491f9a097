import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { ALL_CHANNELS, type Connected } from '../doubles/all-channels.ts';
import { aMessage } from '../doubles/incident-story.ts';
import type { Mail } from '../doubles/mailbox.ts';
import { HOSTILE_TEXTS } from './hostile.ts';
import { recordingRuntime } from './recording-runtime.ts';

type ChannelType = keyof typeof ALL_CHANNELS;
const CHANNELS = Object.keys(ALL_CHANNELS) as ChannelType[];
/** A process each: fewer. */
const RUNS: Partial<Record<ChannelType, number>> = { exec: 15, email: 40 };

/** What vendors read as markup, in any order, beside anything at all. */
const PIECES = [
  ...[
    '<',
    '>',
    '&',
    '"',
    "'",
    '@',
    '#',
    '*',
    '_',
    '~',
    '`',
    '[',
    ']',
    '(',
    ')',
    '!',
    '|',
    '\\',
    '/',
    ':',
    '{',
    '}',
  ],
  ...[
    '\n',
    '\r\n',
    '\t',
    '\u2028',
    '\u202e',
    '\u200b',
    '\u0000',
    '\ud800',
    '```',
    '---',
    '1. ',
    '- ',
    '> ',
    '# ',
  ],
  ...[
    '<!channel>',
    '<at id=all></at>',
    '@all',
    '{{ .Labels }}',
    '<@U1>',
    '<b>',
    '</p>',
    '</script>',
    '\\u003c',
  ],
  ...[
    'http://evil.example/x',
    'javascript:alert(1)',
    'mailto:a@b',
    'www.evil.example/login',
    '&#64;all',
    '&commat;all',
    '(x)',
    '(/)',
    ':)',
    ':D',
    'h1. ',
    '{code}',
    '[~ann]',
    '!x.png!',
    '🔥',
  ],
];
const hostile = fc
  .oneof(
    fc.constantFrom(...HOSTILE_TEXTS),
    fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'binary', maxLength: 4 })), {
      maxLength: 12,
    }),
  )
  .map((parts) => `a${typeof parts === 'string' ? parts : parts.join('')}b`.slice(0, 80));

/** A span's text wherever one can stand. */
function saying(text: string, sequence: number): Message {
  return aMessage({
    ...{ incidentId: `i${sequence}`, sequence: 1, title: `P1 ${text} is slow`, summary: text },
    facts: [{ label: 'Hit', value: text }],
    suspects: [{ rank: 1, name: text, share: 0.5, why: text }],
    ...{ evidence: [text], logs: [text], nextSteps: [text] },
    ticket: { fingerprint: `service ${sequence}` },
  });
}

describe.each(CHANNELS)('%s: whatever a span says', (type) => {
  let end: Connected;
  let sequence = 0;
  beforeAll(async () => {
    end = await ALL_CHANNELS[type]('en', recordingRuntime());
  });
  afterAll(() => end.close());

  /** The shape of what the other end took: all but the texts. */
  const shapeOf = async (text: string): Promise<unknown> => {
    const before = end.taken().length;
    const outcome = await end.channel.deliver(saying(text, ++sequence));
    expect(outcome.kind).toBe('sent');
    const taken = end.taken().slice(before);
    expect(taken.length).toBeGreaterThan(0);
    return taken.map((one) => shape(type, one));
  };

  it('mentions nobody, links nowhere, formats nothing and breaks nothing', async () => {
    const plain = await shapeOf('payment');
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        expect(await shapeOf(text)).toEqual(plain);
        expect(end.violations()).toEqual([]);
      }),
      { numRuns: RUNS[type] ?? 120 },
    );
  });
});

/** As the vendor reads it: the structure, its own links, and the lines where lines mean something. */
function shape(type: ChannelType, taken: unknown): unknown {
  switch (type) {
    case 'terminal':
      return linesOf(taken as string);
    case 'email': {
      const { headers, html, text } = taken as Mail;
      const links = `${html} ${text}`.match(/(?:https?:\/\/|www\.|mailto:\w)[^\s"<]*/gi);
      return [
        ...[Object.keys(headers).toSorted(), html.match(/<[^>]*>/g)?.map(ownTag)],
        ...[links, linesOf(text).length],
      ];
    }
    default:
      return skeleton(taken, { key: '', markdown: MARKDOWN.includes(type) });
  }
}

/** A tag with what is ours in it. */
function ownTag(tag: string): string {
  return tag.replace(/(?<=mailto:)[^"]*/, '');
}

/** No control character but the line's end reaches a terminal or a mail; lines are told by how they begin. */
function linesOf(text: string): string[] {
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2028]/);
  return text.split('\n').map((line) => /^\s*/.exec(line)?.[0] ?? '');
}

/** Where every text is Markdown; Slack's and Feishu's objects say themselves which are, and programs read none. */
const MARKDOWN: readonly ChannelType[] = ['dingtalk', 'wecom', 'teams'];
const MARKUP_TYPES: readonly unknown[] = ['mrkdwn', 'lark_md', 'markdown'];

/** Keys whose values are structure, not text. */
const STRUCTURE =
  /^(?:type|tag|msgtype|msg_type|style|url|href|template|weight|size|color|action_id|severity|event|event_action|method|version|contentType|verbatim|emoji)$/;

interface Place {
  readonly key: string;
  readonly markdown: boolean;
}

function skeleton(value: unknown, { key, markdown }: Place): unknown {
  if (typeof value === 'string') {
    if (STRUCTURE.test(key)) return value;
    if (key === 'content' && value.startsWith('{'))
      return skeleton(JSON.parse(value), { key: 'card', markdown });
    // DingTalk's title is the line of its notification, which is no Markdown.
    return markdown && key !== 'title' ? markupOf(value) : 'text';
  }
  if (Array.isArray(value)) return value.map((one) => skeleton(one, { key, markdown }));
  if (value === null || typeof value !== 'object') return typeof value;
  const object = value as Readonly<Record<string, unknown>>;
  const isMarkup = markdown || MARKUP_TYPES.includes(object['type']) || MARKUP_TYPES.includes(object['tag']);
  return Object.fromEntries(
    Object.entries(object).map(([name, inner]) => [name, skeleton(inner, { key: name, markdown: isMarkup })]),
  );
}

/** What a reader of Markdown or mrkdwn would make of a text: how lines begin, marks in pairs, links, mentions. */
function markupOf(text: string): unknown {
  return [
    text.split('\n').map((line) => /^\s*(?:#{1,6} |[-*+>] |\d+[.)] )?/.exec(line)?.[0]),
    text.match(/\*\*|[`~]|<[^>]*|\]\([^)]*\)?|(?:https?:\/\/|www\.)[^\s)|>]*|&#\d+;|@/g) ?? [],
  ];
}
