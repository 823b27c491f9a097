import { type Incident, isAnsweredWithout } from '../../domain/incident.ts';
import { actionForm } from './actions.ts';
import { atItsWorst } from './at-its-worst.ts';
import { evidenceCharts } from './evidence-charts.ts';
import { harmList, headline, sentence } from './headline.ts';
import { html, type Html } from './html.ts';
import { logSection } from './log-lines.ts';
import { page } from './page.ts';
import type { PageContext } from './page-context.ts';
import { section } from './parts.ts';
import { nowByComponent, presentOf } from './present.ts';
import { suspectList } from './suspects.ts';
import { deliveryList, timeline } from './timeline.ts';
import { traceComparison } from './waterfall.ts';

/** Messages of one incident at most: a handful of channels, a handful of events. */
const MOST_DELIVERIES = 100;

export interface IncidentView {
  /** Every span of the two traces, not only what matters. */
  readonly allSpans: boolean;
  /** The name that this reader gave last time. */
  readonly by: string;
}

/** `/incidents/ID`: what is wrong, who did it, how we know, what to do, who knows. */
export async function incidentPage(
  context: PageContext,
  stored: Incident,
  { allSpans, by }: IncidentView,
): Promise<string> {
  const { parts, texts, words } = context;
  const events = await parts.incidents.events(stored.id);
  const incident = atItsWorst(stored, events);
  const present = presentOf(context, { worst: incident, stored }, nowByComponent(context));
  const trace = words.traceName(incident);
  const [deliveries, charts, traces, logs] = await Promise.all([
    parts.outbox?.list({ incidentId: incident.id, limit: MOST_DELIVERIES }),
    evidenceCharts(context, incident),
    traceComparison(context, incident.id, { exemplar: incident.exemplars[0], all: allSpans, name: trace }),
    logSection(context, incident),
  ]);
  const wait = present?.normal === true ? [texts.headline.beforeYouAct] : [];
  const steps = [...wait, ...words.message(incident).nextSteps];
  const title = texts.sections;
  const body = html`
    <div id="head" data-live>${headline(context, incident, present)}</div>
    <div class="columns">
      <div class="main-column">
        <div id="next-live" data-live>${section('next', title.next, stepList(steps))}</div>
        <div id="suspects-live" data-live>
          ${section('suspects', title.suspects, suspectList(context, incident, present))}
        </div>
      </div>
      <div class="side-column">
        <div id="act-live" data-live>${section('act', title.act, actionForm(context, incident, by))}</div>
        ${incident.harm.entries.length > 0 && section('hit', isAnsweredWithout(incident.harm) ? title.uses : title.hit, harmList(context, incident))}
      </div>
    </div>
    <div id="evidence-live" data-live>${section('evidence', title.evidence, charts)}</div>
    ${section('traces', texts.traces.title(trace), traces)}
    <div id="logs-live" data-live>${logs}</div>
    <div class="columns even">
      <div id="timeline-live" data-live>
        ${section('timeline', title.timeline, timeline(context, incident, events))}
      </div>
      <div id="told-live" data-live>
        ${section('told', title.told, deliveryList(context, deliveries?.deliveries ?? []))}
      </div>
    </div>
  `;
  return page(context, {
    title: `${incident.severity} ${sentence(context, incident, present)}`,
    section: 'incidents',
    body,
    charts: true,
    follows: incident.id,
  });
}

function stepList(steps: readonly string[]): Html {
  return html`<ol class="steps">
    ${steps.map((step) => html`<li>${step}</li>`)}
  </ol>`;
}
