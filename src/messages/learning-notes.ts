import type { ComponentKind } from '../domain/component.ts';
import { unitOf } from '../domain/component.ts';
import type { Locale } from '../domain/message.ts';
import { usOf } from '../domain/summary.ts';

interface Adopted {
  readonly key: string;
  readonly kind: ComponentKind;
  /** In the summary's terms. */
  readonly from: number;
  readonly to: number;
  readonly sinceMs: number;
}

/** What the timeline says when a new level became the baseline. */
export function adoptionNote(locale: Locale, { key, kind, from, to, sinceMs }: Adopted): string {
  const since = `${new Date(sinceMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const levels = [from, to].map((level) => levelText(kind, level));
  return locale === 'zh'
    ? `新的常态已采纳：${key} 由 ${levels[0]} 变为 ${levels[1]}（自 ${since} 起稳定）`
    : `Adopted as normal: ${key} ${levels[0]} -> ${levels[1]}, steady since ${since}`;
}

/** What the timeline says of how far "not an anomaly" was followed. */
export function feedbackNote(
  locale: Locale,
  {
    followed,
    silenced,
    until,
  }: { followed: 'whole' | 'part' | 'none'; silenced: readonly string[]; until: string },
): string {
  const which = silenced.slice(0, 3).join(', ');
  if (locale === 'zh') {
    if (followed === 'whole') return `已记住：这种程度的变化在 ${until} 之前不再告警`;
    if (followed === 'part') return `部分采纳（至 ${until}）：完全采纳会使过去的真实事件 ${which} 不再告警`;
    return `未采纳：否则过去的真实事件 ${which} 将不再告警`;
  }
  if (followed === 'whole') return `Noted: a change of this size raises no alert until ${until}`;
  if (followed === 'part')
    return `Followed in part, until ${until}: in whole it would have silenced the true incident ${which}`;
  return `Not followed: it would have silenced the true incident ${which}`;
}

function levelText(kind: ComponentKind, level: number): string {
  switch (unitOf(kind)) {
    case 'us': {
      const ms = usOf(level) / 1000;
      return `${Number(ms.toPrecision(2))} ms`;
    }
    case 'ratio':
      return `${Number((level * 100).toPrecision(2))}%`;
    case 'count':
      return String(Number(level.toPrecision(2)));
  }
}
