import type { BlindKind } from '../../domain/blind.ts';
import type { Locale } from '../../domain/message.ts';

/** What pages say of silence; the values are shown as they are. */
export interface BlindPageTexts {
  readonly title: string;
  /** Before the list of what is silent, and after it. */
  readonly from: string;
  readonly meaning: string;
  readonly spot: (kind: BlindKind, name: string, since: string) => string;
  readonly between: string;
  readonly more: (count: number) => string;
  readonly none: string;
}

export const BLIND_PAGE_TEXTS: Readonly<Record<Locale, BlindPageTexts>> = {
  en: {
    title: 'Blind',
    from: 'No spans from',
    meaning: '. This is no calm: what goes wrong meanwhile is not seen.',
    spot: (kind, name, since) => `${kind === 'source' ? 'source ' : ''}${name} since ${since}`,
    between: ', ',
    more: (count) => ` and ${count} more`,
    none: 'no',
  },
  zh: {
    title: '失明',
    from: '没有收到 span：',
    meaning: '。这不代表平静：期间发生的问题无法看到。',
    spot: (kind, name, since) => `${kind === 'source' ? '数据源 ' : ''}${name}（自 ${since} 起）`,
    between: '、',
    more: (count) => `，另有 ${count} 个`,
    none: '否',
  },
};
