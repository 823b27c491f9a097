import type { EffectFloor } from '../domain/effect-floor.ts';
import { type Feedback, feedbackState } from '../domain/feedback.ts';
import type { Incident } from '../domain/incident.ts';
import type { Locale } from '../domain/message.ts';
import type { FeedbackAdmin, RevokeOutcome } from '../http/port.ts';
import { feedbackNote } from '../messages/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Store } from '../store/index.ts';
import { floorsOf, gateFloors, type WouldFind } from './feedback-gate.ts';
import type { Flow } from './flow.ts';

export interface FeedbackDeskParts {
  readonly flow: Flow;
  readonly store: Pick<Store, 'feedback' | 'incidents'>;
  readonly wouldFind: WouldFind;
  readonly locale: Locale;
  /** How long a verdict holds. */
  readonly keepMs: number;
}

/** Past incidents that a verdict is tried against: the newest whose evidence names one of its components. */
const MOST_TRIED = 20;
const MOST_READ = 500;

/**
 * "Not an anomaly" to effect floors: as far as no past true incident is silenced, stored, listed, revocable, and for a time.
 * What it amounts to enters the flow as an input, so that a journal repeats it without asking anything again.
 */
export class FeedbackDesk implements FeedbackAdmin {
  readonly #parts: FeedbackDeskParts;
  readonly #runtime: Runtime;
  #tail: Promise<void> = Promise.resolve();
  #open = false;
  readonly #early: Incident[] = [];

  constructor(parts: FeedbackDeskParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
    parts.flow.verdicts.said.onNotAnAnomaly = (incident) => {
      // While a journal is played back the flow must not be changed from aside.
      if (this.#open) this.#take(incident);
      else this.#early.push(incident);
    };
  }

  /** Once the flow has its state: what is stored holds, and what came with the journal is seen to. */
  async start(): Promise<void> {
    this.#open = true;
    await this.refresh();
    for (const incident of this.#early.splice(0)) this.#take(incident);
  }

  /** Resolves when every verdict so far is followed. */
  settled(): Promise<void> {
    return this.#tail;
  }

  /** Newest first, with those that are over. */
  list(): Promise<readonly Feedback[]> {
    return this.#parts.store.feedback.list();
  }

  /** Takes a verdict back. */
  async revoke(id: string, by: string): Promise<RevokeOutcome> {
    const found = (await this.list()).find((feedback) => feedback.id === id);
    const now = this.#runtime.clock.now();
    if (found === undefined) return { kind: 'missing' };
    const state = feedbackState(found, now);
    if (state !== 'in-force') return { kind: 'refused', reason: `it is ${state} already` };
    const feedback = { ...found, revokedAt: now, revokedBy: by };
    await this.#parts.store.feedback.save(feedback);
    this.#runtime.logger.info({ incident: id, by }, 'feedback was taken back');
    await this.refresh();
    return { kind: 'done', feedback };
  }

  /** What is in force, to the flow: after a change, and when something expires. */
  async refresh(): Promise<void> {
    const { flow } = this.#parts;
    const floors = await this.#floors();
    if (JSON.stringify(floors) !== JSON.stringify(flow.verdicts.said.floors))
      flow.learned({ type: 'floors', floors });
  }

  #take(incident: Incident): void {
    this.#tail = this.#tail.then(() =>
      this.#follow(incident).catch((error: unknown) => {
        this.#runtime.logger.error({ incident: incident.id, err: error }, 'feedback could not be followed');
      }),
    );
  }

  async #follow(incident: Incident): Promise<void> {
    const { store, flow, wouldFind, locale, keepMs } = this.#parts;
    const said = incident.feedback?.findLast(({ verdict }) => verdict === 'not-an-anomaly');
    if (said === undefined) return;
    const known = (await this.list()).find(({ id }) => id === incident.id);
    // Played back from the journal, it was followed already.
    if (known?.at === said.at) return;
    const asked = floorsOf(incident);
    const past = await this.#pastTrue(incident, asked);
    const gated = gateFloors(asked, { before: await this.#floors(), past, wouldFind });
    const expiresAt = this.#runtime.clock.now() + keepMs;
    await store.feedback.save({ id: incident.id, by: said.by, at: said.at, expiresAt, ...gated });
    await this.refresh();
    this.#runtime.logger.info(
      { incident: incident.id, followed: gated.followed, limitedBy: gated.limitedBy },
      'feedback: not an anomaly',
    );
    const until = new Date(expiresAt).toISOString().slice(0, 10);
    const text = feedbackNote(locale, { followed: gated.followed, silenced: gated.limitedBy, until });
    flow.command(
      { type: 'note', incidentId: incident.id, by: 'spanwatch', at: said.at, text },
      incident.state === 'resolved' ? incident : undefined,
    );
  }

  /** Past incidents at P0 to P2 that nobody called no anomaly, and that the floors could touch. */
  async #pastTrue(incident: Incident, asked: readonly EffectFloor[]): Promise<Incident[]> {
    const named = new Set(asked.map(({ component }) => component));
    const all = await this.#parts.store.incidents({ limit: MOST_READ });
    return all
      .filter(
        (past) =>
          past.id !== incident.id &&
          past.severity !== 'P3' &&
          past.feedback?.some(({ verdict }) => verdict === 'not-an-anomaly') !== true &&
          past.evidence.some(({ component }) => named.has(component)),
      )
      .slice(0, MOST_TRIED);
  }

  async #floors(): Promise<EffectFloor[]> {
    const now = this.#runtime.clock.now();
    return (await this.list())
      .filter((feedback) => feedbackState(feedback, now) === 'in-force')
      .flatMap(({ floors }) => floors);
  }
}
