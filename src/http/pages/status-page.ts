import { formatCount, formatShare } from '../../domain/format.ts';
import type { DeliveryRecord } from '../port.ts';
import { blindFact } from './blind-part.ts';
import { feedbackPart } from './feedback-part.ts';
import { html, type Html } from './html.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { ago, incidentHref, section } from './parts.ts';

const MOST_LETTERS = 50;
/** What a person looks for first, in this order; whatever else the status says comes after. */
const FIRST = [
  'lagSeconds',
  'eventTime',
  'openIncidents',
  'budget.expected',
  'budget.observed',
  'budget.perWeek',
  'load.stage',
  'load.keptShare',
  'calibrating',
  'model.name',
];

/** `/status`: whether Spanwatch itself can be trusted right now. */
export async function statusPage(context: PageContext): Promise<string> {
  const { parts, texts } = context;
  const t = texts.status;
  const [status, dead, feedback] = await Promise.all([
    parts.status(),
    parts.outbox?.list({ state: 'dead', limit: MOST_LETTERS }),
    parts.feedback?.list(),
  ]);
  const { ok, reasons } = parts.ready();
  const blind = blindFact(context);
  // In words, where the page knows it; the raw list is for programs.
  const all = flattened(status).filter(([key]) => blind === undefined || !key.startsWith('blind.'));
  const outbox = all.filter(([key]) => key.startsWith('outbox.'));
  const first = FIRST.flatMap((key) => all.filter(([name]) => name === key));
  const rest = all.filter((entry) => !outbox.includes(entry) && !first.includes(entry));
  const body = html`<h1 class="title-row">${t.title}</h1>
    <div id="status-live" data-live>
      ${
        !ok &&
        html`<div class="panel">
          <ul>
            ${reasons.map((reason) => html`<li class="failed">${reason}</li>`)}
          </ul>
        </div>`
      }
      <div class="panel"><dl class="facts">${blind}${first.map((entry) => fact(context, entry))}</dl></div>
      ${section('outbox', t.outbox, outboxPart(context, outbox, dead?.deliveries))}
      ${feedback && feedbackPart(context, feedback)}
      ${section('rest', t.more, html`<dl class="facts">${rest.map((entry) => fact(context, entry))}</dl>`)}
    </div>`;
  return page(context, { title: t.title, section: 'status', body, follows: '' });
}

type Entry = readonly [key: string, value: string | number | boolean | null];

/** Nested objects as `a.b`, lists by their place; two hundred entries at most. */
function flattened(value: object, prefix = ''): Entry[] {
  return Object.entries(value)
    .flatMap(([key, inner]: [string, unknown]): Entry[] => {
      const name = `${prefix}${key}`;
      if (typeof inner === 'object' && inner !== null) return flattened(inner, `${name}.`);
      const plain = typeof inner === 'string' || typeof inner === 'number' || typeof inner === 'boolean';
      return plain || inner === null ? [[name, inner]] : [];
    })
    .slice(0, 200);
}

function fact({ texts, words }: PageContext, [key, value]: Entry): Html {
  const t = texts.status;
  const shown = (): string => {
    if (value === null) return '–';
    if (typeof value === 'boolean') return value ? t.yes : t.no;
    if (typeof value === 'string')
      return value.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d).*Z$/, '$1 $2 UTC');
    if (/bytes$/i.test(key)) return bytes(value);
    if (/share$/i.test(key)) return formatShare(value);
    if (value === 0 && key.endsWith('Seconds')) return '–';
    return key.endsWith('Seconds') ? words.duration(value * 1000) : formatCount(value);
  };
  return html`<div>
    <dt>${t.keys[key] ?? key}</dt>
    <dd>${shown()}</dd>
  </div>`;
}

/** `18 MB`, powers of ten. */
function bytes(value: number): string {
  const power = Math.min(4, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${formatCount(value / 1000 ** power)} ${['B', 'kB', 'MB', 'GB', 'TB'][power]}`;
}

function outboxPart(
  context: PageContext,
  figures: readonly Entry[],
  dead: readonly DeliveryRecord[] | undefined,
): Html {
  const t = context.texts.status;
  return html`<dl class="facts">${figures.map((entry) => fact(context, entry))}</dl>
    ${
      dead !== undefined &&
      html`<h3 class="past">${t.deadLetters}</h3>
        ${
          dead.length === 0
            ? html`<p class="muted">${t.noDeadLetters}</p>`
            : html`<ul class="plain-list letters">
                ${dead.map((letter) => deadLetter(context, letter))}
              </ul>`
        }`
    }`;
}

function deadLetter(context: PageContext, letter: DeliveryRecord): Html {
  const t = context.texts.status;
  const { id, channel, message, reason, incidentId, enqueuedAt } = letter;
  return html`<li>
    <b>${channel}</b> <a href="${incidentHref(incidentId)}">${message.title}</a>
    <span class="muted">${ago(context, enqueuedAt)}</span>
    ${reason !== undefined && html`<p class="muted">${reason}</p>`}
    <form method="post" action="/status/outbox">
      <input type="hidden" name="id" value="${id}" />
      <button name="act" value="resend">${t.resend}</button>
      <button name="act" value="drop">${t.drop}</button>
    </form>
  </li>`;
}
