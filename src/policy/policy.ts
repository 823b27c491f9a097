import type { Severity } from '../domain/incident.ts';
import type { NamedMatcher } from '../domain/matcher.ts';
import { MATCHER_NAMES } from '../domain/silence.ts';
import type { TimeWindow } from './time-window.ts';

/** What matchers of the policy may ask for: what silences may, and the owner. */
export const POLICY_NAMES = [...MATCHER_NAMES, 'owner'] as const;
export type PolicyName = (typeof POLICY_NAMES)[number];
export type PolicyMatcher = NamedMatcher<PolicyName>;

export interface EscalationStep {
  readonly afterMs: number;
  readonly channels: readonly string[];
}

export interface Route {
  /** Where it stands in the configuration: `routes[0].routes[1]`. */
  readonly path: string;
  /** All must say yes. */
  readonly match: readonly PolicyMatcher[];
  readonly channels: readonly string[];
  readonly continue: boolean;
  readonly mute: readonly string[];
  readonly groupWaitMs: number;
  readonly repeatMs: number;
  readonly escalate: readonly EscalationStep[];
  readonly routes: readonly Route[];
}

/** Of services whose name one of the patterns fits: `*` for any characters, `NAMESPACE/NAME`, or the name alone. */
export interface OwnerRule {
  readonly services: readonly string[];
  readonly owner: string;
  readonly assignee?: string;
  readonly runbook?: string;
}

export interface TierRule {
  readonly name: string;
  readonly services: readonly string[];
  readonly raiseBy: number;
  readonly atLeast?: Severity;
  readonly atMost?: Severity;
}

export interface Maintenance {
  readonly window: TimeWindow;
  readonly match: readonly PolicyMatcher[];
}

export interface InhibitRule {
  readonly source: readonly PolicyMatcher[];
  readonly target: readonly PolicyMatcher[];
  readonly equal: readonly PolicyName[];
}

/** Who is told of what, and when. `NO_POLICY`: each channel by its `minSeverity`, at once. */
export interface Policy {
  readonly routes: readonly Route[];
  /** The last that fits wins. */
  readonly owners: readonly OwnerRule[];
  readonly maintenance: readonly Maintenance[];
  readonly muteTimes: readonly TimeWindow[];
  readonly inhibit: { readonly byCause: boolean; readonly rules: readonly InhibitRule[] };
}

export const NO_POLICY: Policy = {
  routes: [],
  owners: [],
  maintenance: [],
  muteTimes: [],
  inhibit: { byCause: false, rules: [] },
};
