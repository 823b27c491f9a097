import { printService } from '../../domain/component-grammar.ts';
import { formatCount, formatDurationUs, formatShare, formatValue } from '../../domain/format.ts';
import type { ComponentNow } from '../../history/port.ts';
import { componentHealth, type ParsedNow, parseNow } from '../service-health.ts';
import { servicesOf } from '../service-map.ts';
import { chartData } from './evidence-charts.ts';
import { html, type Html, jsonIsland } from './html.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { ago, incidentHref, section, serviceHref } from './parts.ts';

/** Six charts are two screens; three hours are enough to see a morning. */
const MOST_CHARTS = 6;
const CHART_MS = 3 * 3_600_000;
const CHART_POINTS = 240;
const MOST_COMPONENTS = 300;

const RANK = { incident: 0, odd: 1, unknown: 2, ok: 3 } as const;

/** `/services`: all that are known, what is off its normal first. */
export async function servicesPage(context: PageContext, filter: string): Promise<string> {
  const { parts, texts, locale } = context;
  const t = texts.services;
  const open = await parts.incidents.openIncidents();
  const services = servicesOf(parts.history?.now() ?? [], open)
    .filter(({ service }) => service.toLowerCase().includes(filter.toLowerCase()))
    .toSorted((a, b) => RANK[a.health] - RANK[b.health] || (a.service < b.service ? -1 : 1));
  const body = html`<h1 class="title-row">${t.title}</h1>
    <form class="filters" method="get" action="/services" role="search">
      ${locale !== parts.locale && html`<input type="hidden" name="lang" value="${locale}" />`}
      <label class="grow">
        <span>${t.filter}</span>
        <input type="search" name="q" value="${filter}" maxlength="100" />
      </label>
      <button>${t.show}</button>
    </form>
    <div id="services-live" data-live>
      ${
        services.length === 0
          ? html`<p>${t.none}</p>`
          : html`<table class="rows">
              <thead>
                <tr>
                  <th scope="col">${t.columns.service}</th>
                  <th scope="col">${t.columns.health}</th>
                  <th scope="col" class="number">${t.columns.rate}</th>
                  <th scope="col" class="number">${t.columns.latency}</th>
                  <th scope="col" class="number">${t.columns.normal}</th>
                  <th scope="col" class="number">${t.columns.errors}</th>
                </tr>
              </thead>
              <tbody>
                ${services.map((service) => serviceRow(context, service))}
              </tbody>
            </table>`
      }
    </div>`;
  return page(context, { title: t.title, section: 'services', body, follows: '' });
}

function serviceRow({ texts }: PageContext, one: ReturnType<typeof servicesOf>[number]): Html {
  const t = texts.services;
  const { latency, errorRatio } = one;
  const expected = latency?.expectedUs ?? null;
  const [incident] = one.incidents;
  const health = html`<span class="health ${one.health}">${texts.health[one.health]}</span>`;
  return html`<tr>
    <th scope="row">
      <a href="${serviceHref(one.service)}">${one.name}</a> <span class="label">${placeOf(one)}</span>
    </th>
    <td data-label="${t.columns.health}">
      ${incident === undefined ? health : html`<a href="${incidentHref(incident)}">${health}</a>`}
    </td>
    <td class="number" data-label="${t.columns.rate}">${formatCount(one.ratePerSecond)}</td>
    <td class="number" data-label="${t.columns.latency}">
      ${latency === null ? '–' : formatDurationUs(latency.observedUs)}
    </td>
    <td class="number" data-label="${t.columns.normal}">
      ${expected === null ? html`<span class="muted">${t.unknown}</span>` : formatDurationUs(expected)}
    </td>
    <td class="number" data-label="${t.columns.errors}">
      ${errorRatio === null ? '–' : formatShare(errorRatio)}
    </td>
  </tr>`;
}

function placeOf({ environment, namespace }: { environment: string; namespace: string }): string {
  return [environment, namespace].filter((part) => part !== '').join(' / ');
}

/** `/services/KEY`: its components beside their baselines, and the hours behind. Undefined when it is not known. */
export async function servicePage(context: PageContext, key: string): Promise<string | undefined> {
  const { parts, texts } = context;
  const own = parseNow(parts.history?.now() ?? []).filter(
    ({ component }) => printService(component.service) === key,
  );
  if (own.length === 0) return undefined;
  const open = await parts.incidents.openIncidents();
  const [service] = servicesOf(
    own.map(({ now }) => now),
    open,
  ).filter((one) => one.service === key);
  const sorted = own.toSorted((a, b) => farness(b.now) - farness(a.now));
  const [incident] = service?.incidents ?? [];
  const health = service?.health ?? 'unknown';
  const body = html`<div class="title-row">
      <h1>${key}</h1>
      ${
        incident === undefined
          ? html`<span class="health ${health}">${texts.health[health]}</span>`
          : html`<a href="${incidentHref(incident)}"
              ><span class="health ${health}">${texts.health[health]}</span></a
            >`
      }
    </div>
    ${section('charts-of', texts.services.charts, await charts(context, sorted))}
    ${section('components', texts.services.components, components(context, sorted))}`;
  return page(context, { title: key, section: 'services', body, charts: true });
}

/** How far from normal, in half bands; what is not learned has no distance. */
function farness({ observed, expected, low, high }: ComponentNow): number {
  if (expected === undefined) return -1;
  const half = ((high ?? expected) - (low ?? expected)) / 2;
  return half <= 0 ? 0 : Math.abs(observed - expected) / half;
}

async function charts(context: PageContext, own: readonly ParsedNow[]): Promise<Html> {
  const { parts, nowMs, words, texts } = context;
  const chosen = own
    .filter(({ component: { kind } }) => kind === 'self' || kind === 'total' || kind === 'error')
    .toSorted((a, b) => b.now.count - a.now.count)
    .slice(0, MOST_CHARTS);
  const series = await Promise.all(
    chosen.map(async ({ now: { component } }) =>
      parts.history?.series({ component, fromMs: nowMs - CHART_MS, toMs: nowMs, maxPoints: CHART_POINTS }),
    ),
  );
  const drawn = series.map((one) =>
    one === undefined || one.points.length < 2 ? undefined : chartData(context, one, []),
  );
  return html`<div class="charts">
      ${chosen.map(
        ({ now }, i) =>
          html`<figure>
            <figcaption>
              <span>${words.component(now.component)}</span>
              <b class="number">${formatValue(now.observed, now.unit)}</b>
              ${
                now.expected !== undefined &&
                html`<span class="muted number"
                  >${texts.tiles.normally} ${formatValue(now.expected, now.unit)}</span
                >`
              }
            </figcaption>
            ${
              drawn[i] === undefined
                ? html`<p class="muted no-chart">${texts.evidence.noHistory}</p>`
                : html`<div class="chart" data-chart="${i}"></div>`
            }
          </figure>`,
      )}
    </div>
    ${jsonIsland('charts', drawn)}`;
}

function components(context: PageContext, own: readonly ParsedNow[]): Html {
  const { texts, words } = context;
  const t = texts.services.componentColumns;
  return html`<table class="rows">
    <thead>
      <tr>
        <th scope="col">${t.component}</th>
        <th scope="col" class="number">${t.now}</th>
        <th scope="col" class="number">${t.normal}</th>
        <th scope="col" class="number">${t.count}</th>
        <th scope="col">${t.seen}</th>
      </tr>
    </thead>
    <tbody>
      ${own.slice(0, MOST_COMPONENTS).map(({ now }) => {
        const health = componentHealth(now);
        return html`<tr>
          <th scope="row"><span class="health ${health}"></span>${words.component(now.component)}</th>
          <td class="number" data-label="${t.now}">${formatValue(now.observed, now.unit)}</td>
          <td class="number" data-label="${t.normal}">
            ${
              now.expected === undefined
                ? html`<span class="muted">${texts.services.unknown}</span>`
                : formatValue(now.expected, now.unit)
            }
          </td>
          <td class="number" data-label="${t.count}">${formatCount(now.count)}</td>
          <td data-label="${t.seen}">${ago(context, now.lastSeenMs)}</td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
