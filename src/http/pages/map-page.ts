import type { Static } from '@sinclair/typebox';
import { formatCount, formatDurationUs, formatShare } from '../../domain/format.ts';
import { cut, printable } from '../../domain/printable.ts';
import type { serviceMapSchema } from '../schemas/component.ts';
import { serviceMapOf } from '../service-map.ts';
import { html, type Html } from './html.ts';
import { layered, type Layout } from './map-layout.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { incidentHref, serviceHref } from './parts.ts';

type ServiceMap = Static<typeof serviceMapSchema>;
type MapNode = ServiceMap['nodes'][number];
type MapEdge = ServiceMap['edges'][number];

const SIZE = { nodeWidth: 152, nodeHeight: 46, gapX: 64, gapY: 18 };
/** Room for the thickest border. */
const MARGIN = 6;
/** What fits in a node. */
const MOST_CHARACTERS = 20;

/** `/map`: who calls whom, by the calls seen lately; drawn where there is room, and as a list. */
export async function mapPage(context: PageContext): Promise<string> {
  const { parts, texts } = context;
  const open = await parts.incidents.openIncidents();
  const map = serviceMapOf(parts.history?.now() ?? [], open);
  const t = texts.map;
  const body =
    map.nodes.length === 0
      ? html`<h1>${t.title}</h1>
          <p>${t.none}</p>`
      : html`<div class="title-row">
            <h1>${t.title}</h1>
            <span class="count">${t.legend}</span>
          </div>
          <div id="map-live" data-live>
            <div class="map" tabindex="0" role="group" aria-label="${t.title}">${drawing(context, map)}</div>
            <p class="legend map-legend">
              ${(['incident', 'odd', 'ok', 'unknown'] as const).map(
                (health) => html`<span class="health ${health}">${texts.health[health]}</span>`,
              )}
              <span>┄ ${t.dependency}</span>
            </p>
            ${map.omitted > 0 && html`<p class="muted">${t.omitted(map.omitted)}</p>`}
            <h2 class="past">${t.asList}</h2>
            ${list(context, map)}
          </div>`;
  return page(context, { title: t.title, section: 'map', body, follows: '' });
}

function drawing(context: PageContext, { nodes, edges }: ServiceMap): Html {
  const ids = nodes.map(({ id }) => id);
  const layout = layered(ids, edges, SIZE);
  const width = layout.width + 2 * MARGIN;
  const height = layout.height + 2 * MARGIN;
  return html`<svg viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}">
    ${edges.map((edge) => edgePath(context, edge, layout))}
    ${nodes.map((node) => nodeBox(context, node, layout))}
  </svg>`;
}

function nodeBox({ texts }: PageContext, node: MapNode, layout: Layout): Html {
  const place = layout.nodes.get(node.id);
  if (place === undefined) return html``;
  const name = printable(node.name, 200);
  const box = html`<g class="node ${node.kind} ${node.health}" transform="translate(${place.x} ${place.y})">
    <title>${name}: ${texts.health[node.health]}${figures(node)}</title>
    <rect width="${SIZE.nodeWidth}" height="${SIZE.nodeHeight}" rx="8" />
    <text x="10" y="20">${cut(name, MOST_CHARACTERS)}</text>
    <text class="sub" x="10" y="36">${sub(texts, node)}</text>
  </g>`;
  const [incident] = node.incidents;
  if (incident !== undefined) return html`<a href="${incidentHref(incident)}">${box}</a>`;
  return node.kind === 'service' ? html`<a href="${serviceHref(node.id)}">${box}</a>` : box;
}

function sub(texts: PageContext['texts'], { latency, ratePerSecond }: MapNode): string {
  const rate = texts.map.perSecond(formatCount(ratePerSecond));
  return latency === null ? rate : `${rate} · ${formatDurationUs(latency.observedUs)}`;
}

function figures({ latency, errorRatio }: MapNode | MapEdge): string {
  const parts = [
    latency === null ? '' : formatDurationUs(latency.observedUs),
    errorRatio === null || errorRatio === 0 ? '' : `${formatShare(errorRatio)} errors`,
  ].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

/** From the caller's right side to the callee's left; backwards edges bow below. */
function edgePath({ texts }: PageContext, edge: MapEdge, { nodes }: Layout): Html {
  const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
  if (from === undefined || to === undefined) return html``;
  const [x1, y1] = [from.x + SIZE.nodeWidth, from.y + SIZE.nodeHeight / 2];
  const [x2, y2] = [to.x, to.y + SIZE.nodeHeight / 2];
  const bend = Math.max(32, Math.abs(x2 - x1) / 2);
  const path =
    x2 > x1
      ? `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`
      : `M${x1} ${y1} C${x1 + 48} ${y1 + 60} ${x2 - 48} ${y2 + 60} ${x2} ${y2}`;
  // A tenth of a call a second is a hair, a hundred a rope.
  const width = Math.min(5, 1.25 + Math.log10(1 + edge.ratePerSecond) * 1.5).toFixed(2);
  return html`<path class="edge ${edge.health}" stroke-width="${width}" d="${path}">
    <title>
      ${printable(edge.from, 200)} → ${printable(edge.to, 200)}:
      ${texts.map.perSecond(formatCount(edge.ratePerSecond))}
    </title>
  </path>`;
}

function list({ texts }: PageContext, { nodes, edges }: ServiceMap): Html {
  const nameOf = new Map(nodes.map(({ id, name }) => [id, printable(name, 200)]));
  const t = texts.services.columns;
  const rank = { incident: 0, odd: 1, unknown: 2, ok: 3 };
  // What emits no spans stands with its caller, unless something is wrong with it.
  const listed = nodes.filter(
    ({ kind, health }) => kind === 'service' || health === 'incident' || health === 'odd',
  );
  const sorted = listed.toSorted((a, b) => rank[a.health] - rank[b.health] || (a.name < b.name ? -1 : 1));
  return html`<table class="rows">
    <thead>
      <tr>
        <th scope="col">${t.service}</th>
        <th scope="col">${t.health}</th>
        <th scope="col" class="number">${t.rate}</th>
        <th scope="col">→</th>
      </tr>
    </thead>
    <tbody>
      ${sorted.map((node) => {
        const callees = edges.filter(({ from }) => from === node.id).map(({ to }) => nameOf.get(to) ?? to);
        const name = printable(node.name, 200);
        return html`<tr>
          <th scope="row">
            ${node.kind === 'service' ? html`<a href="${serviceHref(node.id)}">${name}</a>` : name}
          </th>
          <td data-label="${t.health}">
            <span class="health ${node.health}">${texts.health[node.health]}</span>
          </td>
          <td class="number" data-label="${t.rate}">${formatCount(node.ratePerSecond)}</td>
          <td data-label="→"><span>${callees.length === 0 ? '–' : callees.join(', ')}</span></td>
        </tr>`;
      })}
    </tbody>
  </table>`;
}
