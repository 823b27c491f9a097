import type { IncidentEventType, IncidentState } from '../../domain/incident.ts';
import type { DeliveryStateName } from '../port.ts';
import type { Health } from '../service-health.ts';

/** How sure we are of the first suspect. */
export type Sureness = 'sure' | 'likely' | 'unsure';

/** Every text of the pages that messages do not have. Texts that are given in are shown as they are. */
export interface PageTexts {
  readonly lang: string;
  readonly nav: Readonly<Record<'incidents' | 'map' | 'services' | 'status', string>>;
  readonly skip: string;
  readonly otherLanguage: { readonly code: string; readonly name: string };
  readonly logOut: string;
  readonly ago: (duration: string) => string;
  readonly states: Readonly<Record<IncidentState, string>>;
  readonly list: {
    readonly title: string;
    readonly open: (count: number) => string;
    readonly calm: string;
    readonly calmMore: string;
    readonly none: string;
    readonly past: string;
    readonly filters: Readonly<
      Record<'state' | 'severity' | 'search' | 'all' | 'open' | 'resolved' | 'apply' | 'any', string>
    >;
    readonly columns: Readonly<Record<'severity' | 'what' | 'since' | 'hit' | 'state', string>>;
    readonly older: string;
    readonly newest: string;
    readonly takenBy: (name: string) => string;
  };
  readonly headline: {
    /** One sentence: what, where, how much against normal, since when, how sure. */
    readonly sentence: (parts: {
      readonly what: string;
      readonly figures: string;
      readonly since: string;
      readonly sure: string;
    }) => string;
    readonly resolved: (parts: {
      readonly what: string;
      readonly figures: string;
      readonly lasted: string;
    }) => string;
    readonly figures: (what: string, observed: string, expected: string) => string;
    /** The same when it is another figure now than at its worst. */
    readonly bothFigures: (what: string, now: string, worst: string, expected: string) => string;
    /** A clause with the figure of the worst. */
    readonly atWorst: (what: string) => string;
    readonly backToNormal: (now: string) => string;
    readonly now: (value: string) => string;
    /** A next step. */
    readonly beforeYouAct: string;
    readonly sure: Readonly<Record<Sureness, (name: string, share: string) => string>>;
  };
  readonly tiles: Readonly<
    Record<
      | 'since'
      | 'lasted'
      | 'hit'
      | 'uses'
      | 'change'
      | 'sure'
      | 'trafficHit'
      | 'normally'
      | 'limit'
      | 'ofEvidence'
      | 'through',
      string
    >
  >;
  readonly sections: Readonly<
    Record<
      | 'act'
      | 'next'
      | 'suspects'
      | 'evidence'
      | 'logs'
      | 'timeline'
      | 'told'
      | 'hit'
      | 'uses'
      | 'more'
      | 'notes',
      string
    >
  >;
  readonly act: Readonly<
    Record<
      | 'name'
      | 'note'
      | 'notePlaceholder'
      | 'acknowledge'
      | 'resolve'
      | 'addNote'
      | 'feedback'
      | 'notAnomaly'
      | 'notAnomalyWhy'
      | 'normalNow'
      | 'normalNowWhy'
      | 'readOnly',
      string
    >
  >;
  readonly suspects: Readonly<Record<'for' | 'against' | 'share' | 'none', string>>;
  readonly evidence: Readonly<
    Record<
      | 'observed'
      | 'normal'
      | 'band'
      | 'firing'
      | 'component'
      | 'times'
      | 'count'
      | 'noHistory'
      | 'also'
      | 'atWorst',
      string
    >
  >;
  readonly traces: {
    /** `trace` as in a sentence: "failing trace". */
    readonly title: (trace: string) => string;
    readonly typical: string;
    readonly missing: (id: string) => string;
    readonly noTypical: string;
    readonly total: string;
    readonly excess: string;
    readonly gone: string;
    readonly fresh: string;
    readonly failed: string;
    readonly folded: (count: number) => string;
    readonly omitted: (count: number) => string;
    readonly all: string;
    readonly fewer: string;
    readonly open: string;
    readonly columns: Readonly<Record<'span' | 'time' | 'duration' | 'against', string>>;
    readonly legend: Readonly<Record<'normal' | 'excess' | 'gone', string>>;
  };
  readonly events: Readonly<Record<IncidentEventType, string>>;
  readonly began: string;
  readonly by: (name: string) => string;
  readonly verdicts: Readonly<Record<'not-an-anomaly' | 'normal-now', string>>;
  readonly told: {
    readonly none: string;
    readonly states: Readonly<Partial<Record<DeliveryStateName, string>>>;
    readonly attempts: (count: number) => string;
  };
  readonly problems: {
    readonly notFound: string;
    readonly notFoundWhy: string;
    readonly conflict: string;
    readonly conflictWhy: string;
    readonly refused: string;
    readonly forbidden: string;
    readonly forbiddenWhy: string;
    readonly failed: string;
    readonly failedWhy: string;
    readonly noteEmpty: string;
    readonly back: string;
    readonly look: string;
  };
  readonly map: {
    readonly title: string;
    readonly none: string;
    readonly legend: string;
    readonly perSecond: (count: string) => string;
    readonly asList: string;
    readonly dependency: string;
    readonly omitted: (count: number) => string;
  };
  readonly health: Readonly<Record<Health, string>>;
  readonly services: {
    readonly title: string;
    readonly filter: string;
    readonly show: string;
    readonly columns: Readonly<
      Record<'service' | 'health' | 'rate' | 'latency' | 'normal' | 'errors', string>
    >;
    readonly none: string;
    readonly components: string;
    readonly componentColumns: Readonly<Record<'component' | 'now' | 'normal' | 'count' | 'seen', string>>;
    readonly charts: string;
    readonly unknown: string;
  };
  readonly status: {
    readonly title: string;
    readonly outbox: string;
    readonly deadLetters: string;
    readonly noDeadLetters: string;
    readonly resend: string;
    readonly drop: string;
    readonly feedback: string;
    readonly followed: Readonly<Record<'whole' | 'part' | 'none', string>>;
    readonly revoke: string;
    readonly waiting: string;
    readonly yes: string;
    readonly no: string;
    readonly more: string;
    /** Names of what the status says, by its key; others are shown by their key. */
    readonly keys: Readonly<Record<string, string>>;
  };
  readonly login: Readonly<Record<'title' | 'why' | 'token' | 'enter' | 'wrong' | 'slow', string>>;
}
