import { formatCount, formatTime, formatShortTime, formatValue } from '../domain/format.ts';
import type { LearnedStretch } from '../domain/learned-stretch.ts';
import type { Locale } from '../domain/message.ts';
import { CATALOGUES } from './compose.ts';
import { componentInWords } from './suspect-name.ts';

/** More are counted. */
const MOST_SHOWN = 20;
/** A fault's minute begins and ends within one of ours: so much more is left out on either side. */
const MARGIN_MS = 60_000;

interface LearnedTexts {
  readonly heading: (stretches: number) => string;
  readonly stretch: (
    at: { readonly from: string; readonly to: string },
    what: string,
    again: string,
  ) => string;
  readonly levels: (what: string, observed: string, expected: string) => string;
  readonly others: (components: string) => string;
  readonly again: { readonly told: string; readonly missed: string };
  readonly more: (stretches: string) => string;
  readonly options: (options: string, stretches: number) => string;
}

const en: LearnedTexts = {
  heading: (stretches) =>
    `${stretches === 1 ? 'one stretch' : `${formatCount(stretches)} stretches`} of what was learned ${stretches === 1 ? 'is' : 'are'} unlike the rest. A fault that is learned may be taken for normal when it comes back; a habit (a batch, a probe) may stay:`,
  stretch: ({ from, to }, what, again) => `${from} to ${to}: ${what}; ${again}`,
  levels: (what, observed, expected) => `${what} ${observed}, otherwise ${expected}`,
  others: (components) => `, and ${components} more`,
  again: { told: 'the same again would still be told of', missed: 'the same again may be MISSED' },
  more: (stretches) => `and ${stretches} more`,
  options: (options, stretches) =>
    `if ${stretches === 1 ? 'it was a fault' : 'they were faults'}, learn again with ${options}`,
};

const zh: LearnedTexts = {
  heading: (stretches) =>
    `学到的数据中有 ${formatCount(stretches)} 段与其余部分明显不同。学进去的故障再次出现时可能被当作常态；若是常有的情况（批处理、探测），可以保留：`,
  stretch: ({ from, to }, what, again) => `${from} 至 ${to}：${what}；${again}`,
  levels: (what, observed, expected) => `${what} ${observed}，其余时间 ${expected}`,
  others: (components) => `，另有 ${components} 项`,
  again: { told: '再次出现时仍会告警', missed: '再次出现时可能漏报' },
  more: (stretches) => `另有 ${stretches} 段`,
  options: (options) => `如果是故障，请加上以下选项重新学习：${options}`,
};

const TEXTS: Readonly<Record<Locale, LearnedTexts>> = { en, zh };

/** What `learn` says of times that stand out from the rest of what it learned, a line each; nothing when there are none. Printable. */
export function learnedLines(stretches: readonly LearnedStretch[], locale: Locale): string[] {
  if (stretches.length === 0) return [];
  const texts = TEXTS[locale];
  const shown = stretches.slice(0, MOST_SHOWN);
  const more = stretches.length - shown.length;
  return [
    texts.heading(stretches.length),
    ...shown.map((stretch) => `  ${stretchLine(stretch, locale)}`),
    ...(more > 0 ? [`  ${texts.more(formatCount(more))}`] : []),
    texts.options(shown.map(excludeOption).join(' '), shown.length),
  ];
}

function stretchLine(
  { fromMs, toMs, loudest, components, isToldAgain }: LearnedStretch,
  locale: Locale,
): string {
  const texts = TEXTS[locale];
  const { component, unit, observed, expected } = loudest;
  const levels = texts.levels(
    componentInWords(component, CATALOGUES[locale]),
    formatValue(observed, unit),
    formatValue(expected, unit),
  );
  const others = components === 1 ? '' : texts.others(formatCount(components - 1));
  return texts.stretch(
    { from: formatTime(fromMs), to: formatShortTime(toMs, fromMs) },
    `${levels}${others}`,
    isToldAgain ? texts.again.told : texts.again.missed,
  );
}

function excludeOption({ fromMs, toMs }: LearnedStretch): string {
  const times = [fromMs - MARGIN_MS, toMs + MARGIN_MS].map(
    (ms) => `${new Date(ms).toISOString().slice(0, 19)}Z`,
  );
  return `--exclude ${times.join('/')}`;
}
