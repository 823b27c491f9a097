import type { Incident } from '../../domain/incident.ts';
import type { IncidentLogs, TraceLogs } from '../../logs/port.ts';
import { html, type Html } from './html.ts';
import { LOG_TEXTS } from './log-texts.ts';
import type { PageContext } from './page-context.ts';
import { section } from './parts.ts';

/** What the traces of an incident logged, and where all of it is; nothing where no store of logs is known. */
export async function logSection({ parts, locale }: PageContext, incident: Incident): Promise<Html | false> {
  const texts = LOG_TEXTS[locale];
  if (parts.logs === undefined) return false;
  const logs = await parts.logs.logs(incident.id);
  const link = parts.logs.link?.(incident);
  return section(
    'logs',
    texts.title,
    html`${linesOrWhy(logs, texts)}
    ${link !== undefined && html`<p><a href="${link}" rel="noreferrer">${texts.all}</a></p>`}`,
  );
}

type Texts = (typeof LOG_TEXTS)['en'];

function linesOrWhy(logs: IncidentLogs | undefined, texts: Texts): readonly Html[] | Html {
  const found = logs?.traces.filter(({ lines }) => lines.length > 0) ?? [];
  if (found.length > 0) return found.map((trace) => linesOf(trace, texts));
  return html`<p class="muted">${logs === undefined ? texts.notYet : texts.nothing}</p>`;
}

function linesOf({ role, traceId, lines, more }: TraceLogs, texts: Texts): Html {
  const items = lines.map(
    ({ atMs, level, service, text }) =>
      html`<li class="${level}">
        <time>${timeOf(atMs)}</time>
        ${level !== '' && html`<b>${level}</b>`}
        ${service !== '' && html`<span class="who">${service}</span>`}
        <span class="line">${text}</span>
      </li>`,
  );
  return html`<h3>${texts.of[role]} <code>${traceId}</code></h3>
    <ol class="log-lines">
      ${items}
    </ol>
    ${more && html`<p class="muted">${texts.more(lines.length)}</p>`}`;
}

/** To the millisecond: lines of one trace are close together. */
function timeOf(atMs: number): string {
  return new Date(Math.min(Math.max(0, atMs), MAX_DATE_MS)).toISOString().slice(11, 23);
}

/** The latest time whose text has four digits of a year. */
const MAX_DATE_MS = 253_402_300_799_999;
