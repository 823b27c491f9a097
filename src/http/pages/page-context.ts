import type { Locale } from '../../domain/message.ts';
import type { PageParts, PageWords } from '../page-port.ts';
import type { HttpParts } from '../port.ts';
import { PAGE_TEXTS } from './page-texts.ts';
import type { PageTexts } from './texts.ts';

/** What the API answers from, and what pages need besides. */
export type AllParts = HttpParts & PageParts;

/** What every page is rendered with. */
export interface PageContext {
  readonly parts: AllParts;
  readonly locale: Locale;
  readonly texts: PageTexts;
  readonly words: PageWords;
  readonly nowMs: number;
  /** Path and query of the page, for the link to the other language. */
  readonly path: string;
  /** A session was opened with a token: there is something to log out of. */
  readonly session: boolean;
}

export function pageContext(
  parts: AllParts,
  { path, lang, session }: { path: string; lang: Locale; session: boolean },
): PageContext {
  const nowMs = parts.now();
  return {
    parts,
    locale: lang,
    texts: PAGE_TEXTS[lang],
    words: parts.words[lang],
    nowMs,
    path,
    session,
  };
}
