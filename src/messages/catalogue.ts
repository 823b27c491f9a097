import type { ComponentKind } from '../domain/component.ts';
import type { Severity } from '../domain/incident.ts';
import type { Few } from './few.ts';
import type { BrokenRule, RuleTexts } from './rule-texts.ts';
import type { SuspectCallers, SuspectCause, SuspectKind } from '../domain/suspect.ts';

/**
 * What is wrong, for titles and summaries; the values are formatted. `change` is the time added or saved: milliseconds,
 * not a factor, because a factor of one component reads as if every request took that much longer. `missing` is the
 * part of the usual calls that is not made, `called` what was called; `soFar` that it may be more.
 */
export type Symptom =
  | { readonly kind: 'fast' | 'network'; readonly change?: string; readonly soFar?: boolean }
  /** Only some requests are slow, or slow to reach (`of`): `share` take longer than `over`, normally `usual`. */
  | {
      readonly kind: 'tail';
      readonly of: 'slow' | 'network';
      readonly share: string;
      readonly over: string;
      readonly usual: string;
      readonly soFar?: boolean;
    }
  /** Messages wait longer for it. */
  | {
      readonly kind: 'queue';
      readonly observed?: string;
      readonly expected?: string;
      readonly soFar?: boolean;
    }
  /** With `callers` it is a shared peer's, and `change` the most that any of them shows. */
  | {
      readonly kind: 'slow';
      readonly change?: string;
      readonly callers?: SuspectCallers;
      readonly soFar?: boolean;
    }
  | {
      readonly kind: 'more-calls';
      readonly observed?: string;
      readonly expected?: string;
      readonly called?: string;
      readonly soFar?: boolean;
    }
  | { readonly kind: 'new-calls'; readonly called?: string }
  | {
      readonly kind: 'fewer-calls';
      readonly missing?: string;
      readonly called?: string;
      readonly soFar?: boolean;
    }
  | ({ readonly kind: 'rule' } & BrokenRule)
  | {
      readonly kind: 'failing' | 'odd' | 'new-shape' | 'traffic-up' | 'traffic-down';
      readonly observed?: string;
      /** Told in place of `observed`. */
      readonly few?: Few;
      readonly expected?: string;
      readonly soFar?: boolean;
    };

/** What is the matter with the exemplar: only what is slow shows in a slow trace. */
export type TraceKind = 'slow' | 'failing' | 'without-call' | 'odd';

/** What a next step may name. Texts are printable, not escaped. */
export interface StepSubject {
  readonly name: string;
  readonly service: string;
  readonly kind: SuspectKind;
  readonly operation?: string;
  readonly peer?: string;
  /** The peer is nobody's own: `service` is its name, too. */
  readonly isShared: boolean;
  readonly instance?: string;
  readonly version?: string;
  readonly node?: string;
  /** Short, in UTC. */
  readonly since: string;
  readonly hasTrace: boolean;
  /** There is a typical trace beside it, which what was never learned has not. */
  readonly hasTypical: boolean;
  /** What the exemplar is called: "slow trace". */
  readonly trace: string;
}

export interface ComponentNames {
  readonly owner: string;
  readonly other: string;
}

/** Every text of a message. A language is one object of this type, so that a missing text does not compile. */
export interface Catalogue {
  readonly or: (names: readonly string[]) => string;
  /** What stands between sentences, and between the items of a list. */
  readonly between: { readonly sentences: string; readonly items: string };
  readonly unknown: string;
  readonly suspectName: {
    readonly instance: (service: string, instance: string) => string;
    readonly version: (service: string, version: string) => string;
    readonly host: (node: string) => string;
  };
  readonly title: {
    readonly opened: (severity: Severity, what: string, since: string) => string;
    readonly updated: (severity: Severity, what: string, since: string) => string;
    readonly escalated: (severity: Severity, from: Severity, what: string, since: string) => string;
    readonly reopened: (severity: Severity, what: string, since: string) => string;
    readonly resolved: (name: string, lasted: string) => string;
    readonly resolvedBy: (name: string, by: string, lasted: string) => string;
    readonly acknowledged: (severity: Severity, name: string, by: string) => string;
    readonly noted: (severity: Severity, name: string, by: string) => string;
  };
  /** What `notify test` sends. */
  readonly sample: { readonly title: (title: string) => string; readonly summary: string };
  /** Many messages in one; `more` is how many incidents are not listed. */
  readonly digest: {
    readonly title: (messages: number, incidents: number) => string;
    readonly summary: (more: number) => string;
  };
  /** What an exemplar is called in a sentence. */
  readonly trace: Readonly<Record<TraceKind, string>>;
  /** A clause without a full stop: "payment is slow: +350 ms". */
  readonly symptom: (name: string, symptom: Symptom) => string;
  readonly summary: {
    readonly since: (what: string, since: string) => string;
    readonly hurt: (share: string) => string;
    /** Part of its failures that got through to an entry. */
    readonly answered: (share: string) => string;
    readonly unsure: (names: string) => string;
    readonly resolved: (name: string, lasted: string, worst: Severity) => string;
    /** It may still go on: a person ended it. */
    readonly resolvedBy: (name: string, by: string, worst: Severity) => string;
    readonly acknowledged: (by: string) => string;
  };
  readonly fact: {
    readonly since: string;
    readonly hit: string;
    /** The same of one that is over. */
    readonly wasHit: string;
    /** Where nobody is shown to be hurt. */
    readonly uses: string;
    readonly lasted: string;
    readonly worst: string;
    readonly severity: string;
    readonly takenBy: string;
    readonly note: string;
    readonly incident: string;
    readonly load: string;
    readonly deploy: string;
  };
  /** `when`: how long before it began, or after; empty in the same minute. */
  readonly deploy: (service: string, versions: readonly [from: string, to: string], when: string) => string;
  readonly before: (duration: string) => string;
  readonly after: (duration: string) => string;
  /** Spanwatch was overloaded and took one of so many traces. */
  readonly keptShare: (oneOf: string) => string;
  readonly hit: {
    readonly share: (share: string) => string;
    readonly entry: (name: string, part: string, time: string) => string;
    /** Of an entry's requests, those that use what is broken. */
    readonly part: (share: string) => string;
    readonly time: (observed: string, expected: string) => string;
    readonly more: (count: number) => string;
  };
  readonly lasted: (duration: string, from: string, to: string) => string;
  readonly severityChange: (from: Severity, to: Severity) => string;
  /** `milliseconds` to words: "12 min", "1 h 5 min". */
  readonly duration: (ms: number) => string;
  readonly why: Readonly<Record<SuspectCause, string>>;
  /** The same of what is over. */
  readonly whyThen: Readonly<Record<SuspectCause, string>>;
  /** Of a peer that several show, in place of `why` and `whyThen`. */
  readonly whyShared: (callers: SuspectCallers, fails: boolean) => string;
  readonly whySharedThen: (callers: SuspectCallers, fails: boolean) => string;
  readonly soFar: (observed: string) => string;
  /** Whose figure it is, where that is not plain. */
  readonly figureOf: (service: string, observed: string) => string;
  readonly whyEvidence: (why: string, observed: string, expected: string) => string;
  /** The same of what is over. */
  readonly whyEvidenceThen: (why: string, observed: string, expected: string) => string;
  /** `against` would be hot if this were the cause, and is not. */
  readonly whyAgainst: (why: string, against: string) => string;
  /** Of a neighbour whose failures are all passed on: it may fail as often. */
  readonly whyPassedOn: (why: string, name: string) => string;
  /** Neighbours that are not to blame, because their own time, or `failures`, is as usual. */
  readonly whyNot: (why: string, names: readonly string[], failures: boolean) => string;
  readonly component: Readonly<Record<ComponentKind, (names: ComponentNames) => string>>;
  readonly evidence: {
    readonly line: (what: string, observed: string, expected: string) => string;
    /** Calls as a sentence; `expected` is absent when it was never made before. */
    readonly calls: (names: ComponentNames, observed: string, expected?: string) => string;
    /** Of one pod, version or host: `expected` is what its siblings do at the same time. */
    readonly besideSiblings: (what: string, observed: string, expected: string) => string;
    readonly times: (times: string) => string;
    readonly count: (count: string) => string;
    /** The same while it may be more. */
    readonly countSoFar: (count: string) => string;
    /** `2% over 1.2 s`. */
    readonly tail: (share: string, over: string) => string;
    /** `3 of 12`, in place of a percentage. */
    readonly few: (few: Few) => string;
    readonly more: (count: number) => string;
  };
  /** Of static rules. */
  readonly rule: RuleTexts;
  readonly steps: {
    /** First what to look at, then what to do, by cause. */
    readonly byCause: Readonly<Record<SuspectCause, (subject: StepSubject) => readonly string[]>>;
    readonly byKind: Readonly<Partial<Record<SuspectKind, (subject: StepSubject) => string>>>;
    readonly urgent: (subject: StepSubject) => string;
    readonly calm: string;
    readonly unsure: (names: string) => string;
    readonly unknown: (trace: string) => string;
    readonly resolved: (trace: string) => readonly string[];
  };
  readonly link: { readonly incident: string };
  /** Headings of the terminal's block. */
  readonly terminal: {
    readonly suspects: string;
    readonly evidence: string;
    readonly traces: string;
    readonly slow: string;
    readonly typical: string;
    readonly logs: string;
    readonly next: string;
    readonly links: string;
  };
}
