import type { Evidence } from '../../domain/evidence.ts';
import { formatDurationUs, formatShare, formatTimes } from '../../domain/format.ts';
import { type Incident, isAnsweredWithout } from '../../domain/incident.ts';
import { html, type Html } from './html.ts';
import type { PageTexts } from './texts.ts';
import { ago, endOf, fullTime, severityChip, shortTime, stateChip, surenessOf } from './parts.ts';
import type { PageContext } from './page-context.ts';
import type { Present } from './present.ts';

/** The one sentence that a tired engineer needs, and four figures under it. */
export function headline(context: PageContext, whole: Incident, present?: Present): Html {
  const { texts, words, parts } = context;
  const incident = words.local(whole);
  return html`<header class="headline ${incident.severity} ${incident.state}">
    <p class="chips">
      ${severityChip(incident.severity)} ${stateChip(context, incident.state)}
      ${
        incident.acknowledgedBy !== undefined &&
        incident.state !== 'resolved' &&
        html`<span class="muted">${texts.list.takenBy(incident.acknowledgedBy)}</span>`
      }
      ${(parts.tickets?.(incident) ?? []).map(({ label, url }) => html`<a href="${url}" rel="noreferrer">${label}</a> `)}
      <span class="muted id">${incident.id}</span>
    </p>
    <h1>${sentence(context, incident, present)}</h1>
    ${words.deploys(incident).map((deploy) => html`<p class="deploy">${deploy}</p>`)}
    <dl class="tiles">${tiles(context, incident, present)}</dl>
  </header>`;
}

/** `present`: how it is now, when that is another figure than its worst. */
export function sentence({ texts, words, nowMs }: PageContext, whole: Incident, present?: Present): string {
  const incident = words.local(whole);
  const [suspect] = incident.finalSuspects;
  const evidence =
    suspect === undefined ? incident.evidence[0] : words.evidenceOf(suspect, incident.evidence);
  const what = words.clause(incident);
  // The clause of a rule or a tail has them.
  const isTold = evidence === undefined || evidence.rule !== undefined || evidence.tail !== undefined;
  const figures = isTold ? '' : figuresOf(evidence);
  const ended = endOf(incident);
  if (ended !== undefined)
    return texts.headline.resolved({ what, figures, lasted: words.duration(ended - incident.startedAt) });
  const share = suspect?.share ?? 0;
  const name = suspect === undefined ? words.message(incident).title : words.suspectName(suspect);
  return texts.headline.sentence({
    what: present === undefined ? what : texts.headline.atWorst(what),
    figures,
    since: sinceText(incident.startedAt, nowMs),
    sure: texts.headline.sure[surenessOf(share)](name, formatShare(share)),
  });

  function figuresOf(piece: Evidence): string {
    const component = words.component(piece.component);
    const { observed: worst, expected } = words.figures(piece);
    return present === undefined
      ? texts.headline.figures(component, worst, expected)
      : texts.headline.bothFigures(component, presentText(texts, present), worst, expected);
  }
}

export function presentText({ headline: t }: PageTexts, { value, normal }: Present): string {
  return normal ? t.backToNormal(value) : t.now(value);
}

function sinceText(ms: number, nowMs: number): string {
  const at = new Date(Math.max(0, ms)).toISOString();
  const sameDay = at.slice(0, 10) === new Date(Math.max(0, nowMs)).toISOString().slice(0, 10);
  return `${sameDay ? '' : `${at.slice(0, 10)} `}${at.slice(11, 16)} UTC`;
}

function tiles(context: PageContext, incident: Incident, present: Present | undefined): Html[] {
  const { texts, words } = context;
  const t = texts.tiles;
  const ended = endOf(incident);
  const since =
    ended === undefined
      ? tile(t.since, shortTime(context, incident.startedAt), ago(context, incident.startedAt))
      : tile(t.lasted, words.duration(ended - incident.startedAt), fullTime(incident.startedAt));
  const [suspect] = incident.finalSuspects;
  const evidence =
    suspect === undefined ? incident.evidence[0] : words.evidenceOf(suspect, incident.evidence);
  return [
    since,
    tile(isAnsweredWithout(incident.harm) ? t.uses : t.hit, formatShare(incident.harm.share), t.trafficHit),
    ...(evidence === undefined
      ? []
      : [
          tile(
            t.change,
            html`${words.figures(evidence).observed} <small>${timesOf(evidence)}</small>`,
            [
              ...(present === undefined ? [] : [texts.headline.now(present.value)]),
              `${evidence.rule === undefined ? t.normally : t.limit} ${words.figures(evidence).expected}`,
            ].join(', '),
          ),
        ]),
    ...(suspect === undefined ? [] : [tile(t.sure, formatShare(suspect.share), t.ofEvidence)]),
  ];
}

function timesOf(evidence: Evidence): string {
  const times =
    evidence.unit === 'ratio' || evidence.tail !== undefined
      ? undefined
      : formatTimes(evidence.observed, evidence.expected);
  return times === undefined ? '' : `${times}×`;
}

function tile(label: string, value: Html | string, more: Html | string): Html {
  return html`<div>
    <dt>${label}</dt>
    <dd><b>${value}</b> <span class="muted">${more}</span></dd>
  </div>`;
}

/** As in messages: within a tenth of normal a pair of times reads as a finding, and is none. */
const NOTABLY_SLOWER = 1.1;

/** Entries whose traces pass through what is broken, with their end-to-end times; and that callers answer without it. */
export function harmList({ texts, words }: PageContext, incident: Incident): Html {
  const answered = words.answeredWithout(incident).map((sentence) => html`<p>${sentence}</p>`);
  return html`${answered}
    <ul class="plain-list harm">
      ${incident.harm.entries.map(
        ({ service, operation, hurt, total, expectedUs, ...of }) =>
          html`<li>
            <b>${service}</b> ${operation}
            <span class="muted number"
              >${formatShare(total === 0 ? 0 : hurt / total)}
              ${texts.tiles.through}${
                (of.toldUs ?? of.observedUs) > expectedUs * NOTABLY_SLOWER &&
                expectedUs > 0 &&
                html` · ${formatDurationUs(of.toldUs ?? of.observedUs)}, ${texts.tiles.normally}
                ${formatDurationUs(expectedUs)}`
              }</span
            >
          </li>`,
      )}
    </ul>`;
}
