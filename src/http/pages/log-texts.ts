import type { Locale } from '../../domain/message.ts';
import type { TraceLogs } from '../../logs/port.ts';

interface LogTexts {
  readonly title: string;
  readonly of: Readonly<Record<TraceLogs['role'], string>>;
  /** Nobody has looked, or looks still. */
  readonly notYet: string;
  readonly nothing: string;
  readonly more: (shown: number) => string;
  readonly all: string;
}

export const LOG_TEXTS: Readonly<Record<Locale, LogTexts>> = {
  en: {
    title: 'What the traces logged',
    of: { slow: 'This trace', typical: 'Typical trace' },
    notYet: 'No log lines yet. They are looked for in the first minute after an opening.',
    nothing: 'No log line names these traces.',
    more: (shown) => `The first ${shown} lines; there are more.`,
    all: 'All log lines',
  },
  zh: {
    title: '这些请求的日志',
    of: { slow: '本请求', typical: '正常请求' },
    notYet: '暂无日志。事件开始后的第一分钟内会继续查找。',
    nothing: '没有日志提到这些请求。',
    more: (shown) => `仅显示前 ${shown} 行，还有更多。`,
    all: '全部日志',
  },
};
