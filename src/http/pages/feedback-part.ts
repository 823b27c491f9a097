import { type Feedback, feedbackState } from '../../domain/feedback.ts';
import { html, type Html } from './html.ts';
import type { PageContext } from './page-context.ts';
import { fullTime, incidentHref, section } from './parts.ts';

const MOST_SHOWN = 50;

/** A section of what people called no anomaly and still holds, if any: each with a button that takes it back. */
export function feedbackPart(context: PageContext, all: readonly Feedback[]): Html | undefined {
  const holding = all.filter((one) => feedbackState(one, context.nowMs) === 'in-force').slice(0, MOST_SHOWN);
  if (holding.length === 0) return undefined;
  const rows = html`<ul class="plain-list letters">
    ${holding.map((one) => feedbackRow(context, one))}
  </ul>`;
  return section('feedback', context.texts.status.feedback, rows);
}

function feedbackRow({ texts }: PageContext, { id, by, expiresAt, followed, floors }: Feedback): Html {
  const t = texts.status;
  return html`<li>
    <b>${by}</b> <a href="${incidentHref(id)}">${id}</a>
    <span class="muted">${t.followed[followed]} ${fullTime(expiresAt)}</span>
    <p class="muted">${floors.map(({ component }) => component).join(' · ')}</p>
    <form method="post" action="/status/feedback">
      <input type="hidden" name="id" value="${id}" />
      <button>${t.revoke}</button>
    </form>
  </li>`;
}
