import { type Incident, SEVERITIES, type Severity } from '../../domain/incident.ts';
import { atItsWorst } from './at-its-worst.ts';
import { html, type Html } from './html.ts';
import { ago, endOf, incidentHref, severityChip, shortTime, stateChip, trafficHit } from './parts.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { nowByComponent, type Present, presentOf } from './present.ts';
import { presentText } from './headline.ts';

export interface ListFilter {
  readonly state: 'all' | 'open' | 'resolved';
  /** This severity or worse. */
  readonly severity?: Severity;
  /** Part of the name of a suspect's service. */
  readonly service: string;
  /** Only what opened before it, epoch ms. */
  readonly beforeMs?: number;
}

/** A phone shows ten without much scrolling; older ones are a page away. */
const PAGE_SIZE = 50;

/** `/`: what is open first, worst first; then what was, newest first. */
export async function incidentListPage(context: PageContext, filter: ListFilter): Promise<string> {
  const { parts, texts } = context;
  const { beforeMs } = filter;
  const { incidents: allOpen, presents } = await worstOf(context, await parts.incidents.openIncidents());
  const latest = await parts.incidents.incidents({
    limit: PAGE_SIZE,
    ...(beforeMs === undefined ? {} : { beforeMs }),
  });
  const open = allOpen
    .filter((incident) => matches(incident, filter))
    .toSorted((a, b) => compareSeverity(a, b) || b.openedAt - a.openedAt);
  const ended = latest.filter((incident) => incident.state === 'resolved' && matches(incident, filter));
  const { incidents: past } = await worstOf(context, ended);
  const older = latest.length < PAGE_SIZE ? undefined : latest.at(-1)?.openedAt;
  const showsOpen = beforeMs === undefined && filter.state !== 'resolved';
  const body = html`
    <div class="title-row">
      <h1>${texts.list.title}</h1>
      ${allOpen.length > 0 && html`<span class="count">${texts.list.open(allOpen.length)}</span>`}
    </div>
    ${filterForm(context, filter)}
    <div id="list" data-live>
      ${showsOpen && open.length > 0 && table(context, { incidents: open, presents }, 'open')}
      ${showsOpen && allOpen.length === 0 && calm(context)}
      ${
        filter.state !== 'open' &&
        past.length > 0 && [
          showsOpen ? html`<h2 class="past">${texts.list.past}</h2>` : html``,
          table(context, { incidents: past, presents }, 'past'),
        ]
      }
      ${open.length + past.length === 0 && allOpen.length > 0 && html`<p>${texts.list.none}</p>`}
    </div>
    <p class="pager">
      ${beforeMs !== undefined && html`<a href="/">${texts.list.newest}</a>`}
      ${
        older !== undefined &&
        filter.state !== 'open' &&
        html`<a href="${olderHref(filter, older)}">${texts.list.older}</a>`
      }
    </p>
  `;
  const title = allOpen.length > 0 ? `(${allOpen.length}) ${texts.list.title}` : texts.list.title;
  return page(context, { title, section: 'incidents', body, follows: '' });
}

/** More open ones than this are shown as they are: their events are not all read for a list. */
const MOST_READ = PAGE_SIZE;

/** So that list and page say the same figures. */
async function worstOf(context: PageContext, listed: readonly Incident[]): Promise<Listed> {
  const now = nowByComponent(context);
  const presents = new Map<string, Present>();
  const read = listed.slice(-MOST_READ);
  const worst = await Promise.all(
    read.map(async (stored) => {
      const incident = atItsWorst(stored, await context.parts.incidents.events(stored.id));
      const present = presentOf(context, { worst: incident, stored }, now);
      if (present !== undefined) presents.set(incident.id, present);
      return incident;
    }),
  );
  return { incidents: [...listed.slice(0, listed.length - read.length), ...worst], presents };
}

interface Listed {
  readonly incidents: readonly Incident[];
  /** Of those that are another figure now than at their worst, by id. */
  readonly presents: ReadonlyMap<string, Present>;
}

function calm({ texts }: PageContext): Html {
  return html`<div class="calm">
    <svg viewBox="0 0 24 24" width="28" height="28" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d="M7 12.5l3.5 3.5L17 9" />
    </svg>
    <p><strong>${texts.list.calm}</strong><br /><a href="/status">${texts.list.calmMore}</a></p>
  </div>`;
}

function filterForm({ texts, locale, parts }: PageContext, filter: ListFilter): Html {
  const t = texts.list.filters;
  const option = (value: string, label: string, chosen: boolean): Html =>
    chosen
      ? html`<option value="${value}" selected>${label}</option>`
      : html`<option value="${value}">${label}</option>`;
  return html`<form class="filters" method="get" action="/" role="search">
    ${locale !== parts.locale && html`<input type="hidden" name="lang" value="${locale}" />`}
    <label>
      <span>${t.state}</span>
      <select name="state">
        ${(['all', 'open', 'resolved'] as const).map((state) => option(state, t[state], filter.state === state))}
      </select>
    </label>
    <label>
      <span>${t.severity}</span>
      <select name="severity">
        ${option('', t.any, filter.severity === undefined)}
        ${SEVERITIES.map((severity) =>
          option(severity, severity === 'P0' ? severity : `${severity} +`, filter.severity === severity),
        )}
      </select>
    </label>
    <label class="grow">
      <span>${t.search}</span>
      <input type="search" name="service" value="${filter.service}" maxlength="100" />
    </label>
    <button>${t.apply}</button>
  </form>`;
}

function table(context: PageContext, { incidents, presents }: Listed, id: string): Html {
  const { texts } = context;
  const t = texts.list.columns;
  return html`<table class="incidents ${id}">
    <thead>
      <tr>
        <th scope="col">${t.severity}</th>
        <th scope="col">${t.what}</th>
        <th scope="col">${t.since}</th>
        <th scope="col" class="number">${t.hit}</th>
        <th scope="col">${t.state}</th>
      </tr>
    </thead>
    <tbody>
      ${incidents.map((incident) => row(context, incident, presents.get(incident.id)))}
    </tbody>
  </table>`;
}

function row(context: PageContext, incident: Incident, present: Present | undefined): Html {
  const { texts, words } = context;
  const ended = endOf(incident);
  const taken = incident.acknowledgedBy;
  return html`<tr>
    <td class="cell-sev">${severityChip(incident.severity)}</td>
    <td class="cell-what">
      <a href="${incidentHref(incident.id)}"
        >${
          ended === undefined && present === undefined
            ? words.clause(incident)
            : texts.headline.atWorst(words.clause(incident))
        }</a
      >
      ${present !== undefined && html`<span class="muted">${presentText(texts, present)}</span>`}
      ${
        incident.state === 'acknowledged' &&
        taken !== undefined &&
        html`<span class="muted">${texts.list.takenBy(taken)}</span>`
      }
    </td>
    <td class="cell-since">
      ${shortTime(context, incident.startedAt)}
      <span class="muted"
        >${
          ended === undefined ? ago(context, incident.startedAt) : words.duration(ended - incident.startedAt)
        }</span
      >
    </td>
    <td class="cell-hit number">
      <span class="label">${texts.list.columns.hit}</span> ${trafficHit(incident)}
    </td>
    <td class="cell-state">${stateChip(context, incident.state)}</td>
  </tr>`;
}

function matches(incident: Incident, { state, severity, service }: ListFilter): boolean {
  if (state === 'open' && incident.state === 'resolved') return false;
  if (state === 'resolved' && incident.state !== 'resolved') return false;
  if (severity !== undefined && SEVERITIES.indexOf(incident.severity) > SEVERITIES.indexOf(severity))
    return false;
  if (service === '') return true;
  const wanted = service.toLowerCase();
  return incident.finalSuspects.some((suspect) => suspect.service.toLowerCase().includes(wanted));
}

function compareSeverity(a: Incident, b: Incident): number {
  return SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
}

function olderHref({ state, severity, service }: ListFilter, beforeMs: number): string {
  const query = new URLSearchParams({ state, before: String(beforeMs) });
  if (severity !== undefined) query.set('severity', severity);
  if (service !== '') query.set('service', service);
  return `/?${query.toString()}`;
}
