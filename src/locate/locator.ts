import type { Judgement, ScaleJudgement } from '../detect/port.ts';
import type { ComponentTable } from '../domain/component-table.ts';
import { printService } from '../domain/component-grammar.ts';
import { TAIL_FINGERPRINT } from '../domain/fingerprint.ts';
import type { Suspect } from '../domain/suspect.ts';
import { blameTrace } from './blame.ts';
import { clearedNeighbours } from './cleared.ts';
import { CAUSES, PEER_FAILS } from './causes.ts';
import { NAMED, opens, partFinding, type PartsAsked, rankParts } from './part-findings.ts';
import { alsoOn } from './parts.ts';
import { buildCase, type Case, HOT, toSuspect } from './describe.ts';
import { CAP, capAt, type Hypothesis, scoreHypotheses } from './hypotheses.ts';
import type { Finding } from './port.ts';
import { UnitIndex, type UnitIndexState } from './unit-index.ts';

/** A service has all causes but a peer's two, counted as if all had the more; that messages wait is a cause of those who take some. */
export const CAUSES_A_SUSPECT = CAUSES.length - 3;
/** Where what asks a peer fails in one service alone, that service is as good an explanation, and the nearer one. */
const LEAST_FAILING_CALLERS = 2;
/** Independent causes looked for in one window. */
const MOST_FINDINGS = 3;
/** Suspects named with a finding. */
const MOST_SUSPECTS = 5;
/** Shares fall by e for each such step of score behind the first: scores are sums of capped, dependent terms. */
const SHARE_STEP = 4;
/** A suspect this far behind is no alternative. */
const FAR_BEHIND = 12;

/**
 * Evidence to ranked suspects: for each service and peer, how well ONE cause explains what is hot and what is not
 * (docs/detection.md, "Localisation").
 */
export class Locator {
  readonly #table: ComponentTable;
  readonly #units: UnitIndex;
  #topScore = 0;

  constructor(table: ComponentTable) {
    this.#table = table;
    this.#units = new UnitIndex(table);
  }

  /** Suspects with causes that a window is asked about, for the budget; `parts` are pods, versions and hosts among them. */
  hypotheses(parts = 0): number {
    return (this.#units.units.length + parts) * CAUSES_A_SUSPECT + this.#units.consumers;
  }

  /** The largest score of the window judged last, whether or not it reached any cut; 0 when nothing spoke for anything. */
  get topScore(): number {
    return this.#topScore;
  }

  /**
   * The independent causes whose score reaches `cut`, strongest first. `asked` are pods, versions and hosts beside their
   * siblings: one that explains most of what is wrong stands in the place of its services; by itself it needs `partCut`.
   */
  find(judgement: Judgement, cut: number, asked?: PartsAsked, partCut = cut): Finding[] {
    const explained = new Set<number>();
    const taken: number[] = [];
    const findings =
      asked === undefined ? [] : this.#findParts(judgement, { cut, partCut, asked, explained, taken });
    this.#topScore = Math.max(0, ...findings.map(({ score }) => score));
    while (findings.length < MOST_FINDINGS) {
      const best = this.#best(judgement, explained, cut);
      this.#topScore = Math.max(this.#topScore, best?.ranked[0].score ?? 0);
      if (best === undefined || best.ranked[0].score < cut) break;
      const { unit } = best.ranked[0];
      // What a neighbour of a found cause shows is more likely an echo than a second cause.
      if (!taken.some((other) => other === unit || this.#units.areNeighbours(other, unit))) {
        findings.push(this.#describe(best.scale, best.ranked, new Set(explained)));
      }
      taken.push(unit);
      this.#explain(judgement, unit, explained);
      if (taken.length > MOST_FINDINGS * 3) break;
    }
    // What only adds up over many minutes is asked when nothing else explains anything.
    if (findings.length > 0 || judgement.tails === undefined) return findings;
    return this.#findTail({ toMs: judgement.toMs, scales: [judgement.tails] }, cut);
  }

  #findTail(judgement: Judgement, cut: number): Finding[] {
    const best = this.#best(judgement, new Set(), cut);
    this.#topScore = Math.max(this.#topScore, best?.ranked[0].score ?? 0);
    if (best === undefined || best.ranked[0].score < cut) return [];
    const finding = this.#describe(best.scale, best.ranked, new Set());
    return [{ ...finding, fingerprint: `${TAIL_FINGERPRINT}${finding.fingerprint}` }];
  }

  /** The strongest cause of a window, however weak it is: what it would have been. Pods, versions and hosts aside. */
  strongest(judgement: Judgement, cut: number): Finding | undefined {
    const best = this.#best(judgement, new Set(), cut);
    return best === undefined ? undefined : this.#describe(best.scale, best.ranked, new Set());
  }

  /** Parts first, strongest first; what touches their services is explained by them. */
  #findParts(
    judgement: Judgement,
    {
      cut,
      partCut,
      asked,
      explained,
      taken,
    }: { cut: number; partCut: number; asked: PartsAsked; explained: Set<number>; taken: number[] },
  ): Finding[] {
    const findings: Finding[] = [];
    const ranked = rankParts(this.#table, asked, capAt(cut));
    if (!ranked.some(({ score }) => score >= NAMED)) return findings;
    const before = this.#best(judgement, explained, cut);
    const leader = before !== undefined && before.ranked[0].score >= cut ? before : undefined;
    for (const part of ranked) {
      if (findings.length >= MOST_FINDINGS || part.score < NAMED) continue;
      const units = part.services.map((service) => this.#units.serviceUnit(service));
      if (units.some((unit) => taken.includes(unit))) continue;
      if (
        !opens(part, partCut) &&
        (leader === undefined || !this.#explains(judgement, { units, leader, cut }))
      )
        continue;
      const rivals = ranked.filter(
        (other) => other !== part && other.services.some((service) => part.services.includes(service)),
      );
      const hot = hotComponents(judgement.scales[part.scale]).filter(({ component }) =>
        this.#units.touches(component).some(({ unit }) => units.includes(unit)),
      );
      findings.push(partFinding(this.#table, part, { rivals, hot, strata: asked.judgement.strata }));
      const within = [
        ...units,
        ...alsoOn(this.#table, part, asked.judgement).map((s) => this.#units.serviceUnit(s)),
      ];
      for (const unit of within) this.#explain(judgement, unit, explained);
      taken.push(...within);
    }
    return findings;
  }

  /** Whether what leads would not lead any more without what touches these units. */
  #explains(
    judgement: Judgement,
    {
      units,
      leader,
      cut,
    }: { units: readonly number[]; leader: { ranked: readonly Hypothesis[] }; cut: number },
  ): boolean {
    if (units.includes(leader.ranked[0].unit)) return true;
    const without = new Set<number>();
    for (const unit of units) this.#explain(judgement, unit, without);
    const rest = this.#best(judgement, without, cut);
    return rest === undefined || rest.ranked[0].score < cut;
  }

  /** The suspects of one trace, whether or not anything reaches any cut: for `explain`. */
  blame(trace: ScaleJudgement): Suspect[] {
    return blameTrace(this.#table, this.#units, trace);
  }

  /** What speaks for a change in one trace, loudest first. */
  hot(trace: ScaleJudgement): Finding['hot'] {
    return hotComponents(trace);
  }

  snapshot(): UnitIndexState {
    return this.#units.snapshot();
  }

  restore(state: UnitIndexState): void {
    this.#units.restore(state);
  }

  #best(
    judgement: Judgement,
    explained: ReadonlySet<number>,
    cut: number,
  ): { scale: ScaleJudgement; ranked: Hypothesis[] } | undefined {
    let best: { scale: ScaleJudgement; ranked: Hypothesis[] } | undefined;
    for (const scale of judgement.scales) {
      const ranked = this.#believable(scale, scoreHypotheses(this.#units, scale, explained, capAt(cut)));
      if (ranked.length > 0 && (best === undefined || ranked[0].score > best.ranked[0].score))
        best = { scale, ranked };
    }
    return best;
  }

  #believable(scale: ScaleJudgement, ranked: Hypothesis[]): Hypothesis[] {
    const hot = hotComponents(scale).map(({ component }) => component);
    return ranked.filter(
      ({ cause, unit }) =>
        cause !== PEER_FAILS || this.#units.failingCallers(unit, hot) >= LEAST_FAILING_CALLERS,
    );
  }

  /** Everything that touches `unit` in any role is explained by it. */
  #explain(judgement: Judgement, unit: number, explained: Set<number>): void {
    for (const scale of judgement.scales) {
      for (let i = 0; i < scale.length; i++) {
        const component = scale.component[i];
        if (this.#units.touches(component).some((touch) => touch.unit === unit)) explained.add(component);
      }
    }
  }

  #describe(scale: ScaleJudgement, ranked: readonly Hypothesis[], explained: ReadonlySet<number>): Finding {
    const alternatives = bestOfEachUnit(ranked).filter((h) => h.score > ranked[0].score - FAR_BEHIND);
    const cases = alternatives.slice(0, MOST_SUSPECTS).map((h) => buildCase(this.#units, scale, h));
    const first = cases[0];
    return {
      scale: scale.scale,
      score: first.hypothesis.score,
      fingerprint: this.#fingerprint(first.hypothesis.unit),
      suspects: this.#suspects(scale, cases, explained),
      hot: hotComponents(scale),
      explained,
      services: this.#services(first),
      lead:
        alternatives.length > 1 ? first.hypothesis.score - alternatives[1].score : Number.POSITIVE_INFINITY,
    };
  }

  /** What the first explains is shared with those that explain the same nearly as well. */
  #suspects(scale: ScaleJudgement, cases: readonly Case[], others: ReadonlySet<number>): Finding['suspects'] {
    const total = hotComponents(scale)
      // What nobody can be blamed for by itself (end-to-end times, outliers) is no part of the excess, nor what stronger
      // causes of the window explain.
      .filter(({ component }) => this.#units.touches(component).length > 0 && !others.has(component))
      .reduce((sum, hot) => sum + Math.min(CAP, hot.logBayes), 0);
    const explained = total === 0 ? 1 : Math.min(1, cases[0].mass / total);
    const weights = cases.map((c) => Math.exp((c.hypothesis.score - cases[0].hypothesis.score) / SHARE_STEP));
    const sum = weights.reduce((a, b) => a + b, 0);
    const named = new Set(cases.map(({ hypothesis }) => hypothesis.unit));
    const cleared = clearedNeighbours(this.#table, this.#units, scale, { first: cases[0], named });
    return cases.map((c, i) => {
      const share = Math.floor(((explained * weights[i]) / sum) * 1000) / 1000;
      const suspect = toSuspect(this.#table, this.#units, c, share);
      return i === 0 && cleared.length > 0 ? { ...suspect, cleared } : suspect;
    });
  }

  #services(first: Case): number[] {
    const unit = this.#units.units[first.hypothesis.unit];
    if (unit.kind === 'service') return [unit.service];
    return [...new Set(first.because.map((component) => this.#units.callerOf(component)))];
  }

  #fingerprint(unit: number): string {
    const suspect = this.#units.units[unit];
    return suspect.kind === 'service'
      ? `service ${printService(this.#table.names.serviceIdentity(suspect.service))}`
      : `dependency ${suspect.peer}`;
  }
}

function bestOfEachUnit(ranked: readonly Hypothesis[]): Hypothesis[] {
  const seen = new Set<number>();
  return ranked.filter(({ unit }) => {
    if (seen.has(unit)) return false;
    seen.add(unit);
    return true;
  });
}

function hotComponents(scale: ScaleJudgement): Finding['hot'] {
  const hot: { component: number; logBayes: number }[] = [];
  for (let i = 0; i < scale.length; i++) {
    if (scale.logBayes[i] >= HOT) hot.push({ component: scale.component[i], logBayes: scale.logBayes[i] });
  }
  return hot.sort((x, y) => y.logBayes - x.logBayes || x.component - y.component);
}
