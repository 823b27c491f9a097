import { formatShare, formatShortTime, formatTime } from '../../domain/format.ts';
import type { Incident, IncidentState, Severity } from '../../domain/incident.ts';
import { html, type Html } from './html.ts';
import type { PageContext } from './page-context.ts';
import type { Sureness } from './texts.ts';

/** Small parts that several pages are made of. */

export function severityChip(severity: Severity): Html {
  return html`<span class="chip sev ${severity}">${severity}</span>`;
}

export function stateChip({ texts }: PageContext, state: IncidentState): Html {
  return html`<span class="chip state ${state}">${texts.states[state]}</span>`;
}

/** `03:12 UTC`; a module adds the reader's own time as a title. */
export function shortTime({ nowMs }: PageContext, ms: number): Html {
  return html`<time datetime="${iso(ms)}">${formatShortTime(ms, nowMs)}</time>`;
}

export function fullTime(ms: number): Html {
  return html`<time datetime="${iso(ms)}">${formatTime(ms)}</time>`;
}

/** `14 min ago`; nothing for what lies ahead of the clock. */
export function ago({ nowMs, texts, words }: PageContext, ms: number): string {
  return nowMs > ms ? texts.ago(words.duration(nowMs - ms)) : '';
}

/** The latest and earliest times that a Date can hold (ECMA-262, 21.4.1.1). */
const MAX_DATE_MS = 8.64e15;

function iso(ms: number): string {
  return new Date(Math.min(Math.max(Number.isFinite(ms) ? ms : 0, 0), MAX_DATE_MS)).toISOString();
}

export function incidentHref(id: string): string {
  return `/incidents/${encodeURIComponent(id.toWellFormed())}`;
}

export function serviceHref(key: string): string {
  return `/services/${encodeURIComponent(key.toWellFormed())}`;
}

/** Three quarters of the excess explained is as sure as it gets; below a half another cause is as good. */
export function surenessOf(share: number): Sureness {
  if (share >= 0.75) return 'sure';
  return share >= 0.5 ? 'likely' : 'unsure';
}

/** When it ended, by the evidence; undefined while it goes on. */
export function endOf(incident: Incident): number | undefined {
  if (incident.resolvedAt === null) return undefined;
  return incident.firing.at(-1)?.[1] ?? incident.resolvedAt;
}

export function trafficHit(incident: Incident): string {
  return incident.harm.share > 0 ? formatShare(incident.harm.share) : '–';
}

/** A heading with an anchor, and what is under it. */
export function section(id: string, title: string, body: Html | readonly Html[]): Html {
  return html`<section class="panel" id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title">${title}</h2>
    ${body}
  </section>`;
}
