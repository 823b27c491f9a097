import { formatShare } from '../../domain/format.ts';
import type { Incident } from '../../domain/incident.ts';
import type { Suspect } from '../../domain/suspect.ts';
import { html, type Html } from './html.ts';
import type { PageContext } from './page-context.ts';
import type { Present } from './present.ts';

/** More help nobody at 3 a.m.; what speaks for each is the loudest few. */
const MOST_SUSPECTS = 5;
const MOST_REASONS = 4;

/** Who is to blame: share as a bar and a number, what speaks for and against. */
export function suspectList(context: PageContext, whole: Incident, present?: Present): Html {
  const incident = context.words.local(whole);
  const suspects = incident.finalSuspects.slice(0, MOST_SUSPECTS);
  if (suspects.length === 0) return html`<p>${context.texts.suspects.none}</p>`;
  return html`<ol class="suspects">
    ${suspects.map((suspect) => one(context, { incident, present }, suspect))}
  </ol>`;
}

function one(
  { texts, words }: PageContext,
  { incident, present }: { readonly incident: Incident; readonly present: Present | undefined },
  suspect: Suspect,
): Html {
  const ongoing = present === undefined ? 'now' : 'at-worst';
  const figures = incident.resolvedAt === null ? ongoing : 'over';
  const share = Math.min(1, Math.max(0, suspect.share));
  return html`<li>
    <p class="suspect">
      <b>${words.suspectName(suspect)}</b>
      <span class="number" title="${formatShare(share)} ${texts.suspects.share}">${formatShare(share)}</span>
    </p>
    <svg class="share" width="100%" height="6" aria-hidden="true">
      <rect class="track" width="100%" height="6" rx="3" />
      <rect class="fill" width="${(share * 100).toFixed(1)}%" height="6" rx="3" />
    </svg>
    <p class="why">${words.why(suspect, incident.evidence, figures)}</p>
    ${reasons(texts.suspects.for, 'for', suspect.because, words)}
    ${reasons(texts.suspects.against, 'against', suspect.against, words)}
  </li>`;
}

function reasons(
  label: string,
  kind: 'for' | 'against',
  keys: readonly string[],
  words: PageContext['words'],
): Html | false {
  if (keys.length === 0) return false;
  const shown = keys.slice(0, MOST_REASONS).map((key) => html`<li>${words.component(key)}</li>`);
  const more = keys.length - MOST_REASONS;
  return html`<div class="reasons ${kind}">
    <span class="label">${label}</span>
    <ul>
      ${shown} ${more > 0 && html`<li class="muted">+${more}</li>`}
    </ul>
  </div>`;
}
