import { formatDurationUs } from '../../domain/format.ts';
import type { Exemplar } from '../../domain/evidence.ts';
import { printable } from '../../domain/printable.ts';
import { traceAddress } from '../../domain/trace-id-forms.ts';
import type { KeptSpan } from '../../traces/port.ts';
import { html, type Html } from './html.ts';
import { incidentHref } from './parts.ts';
import type { PageContext } from './page-context.ts';
import { compare, type Comparison, type Row, type Waterfall } from './waterfall-rows.ts';

/** Deeper ones are indented no further: names must stay readable. */
const MOST_INDENT = 12;

/** The trace that shows it, called `name`, and the typical one as two waterfalls to one scale. Works without scripts; bars are SVG. */
export async function traceComparison(
  context: PageContext,
  incidentId: string,
  {
    exemplar,
    all,
    name,
  }: { readonly exemplar: Exemplar | undefined; readonly all: boolean; readonly name: string },
): Promise<Html> {
  const { texts, parts } = context;
  const t = texts.traces;
  if (exemplar === undefined) return html`<p class="muted">${t.noTypical}</p>`;
  const { traceId, typicalTraceId } = exemplar;
  const slow = await parts.traces.trace(traceId);
  const typical = typicalTraceId === undefined ? undefined : await parts.traces.trace(typicalTraceId);
  const comparison = compare(slow, typical, { all });
  const href = incidentHref(incidentId);
  return html`
    <div class="waterfalls">
      ${panel(context, { title: name.charAt(0).toUpperCase() + name.slice(1), traceId, waterfall: comparison.slow, comparison, isSlow: true })}
      ${
        typicalTraceId === undefined
          ? html`<p class="muted">${t.noTypical}</p>`
          : panel(context, {
              title: t.typical,
              traceId: typicalTraceId,
              waterfall: comparison.typical,
              comparison,
              isSlow: false,
            })
      }
    </div>
    <p class="legend">
      ${swatch('usual')} ${t.legend.normal} ${swatch('excess')} ${t.legend.excess} ${swatch('alone')}
      ${t.legend.gone}
      ${
        all
          ? html`<a href="${href}#traces">${t.fewer}</a>`
          : comparison.folded && html`<a href="${href}?spans=all#traces">${t.all}</a>`
      }
    </p>
  `;
}

function swatch(name: string): Html {
  return html`<svg class="swatch" width="14" height="10" aria-hidden="true">
    <rect class="${name}" width="14" height="10" rx="2" />
  </svg>`;
}

interface Panel {
  readonly title: string;
  readonly traceId: string;
  readonly waterfall: Waterfall | undefined;
  readonly comparison: Comparison;
  readonly isSlow: boolean;
}

function panel(context: PageContext, { title, traceId, waterfall, comparison, isSlow }: Panel): Html {
  const { texts, parts } = context;
  const t = texts.traces;
  const viewer = parts.traceUrl && traceAddress(parts.traceUrl, traceId);
  return html`<div class="waterfall">
    <h3>
      ${title}
      ${
        waterfall !== undefined &&
        html`<span class="number">${formatDurationUs(waterfall.lengthUs)} <small>${t.total}</small></span>`
      }
    </h3>
    <p class="trace-id">
      <code>${traceId}</code>
      ${viewer !== undefined && html`<a href="${viewer}" rel="noreferrer">${t.open}</a>`}
    </p>
    ${
      waterfall === undefined
        ? html`<p class="muted">${t.missing(traceId)}</p>`
        : html`<table>
            <caption class="visually-hidden">
              ${title}
            </caption>
            <colgroup>
              <col class="c1" />
              <col />
              <col class="c3" />
            </colgroup>
            <thead class="visually-hidden">
              <tr>
                <th scope="col">${t.columns.span}</th>
                <th scope="col">${t.columns.time}</th>
                <th scope="col">${t.columns.duration}</th>
              </tr>
            </thead>
            <tbody>
              ${waterfall.rows.map((row) => rowOf(context, row, { scaleUs: comparison.scaleUs, isSlow }))}
            </tbody>
          </table>`
    }
    ${
      waterfall !== undefined &&
      waterfall.omitted > 0 &&
      html`<p class="muted">${t.omitted(waterfall.omitted)}</p>`
    }
  </div>`;
}

function rowOf(
  { texts }: PageContext,
  row: Row,
  { scaleUs, isSlow }: { readonly scaleUs: number; readonly isSlow: boolean },
): Html {
  const t = texts.traces;
  const { node, mark, excessUs } = row;
  const { span } = node;
  const remark = remarkOf(row, t, isSlow);
  return html`<tr class="${mark}">
    <th scope="row" class="d${indent(row.depth)}" title="${nameOf(span)}">
      ${span.failed && html`<span class="failed">${t.failed}</span>`}
      <b>${span.service}</b> <span class="op">${operationOf(span)}</span>
      ${row.folded > 0 && html`<span class="fold" title="${t.folded(row.folded)}">+${row.folded}</span>`}
    </th>
    <td class="bar">${bar(row, scaleUs)}</td>
    <td class="number took">
      ${formatDurationUs(span.durationUs)}
      ${remark !== '' && html`<span class="remark ${mark}">${remark}</span>`}
      ${
        remark === '' &&
        isSlow &&
        excessUs !== undefined &&
        excessUs >= 1000 &&
        html`<span class="remark">+${formatDurationUs(excessUs)}</span>`
      }
    </td>
  </tr>`;
}

function nameOf(span: KeptSpan): string {
  return printable(`${span.service} ${operationOf(span)}`, 300);
}

function operationOf({ operation, peer = '' }: KeptSpan): string {
  return printable(peer === '' ? operation : `${operation} → ${peer}`, 200);
}

function remarkOf(row: Row, t: PageContext['texts']['traces'], isSlow: boolean): string {
  if (row.mark === 'excess') return `+${formatDurationUs(row.excessUs ?? row.ownExcessUs)}`;
  if (row.mark === 'alone') return isSlow ? t.fresh : t.gone;
  return '';
}

/** The span where it lies; what is longer than usual and its own doing at its end, in another colour. */
function bar({ node, mark, ownExcessUs }: Row, scaleUs: number): Html {
  const percent = (us: number): string => `${Math.min(100, Math.max(0, (us / scaleUs) * 100)).toFixed(2)}%`;
  const { startUs, durationUs } = node.span;
  // A span that is too short for a pixel is still a span.
  const width = Math.max(durationUs, scaleUs * 0.004);
  const excess = mark === 'excess' ? Math.min(ownExcessUs, durationUs) : 0;
  return html`<svg width="100%" height="12" aria-hidden="true">
    <rect
      class="${mark === 'alone' ? 'alone' : 'usual'}"
      x="${percent(startUs)}"
      width="${percent(width)}"
      height="12"
      rx="2"
    />
    ${
      excess > 0 &&
      html`<rect
        class="excess"
        x="${percent(startUs + durationUs - excess)}"
        width="${percent(excess)}"
        height="12"
        rx="2"
      />`
    }
  </svg>`;
}

function indent(depth: number): number {
  return Math.min(MOST_INDENT, depth);
}
