import { type Incident, type IncidentEvent } from '../domain/incident.ts';
import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { Names } from '../domain/names.ts';
import { RULE_FINGERPRINT } from '../domain/rule.ts';
import type { Trace } from '../domain/trace.ts';
import { IncidentKeeper, type IncidentOptions } from '../incident/index.ts';
import { breachObservation, type Rule, RuleEngine, type RuleEngineState } from '../rules/index.ts';

export interface RuleWatchState {
  readonly engine: RuleEngineState;
  readonly keeper: ReturnType<IncidentKeeper['snapshot']>;
}

/**
 * The organisation's own rules beside what is learned: their breaches as incidents of their own, kept apart, so that
 * neither takes the other's evidence for its story. They count against no budget, and nothing is learned from them.
 */
export class RuleWatch {
  engine: RuleEngine;
  readonly #names: Names;
  readonly keeper: IncidentKeeper;

  constructor(
    rules: readonly Rule[],
    { names, incident }: { readonly names: Names; readonly incident: IncidentOptions },
    onEvent: (incident: Incident, event: IncidentEvent) => void,
  ) {
    this.#names = names;
    this.engine = new RuleEngine(rules, names);
    this.keeper = new IncidentKeeper(withoutTiers(incident), onEvent);
  }

  /** Of an earlier process: those that are rules'. */
  adopt(incidents: readonly Incident[]): void {
    this.keeper.adopt(incidents.filter(isOfRule));
  }

  add(trace: Trace): void {
    this.engine.add(trace);
  }

  /** The window from `startMs` is sealed; `nowMs` is when a live process knows. */
  seal(startMs: number, nowMs: number): void {
    this.keeper.observe(this.engine.seal(startMs).map(breachObservation), nowMs);
  }

  /** undefined: it is no incident of a rule. */
  command(command: IncidentCommand, stored?: Incident): CommandOutcome | undefined {
    const ours =
      this.keeper.incidents.some(({ id }) => id === command.incidentId) ||
      (stored !== undefined && isOfRule(stored));
    return ours ? this.keeper.command(command, stored) : undefined;
  }

  /** Other timings, and other rules: what is counted stays for those that are as they were, and for those whose limit alone changed. */
  reconfigure(incident: IncidentOptions, rules: readonly Rule[]): void {
    this.keeper.reconfigure(withoutTiers(incident));
    const counted = this.engine.snapshot();
    const { overflowed } = this.engine;
    this.engine = new RuleEngine(rules, this.#names);
    this.engine.overflowed = overflowed;
    this.engine.restore(counted);
  }

  snapshot(): RuleWatchState {
    return { engine: this.engine.snapshot(), keeper: this.keeper.snapshot() };
  }

  restore({ engine, keeper }: RuleWatchState): void {
    this.engine.restore(engine);
    this.keeper.restore(keeper);
  }
}

export function isOfRule({ fingerprint }: Pick<Incident, 'fingerprint'>): boolean {
  return fingerprint.startsWith(RULE_FINGERPRINT);
}

/** A rule says its own severity. */
function withoutTiers({ tier: _tier, ...rest }: IncidentOptions): IncidentOptions {
  return rest;
}
