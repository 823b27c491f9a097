import type { BlindSpot } from '../../domain/blind.ts';
import { formatShortTime } from '../../domain/format.ts';
import { BLIND_PAGE_TEXTS } from './blind-texts.ts';
import { html, type Html } from './html.ts';
import type { PageContext } from './page-context.ts';

/** A whole region may be silent: the first few are named above every page, more on the status page. */
const NAMED_ON_PAGES = 3;
const NAMED_ON_STATUS = 50;

/** Above the content of every page of a section, so that none passes for calm while something is not seen. Empty while all speak. */
export function blindBanner(context: PageContext): Html {
  const t = BLIND_PAGE_TEXTS[context.locale];
  const spots = context.parts.blind?.() ?? [];
  return html`<div id="blind-live" role="status" data-live>
    ${
      spots.length > 0 &&
      html`<p class="blind">
        <b>${t.title}</b> ${t.from} ${listed(context, spots, NAMED_ON_PAGES)}${t.meaning}
        <a href="/status">${context.texts.nav.status}</a>
      </p>`
    }
  </div>`;
}

/** First on the status page; undefined where nobody watches. */
export function blindFact(context: PageContext): Html | undefined {
  const t = BLIND_PAGE_TEXTS[context.locale];
  const spots = context.parts.blind?.();
  if (spots === undefined) return undefined;
  return html`<div>
    <dt>${t.title}</dt>
    <dd>
      ${
        spots.length === 0
          ? t.none
          : html`<span class="failed">${listed(context, spots, NAMED_ON_STATUS)}</span>`
      }
    </dd>
  </div>`;
}

/** Sources first, as `spots` has them. */
function listed({ locale, nowMs }: PageContext, spots: readonly BlindSpot[], most: number): string {
  const t = BLIND_PAGE_TEXTS[locale];
  const shown = spots
    .slice(0, most)
    .map(({ kind, name, sinceMs }) => t.spot(kind, name, formatShortTime(sinceMs, nowMs)))
    .join(t.between);
  return spots.length > most ? `${shown}${t.more(spots.length - most)}` : shown;
}
