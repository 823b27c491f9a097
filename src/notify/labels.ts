import type { Locale, MessageTrace } from '../domain/message.ts';

/** Headings that channels put around a message's parts. */
export interface Labels {
  readonly suspects: string;
  readonly evidence: string;
  readonly slowTrace: string;
  readonly typicalTrace: string;
  readonly logs: string;
  readonly next: string;
}

export const LABELS: Readonly<Record<Locale, Labels>> = {
  en: {
    suspects: 'Suspects',
    evidence: 'Evidence',
    slowTrace: 'Slow trace',
    typicalTrace: 'Typical trace',
    logs: 'Logs',
    next: 'What to do next',
  },
  zh: {
    suspects: '嫌疑',
    evidence: '证据',
    slowTrace: '慢链路',
    typicalTrace: '典型链路',
    logs: '日志',
    next: '下一步',
  },
};

/** What a trace is called: by what it shows where the message says so. */
export function traceLabel({ role, label }: Pick<MessageTrace, 'role' | 'label'>, labels: Labels): string {
  return label ?? (role === 'slow' ? labels.slowTrace : labels.typicalTrace);
}
