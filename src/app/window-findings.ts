import { type ObservationContext, observeFinding } from '../context/index.ts';
import { type Detector, type Judgement, LEAST_THRESHOLD } from '../detect/index.ts';
import type { IncidentKeeper, Observation } from '../incident/index.ts';
import type { Locator } from '../locate/index.ts';
import type { Cuts } from './opening-cut.ts';

/** What a window came to at its cuts. */
export interface WindowFound {
  /** The largest score of any cause, and of one that would open at P0 to P2, also where they are below any cut; 0 for none. */
  readonly score: number;
  readonly toldScore: number;
  /** An incident is open now. */
  readonly covered: boolean;
}

type AskedParts = Parameters<Locator['find']>[2];

/** Causes of a window by the cut of their severity: what people are told of, and what goes to the digest. */
export class WindowFindings {
  readonly #locator: Locator;
  readonly #keeper: IncidentKeeper;
  readonly #context: ObservationContext;

  constructor(locator: Locator, keeper: IncidentKeeper, context: ObservationContext) {
    this.#locator = locator;
    this.#keeper = keeper;
    this.#context = context;
  }

  /**
   * Tells incidents, at `nowMs`, of what is beyond the cut of its severity, or about one that is open; and the detector of
   * everything that was found, told or not.
   */
  tell(
    judgement: Judgement,
    at: { cuts: Cuts; places: AskedParts; nowMs: number },
    detector: Pick<Detector, 'found'>,
  ): WindowFound {
    const { told, any } = at.cuts;
    const findings = this.#locator.find(judgement, told, at.places, any);
    const observations = findings.map((finding) => observeFinding(this.#context, judgement, finding));
    const score = this.#locator.topScore;
    const scores = observations.filter((o) => this.#isTold(o)).map((o) => o.score);
    if (findings.length === 0 && score >= LEAST_THRESHOLD) scores.push(this.#wouldBeTold(judgement));
    const counts = (o: Observation): boolean => o.score >= any || this.#isTold(o) || this.#isOpen(o);
    this.#keeper.observe(observations.filter(counts), at.nowMs);
    detector.found(findings);
    return { score, toldScore: Math.max(0, ...scores), covered: this.#isOpen() };
  }

  /** An incident with the same first suspect, or any. */
  #isOpen(about?: Observation): boolean {
    return this.#keeper.incidents.some(
      ({ state, fingerprint }) =>
        state !== 'resolved' && (about === undefined || fingerprint === about.fingerprint),
    );
  }

  #wouldBeTold(judgement: Judgement): number {
    const finding = this.#locator.strongest(judgement, LEAST_THRESHOLD);
    if (finding === undefined) return 0;
    const observation = observeFinding(this.#context, judgement, finding);
    return this.#isTold(observation) ? observation.score : 0;
  }

  #isTold(observation: Observation): boolean {
    return this.#keeper.severityOf(observation) !== 'P3';
  }
}
