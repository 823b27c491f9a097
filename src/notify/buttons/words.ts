import type { Button, PressOutcome } from '../../domain/button.ts';
import { formatTime } from '../../domain/format.ts';
import type { Locale } from '../../domain/message.ts';

export const BUTTON_LABELS: Readonly<Record<Locale, Readonly<Record<Button, string>>>> = {
  en: { acknowledge: 'Acknowledge', 'not-an-anomaly': 'Not an anomaly', 'silence-hour': 'Silence for 1 h' },
  zh: { acknowledge: '认领', 'not-an-anomaly': '不是异常', 'silence-hour': '静默 1 小时' },
};

interface Words {
  readonly done: Readonly<Record<Button, (until: string) => string>>;
  readonly already: (until: string) => string;
  readonly missing: string;
  readonly closed: string;
  readonly refused: string;
  readonly unwritten: string;
}

const WORDS: Readonly<Record<Locale, Words>> = {
  en: {
    done: {
      acknowledge: () => 'You are on it.',
      'not-an-anomaly': () => 'Noted: not an anomaly. What follows from it is on its page.',
      'silence-hour': (until) => `Silenced until ${until}.`,
    },
    already: (until) => `It is silenced already, until ${until}.`,
    missing: 'This incident is not kept any more.',
    closed: 'This incident is over.',
    refused: 'That makes no sense for this incident.',
    unwritten: 'This could not be stored at the moment: press again in a minute.',
  },
  zh: {
    done: {
      acknowledge: () => '已由你认领。',
      'not-an-anomaly': () => '已记录：不是异常。后续处理见事件页面。',
      'silence-hour': (until) => `已静默至 ${until}。`,
    },
    already: (until) => `已处于静默中，至 ${until}。`,
    missing: '该事件已不再保留。',
    closed: '该事件已结束。',
    refused: '对该事件此操作没有意义。',
    unwritten: '暂时无法保存，请一分钟后再按。',
  },
};

/** What whoever pressed is told: our words alone. */
export function replyTo(button: Button, outcome: PressOutcome, locale: Locale): string {
  const words = WORDS[locale];
  switch (outcome.kind) {
    case 'done':
      return words.done[button](outcome.untilMs === undefined ? '' : formatTime(outcome.untilMs));
    case 'already':
      return words.already(formatTime(outcome.untilMs));
    case 'missing':
    case 'closed':
    case 'refused':
    case 'unwritten':
      return words[outcome.kind];
  }
}
