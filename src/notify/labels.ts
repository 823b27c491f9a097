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
    suspects: 'Suspects (how much of it each explains)',
    evidence: 'Evidence',
    slowTrace: 'Slow trace',
    typicalTrace: 'Typical trace',
    logs: 'Logs',
    next: 'What to do next',
  },
  zh: {
    suspects: '嫌疑（各自能解释多少）',
    evidence: '证据',
    slowTrace: '慢链路',
    typicalTrace: '典型链路',
    logs: '日志',
    next: '下一步',
  },
};

type Named = Pick<MessageTrace, 'role' | 'label'>;

/** What a trace is called: by what it shows where the message says so; the second of a name among `all` is "Slow trace 2". */
export function traceLabel<T extends Named>(trace: T, labels: Labels, all: readonly T[]): string {
  const name = baseLabel(trace, labels);
  const before = all
    .slice(0, Math.max(0, all.indexOf(trace)))
    .filter((other) => baseLabel(other, labels) === name);
  return before.length === 0 ? name : `${name} ${before.length + 1}`;
}

function baseLabel({ role, label }: Named, labels: Labels): string {
  return label ?? (role === 'slow' ? labels.slowTrace : labels.typicalTrace);
}
