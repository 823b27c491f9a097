import { formatCount } from '../domain/format.ts';
import type { Locale } from '../domain/message.ts';
import { printable } from '../domain/printable.ts';
import type { Report, ReportIncident } from '../domain/report.ts';
import { CATALOGUES } from './compose.ts';

/** A longer name of a suspect is cut. */
const MOST_NAME = 200;

interface ReplayTexts {
  /** One that woke nobody, or that had not ended with the files, or both. */
  readonly quiet: (facts: { readonly digest: boolean; readonly open: boolean }, line: string) => string;
  readonly incident: (facts: {
    readonly severity: string;
    readonly who: string;
    readonly since: string;
    readonly id: string;
  }) => string;
  readonly found: (incidents: number, openings: number, told: number) => string;
  readonly budget: (expected: string) => string;
  readonly input: (input: Report['input']) => string;
}

const countedEn = (count: number, one: string): string =>
  `${formatCount(count)} ${one}${count === 1 ? '' : 's'}`;

const en: ReplayTexts = {
  quiet: ({ digest, open }, line) =>
    `${[digest ? 'for the digest' : '', open ? 'still open at the end' : ''].filter((part) => part !== '').join(', ')}: ${line}`,
  incident: ({ severity, who, since, id }) => `${severity} ${who} since ${since} (${id})`,
  found: (incidents, openings, told) =>
    `${countedEn(incidents, 'incident')} with ${countedEn(openings, 'opening')}, ${told} of them at P0 to P2`,
  budget: (expected) => `; the budget expects ${expected} false ones in this time`,
  input: ({ spans, traces, from, to, late, duplicates, rejected }) =>
    `${spans} spans in ${traces} traces, ${from ?? '-'} to ${to ?? '-'}; ${late} late, ${duplicates} duplicates, ${rejected} rejected`,
};

const zh: ReplayTexts = {
  quiet: ({ digest, open }, line) =>
    `${[digest ? '仅入摘要' : '', open ? '数据结束时仍未恢复' : ''].filter((part) => part !== '').join('，')}：${line}`,
  incident: ({ severity, who, since, id }) => `${severity} ${who}，始于 ${since}（${id}）`,
  found: (incidents, openings, told) =>
    `${formatCount(incidents)} 个事件，共产生 ${formatCount(openings)} 次，其中 P0 至 P2 ${told} 次`,
  budget: (expected) => `；按预算，这段时间内预计误报 ${expected} 次`,
  input: ({ spans, traces, from, to, late, duplicates, rejected }) =>
    `${traces} 条链路，${spans} 个 span，${from ?? '-'} 至 ${to ?? '-'}；迟到 ${late}，重复 ${duplicates}，拒收 ${rejected}`,
};

const TEXTS: Readonly<Record<Locale, ReplayTexts>> = { en, zh };

/**
 * What `replay` says after its messages, a line each: the incidents that woke nobody and those that had not ended with
 * the files, neither of which is in what was printed, each once; then how many there were, and of what. Printable.
 */
export function replayLines(report: Report, locale: Locale): string[] {
  const { incidents, input, budget } = report;
  const texts = TEXTS[locale];
  const openings = incidents.reduce((sum, { openings: list }) => sum + list.length, 0);
  return [
    ...quietOnes(incidents, locale),
    texts.found(incidents.length, openings, budget.observed) + texts.budget(budget.expected.toFixed(2)),
    texts.input(input),
  ];
}

function quietOnes(incidents: readonly ReportIncident[], locale: Locale): string[] {
  const texts = TEXTS[locale];
  const quiet = incidents.map((incident) => ({
    incident,
    digest: incident.severity === 'P3',
    open: incident.resolvedAt === null,
  }));
  return [
    ...quiet.filter(({ digest }) => digest),
    ...quiet.filter(({ digest, open }) => open && !digest),
  ].map(({ incident: { id, severity, startedAt, finalSuspects }, ...facts }) => {
    const first = finalSuspects.at(0);
    const who =
      first === undefined ? CATALOGUES[locale].unknown : printable(first.peer ?? first.service, MOST_NAME);
    return texts.quiet(facts, texts.incident({ severity, who, since: startedAt, id }));
  });
}
