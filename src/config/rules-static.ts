import type { BrokenRule, ReadConfig } from './broken-rule.ts';

type ReadRule = NonNullable<ReadConfig['rules'][number]>;

/** What no single field of a static rule can say. */
export function staticRules({ rules }: Pick<ReadConfig, 'rules'>): BrokenRule[] {
  return rules.flatMap((rule, i) => {
    if (rule === undefined) return [];
    const part = `rules[${i}]`;
    return problemsOf(rule).map(([key, message]) => ({ part, path: `${part}.${key}`, message }));
  });
}

function problemsOf(rule: ReadRule): [string, string][] {
  switch (rule.type) {
    case 'threshold':
      return [
        ...oneSide(rule.above, rule.below, ['above', 'below']),
        ...wholeWindows(rule.windowMs, 'windowMs'),
        ...ratioLimit(rule),
      ];
    case 'period':
      return [
        ...oneSide(rule.timesAbove, rule.timesBelow, ['timesAbove', 'timesBelow']),
        ...wholeWindows(rule.windowMs, 'windowMs'),
      ];
    case 'burn-rate':
      return rule.windows.flatMap(({ shortMs, longMs, factor }, i) => [
        ...(shortMs < longMs
          ? []
          : [
              [`windows[${i}].shortMs`, `${shortMs} is not shorter than longMs (${longMs})`] as [
                string,
                string,
              ],
            ]),
        ...wholeWindows(shortMs, `windows[${i}].shortMs`),
        ...wholeWindows(longMs, `windows[${i}].longMs`),
        ...(factor * (1 - rule.objective) <= 1
          ? []
          : [
              [
                `windows[${i}].factor`,
                `${factor} times the budget is more than all requests: it can never be reached at objective ${rule.objective}`,
              ] as [string, string],
            ]),
      ]);
  }
}

function oneSide(
  above: number | undefined,
  below: number | undefined,
  [aboveKey, belowKey]: readonly [string, string],
): [string, string][] {
  if ((above === undefined) !== (below === undefined)) return [];
  return [[aboveKey, `one of ${aboveKey} and ${belowKey} is needed, and not both`]];
}

function wholeWindows(ms: number, key: string): [string, string][] {
  return ms % 10_000 === 0 ? [] : [[key, `${ms} is not a multiple of 10000: windows of 10 s are judged`]];
}

function ratioLimit({ measure, above, below }: Extract<ReadRule, { type: 'threshold' }>): [string, string][] {
  const [key, limit] = above === undefined ? ['below', below] : ['above', above];
  if (measure !== 'error-ratio' || limit === undefined || limit <= 1) return [];
  return [[key, `${limit} is no part of all: an error-ratio is 0 to 1`]];
}
