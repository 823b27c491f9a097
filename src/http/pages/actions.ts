import type { Incident } from '../../domain/incident.ts';
import { html, type Html } from './html.ts';
import { incidentHref } from './parts.ts';
import type { PageContext } from './page-context.ts';

/**
 * What a person may do, as one plain form with a button for each: it works without scripts. `revision` is what the person
 * looked at; whoever was faster wins, and the other is told. After a post the answer is a redirect here.
 */
export function actionForm({ texts, parts }: PageContext, incident: Incident, by: string): Html {
  const t = texts.act;
  if (parts.command === undefined) return html`<p class="muted">${t.readOnly}</p>`;
  const href = incidentHref(incident.id);
  const button = (act: string, label: string, style = ''): Html =>
    html`<button class="${style}" formaction="${href}/${act}">${label}</button>`;
  const open = incident.state !== 'resolved';
  return html`<form class="act" method="post" action="${href}/note">
    <input type="hidden" name="revision" value="${incident.revision}" />
    <label>
      <span>${t.name}</span>
      <input name="by" value="${by}" maxlength="100" autocomplete="name" required />
    </label>
    <label class="wide">
      <span>${t.note}</span>
      <textarea name="text" rows="2" maxlength="2000" placeholder="${t.notePlaceholder}"></textarea>
    </label>
    <div class="buttons">
      ${incident.state === 'open' && button('acknowledge', t.acknowledge, 'primary')}
      ${button('note', t.addNote)} ${open && button('resolve', t.resolve)}
    </div>
    <details class="wide">
      <summary>${t.feedback}</summary>
      <div class="verdicts">
        <p>${button('not-an-anomaly', texts.act.notAnomaly)} <span>${t.notAnomalyWhy}</span></p>
        <p>${button('normal-now', texts.act.normalNow)} <span>${t.normalNowWhy}</span></p>
      </div>
    </details>
  </form>`;
}
