import type { Incident, IncidentEvent } from '../../domain/incident.ts';
import type { DeliveryRecord, DeliveryStateName } from '../port.ts';
import { html, type Html } from './html.ts';
import { severityChip, shortTime } from './parts.ts';
import type { PageContext } from './page-context.ts';

/** What happened, oldest first. Updates of figures alone are counted, not listed: there is one every ten seconds. */
export function timeline(context: PageContext, incident: Incident, events: readonly IncidentEvent[]): Html {
  const shown = events.filter(({ type }) => type !== 'updated');
  return html`<ol class="timeline">
    <li class="began">${shortTime(context, incident.startedAt)} <span>${context.texts.began}</span></li>
    ${shown.map((event) => entry(context, event))}
  </ol>`;
}

function entry(context: PageContext, event: IncidentEvent): Html {
  const { texts } = context;
  return html`<li class="${event.type}">
    ${shortTime(context, event.at)}
    <span>
      <b>${texts.events[event.type]}</b>
      ${'severity' in event && severityChip(event.severity)}
      ${event.type === 'feedback' && html`<em>${texts.verdicts[event.verdict]}</em>`}
      ${'by' in event && event.by !== undefined && html`<span class="muted">${texts.by(event.by)}</span>`}
      ${event.type === 'noted' && html`<q>${event.text}</q>`}
    </span>
  </li>`;
}

/** Who was told what, newest last. */
export function deliveryList(context: PageContext, deliveries: readonly DeliveryRecord[]): Html {
  const { texts } = context;
  if (deliveries.length === 0) return html`<p class="muted">${texts.told.none}</p>`;
  return html`<ol class="timeline told">
    ${deliveries.toReversed().map(
      ({ channel, message, state, attempts, reason, enqueuedAt }) =>
        html`<li class="${state}">
          ${shortTime(context, enqueuedAt)}
          <span>
            <b>${channel}</b>
            <span class="delivery ${state}">${texts.told.states[state as DeliveryStateName] ?? state}</span>
            ${attempts > 1 && html`<span class="muted">${texts.told.attempts(attempts)}</span>`}
            <span class="muted">${message.title}</span>
            ${state !== 'sent' && reason !== undefined && html`<span class="muted">${reason}</span>`}
          </span>
        </li>`,
    )}
  </ol>`;
}
