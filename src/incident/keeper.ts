import type { CommandOutcome, IncidentCommand } from '../domain/incident-command.ts';
import type { Harm, Incident, IncidentEvent, Severity } from '../domain/incident.ts';
import { withoutSlots } from '../domain/component-grammar.ts';
import { isOfTail } from '../domain/fingerprint.ts';
import { answerCommand } from './command.ts';
import { base, extended, firingSince, judgedPart, peakOf } from './event-parts.ts';
import { foldEvent } from './fold.ts';
import { incidentId } from './incident-id.ts';
import type { IncidentOptions } from './options.ts';
import type { Observation } from './port.ts';
import { isToldBy, shownByEarlier, showsMost } from './same-story.ts';
import { isWorse, severityOf } from './severity.ts';

/** A lead of e^2 over the next suspect is clear enough to name one. */
const CLEAR_LEAD = 2;
/** Causes of one window that are believed to be faults of their own. */
const MOST_APART = 2;
/** How much longer the calm must be after each reopening, and how many reopenings count. */
const FLAPPING_FACTOR = 1.5;
const MOST_REOPENINGS = 4;
/**
 * How long calm waits for requests that show it. Longer is no patience: what nobody asks for any more, or what has settled where
 * it is, would stay open for ever.
 */
const MOST_UNSHOWN_MS = 1_800_000;
/** What a person resolved and still goes on comes back after a day: by then whoever knew why has gone home. */
const MOST_HELD_MS = 86_400_000;

interface Live {
  incident: Incident;
  /** Components that this incident has shown, by key. */
  readonly shown: Set<string>;
  lastFiringMs: number;
  /** What was not looked at up to this moment is taken off its calm already. Absent in what older versions stored. */
  heldToMs?: number;
  /** Of its last event: a person's clock may be ahead of the windows', and times never go back. */
  lastEventMs: number;
  /** The strongest observation since the last opening: what people are shown of a fault that is fading. */
  peak: Observation | undefined;
  /** Who was hurt at the peak, before it faded. Absent in what older versions stored. */
  harm?: Harm;
}

export interface KeeperState {
  readonly live: readonly Live[];
  readonly waitingSince: { sinceMs: number; lastMs: number } | undefined;
}

/**
 * Findings to incidents: one incident while its story goes on, whoever leads the suspects at the moment. Deterministic;
 * time is `nowMs` of the caller, the moment at which a live process would know.
 */
export class IncidentKeeper {
  #options: IncidentOptions;
  readonly #emit: (incident: Incident, event: IncidentEvent) => void;
  readonly #isShown: (incident: Incident) => boolean;
  #live: Live[] = [];
  /** Since when findings have been unclear, and when the last one was: one wait for all, whoever leads meanwhile. */
  #waitingSince: { sinceMs: number; lastMs: number } | undefined;

  /** `isShown`: whether there are requests that show the calm; else it waits for them, at most half an hour. */
  constructor(
    options: IncidentOptions,
    emit: (incident: Incident, event: IncidentEvent) => void,
    isShown: (incident: Incident) => boolean = () => true,
  ) {
    this.#options = options;
    this.#emit = emit;
    this.#isShown = isShown;
  }

  /** Incidents that are open, or resolved so lately that they may reopen. */
  get incidents(): readonly Incident[] {
    return this.#live.map((live) => live.incident);
  }

  /**
   * Takes up what an earlier process left: open incidents go on, lately resolved ones may reopen. Each takes the place of
   * what was known of it. What they had shown besides their stored evidence is not known any more.
   */
  adopt(incidents: readonly Incident[]): void {
    const ids = new Set(incidents.map(({ id }) => id));
    this.#live = this.#live.filter(({ incident }) => !ids.has(incident.id));
    for (const incident of incidents) {
      const shown = new Set(incident.evidence.map(({ component }) => withoutSlots(component)));
      const lastFiringMs = incident.firing.at(-1)?.[1] ?? incident.openedAt;
      const lastEventMs = incident.resolvedAt ?? incident.openings.at(-1)?.openedAt ?? incident.openedAt;
      this.#live.push({ incident, shown, lastFiringMs, lastEventMs, peak: undefined });
    }
  }

  /**
   * What a person asks. `stored` is the incident as the store has it: used when it is no longer kept here (resolved
   * long ago), so that notes and feedback still reach it; without it such a command is `missing`.
   *
   * What a person resolves stays resolved while the same anomaly goes on: its firing is followed (`updated`), nobody is
   * told. It reopens when it gets worse than it was, after a day, or when it returns after the calm that would have
   * resolved it.
   */
  command(command: IncidentCommand, stored?: Incident): CommandOutcome {
    const live = this.#live.find(({ incident }) => incident.id === command.incidentId);
    const incident = live?.incident ?? stored;
    if (incident === undefined) return { kind: 'missing' };
    const atMs = Math.max(command.at, live?.lastEventMs ?? incident.resolvedAt ?? incident.openedAt);
    const answer = answerCommand(incident, command, atMs);
    if (answer.kind !== 'event') return answer;
    const after = foldEvent(incident, answer.event);
    if (live !== undefined) {
      live.incident = after;
      live.lastEventMs = atMs;
    }
    this.#emit(after, answer.event);
    return { kind: 'done', incident: after };
  }

  /** Other timings from now on. */
  reconfigure(options: IncidentOptions): void {
    this.#options = options;
  }

  /**
   * Nobody looked from `fromMs` to `toMs`, as the function says of an incident: what is open was not calm for it. Of
   * stretches that overlap, whoever reports them, each moment counts once; they come in order of their ends.
   */
  pause(stretch: (incident: Incident) => readonly [fromMs: number, toMs: number] | undefined): void {
    for (const live of this.#live) {
      if (live.incident.state === 'resolved') continue;
      const [fromMs, toMs] = stretch(live.incident) ?? [0, 0];
      // All that is held lies after the last firing, so that moving that never takes it beyond what is held.
      const unheldMs = toMs - Math.max(fromMs, live.heldToMs ?? 0, live.lastFiringMs);
      if (unheldMs <= 0) continue;
      live.lastFiringMs += unheldMs;
      live.heldToMs = toMs;
    }
  }

  snapshot(): KeeperState {
    return { live: this.#live, waitingSince: this.#waitingSince };
  }

  restore({ live, waitingSince }: KeeperState): void {
    this.#live = live.map((one) => ({ ...one }));
    this.#waitingSince = waitingSince === undefined ? undefined : { ...waitingSince };
  }

  /** One window's findings, possibly none; then what has been calm for long enough resolves. */
  observe(observations: readonly Observation[], nowMs: number): void {
    // Before, too: after a gap in the windows the grace of what was resolved may have run out.
    this.#forget(nowMs);
    // Findings of one window are independent causes by their making: an incident that one of them goes on with is not
    // the story of another, whatever evidence it has shown.
    // Unless they are many: a host that nobody measures makes three services slow sooner than three faults meet.
    const apart = observations.length <= MOST_APART;
    const taken = new Set<Live | undefined>(
      apart ? observations.map(({ fingerprint }) => this.#about(fingerprint)) : [],
    );
    for (const observation of observations) {
      if (isOfTail(observation) && isToldBy(this.#live, observation)) continue;
      const live = this.#about(observation.fingerprint) ?? this.#sameStory(observation, nowMs, taken);
      const into = this.#take(observation, live, nowMs);
      if (apart) taken.add(into);
    }
    for (const live of this.#live) this.#resolveIfCalm(live, nowMs);
    this.#forget(nowMs);
  }

  #forget(nowMs: number): void {
    this.#live = this.#live.filter(({ incident, lastFiringMs }) => {
      const { resolvedAt, resolvedBy, openedAt } = incident;
      if (resolvedAt === null) return true;
      // One from later than now was adopted, and belongs to another run over the same capture. (A person's clock may be
      // ahead of the windows'.)
      if ((resolvedBy === undefined ? resolvedAt : openedAt) > nowMs) return false;
      return nowMs - Math.max(resolvedAt, lastFiringMs) <= this.#options.reopenWithinMs;
    });
  }

  /** Returns the incident that it went into. */
  #take(observation: Observation, live: Live | undefined, nowMs: number): Live | undefined {
    if (live === undefined)
      return this.#isClear(observation, nowMs) ? this.#open(observation, nowMs) : undefined;
    const reopens =
      live.incident.state === 'resolved' &&
      !(
        this.#isHeld(live, nowMs) &&
        !isWorse(
          this.#severityOf(observation, live, observation.toMs - firingSince(live.incident)),
          live.incident.severity,
        )
      );
    live.lastFiringMs = Math.max(live.lastFiringMs, observation.toMs);
    if (reopens) this.#reopen(live, observation, nowMs);
    else this.#update(live, observation, nowMs);
    for (const { component } of observation.hot) live.shown.add(component);
    return live;
  }

  #about(fingerprint: string): Live | undefined {
    return this.#live.find(({ incident }) => incident.fingerprint === fingerprint);
  }

  /** The incident with another first suspect that shows mostly the same evidence, and no other finding goes on with. */
  #sameStory(
    observation: Observation,
    nowMs: number,
    taken: ReadonlySet<Live | undefined>,
  ): Live | undefined {
    return this.#live.find((live) => {
      const { incident } = live;
      // What is of the tail alone goes on with nothing else: neither keeps the other from opening.
      if (taken.has(live) || isOfTail(incident) !== isOfTail(observation)) return false;
      if (incident.state === 'resolved' && !this.#isHeld(live, nowMs)) return false;
      return showsMost(live, observation);
    });
  }

  /** A person resolved it, and the same anomaly has gone on since without a calm. */
  #isHeld(live: Live, nowMs: number): boolean {
    const { resolvedAt, resolvedBy } = live.incident;
    if (resolvedAt === null || resolvedBy === undefined) return false;
    return nowMs - resolvedAt < MOST_HELD_MS && !this.#isCalm(live, nowMs);
  }

  /** What is seen, and how much the accused service matters: the severity with which it would open. */
  severityOf(observation: Observation): Severity {
    return this.#severityOf(observation, this.#about(observation.fingerprint));
  }

  #severityOf(observation: Observation, own: Live | undefined, lastedMs?: number): Severity {
    if (observation.severity !== undefined) return observation.severity;
    const seen = severityOf(observation, lastedMs, shownByEarlier(this.#live, own));
    return this.#options.tier?.(seen, observation.suspects.at(0)) ?? seen;
  }

  #isClear(observation: Observation, nowMs: number): boolean {
    if (observation.lead >= CLEAR_LEAD) return true;
    const waiting = this.#waitingSince;
    if (waiting === undefined || nowMs - waiting.lastMs > this.#options.ambiguousWaitMs) {
      this.#waitingSince = { sinceMs: nowMs, lastMs: nowMs };
      return this.#options.ambiguousWaitMs === 0;
    }
    waiting.lastMs = nowMs;
    return nowMs - waiting.sinceMs >= this.#options.ambiguousWaitMs;
  }

  #open(observation: Observation, nowMs: number): Live {
    this.#waitingSince = undefined;
    const id = incidentId(nowMs, observation.fingerprint);
    const event: IncidentEvent = {
      type: 'opened',
      incidentId: id,
      sequence: 1,
      at: nowMs,
      fingerprint: observation.fingerprint,
      startedAt: observation.fromMs,
      ...judgedPart(observation, this.#severityOf(observation, undefined), [
        [observation.fromMs, observation.toMs],
      ]),
    };
    const live: Live = {
      incident: foldEvent(undefined, event),
      shown: new Set(observation.hot.map(({ component }) => component)),
      lastFiringMs: observation.toMs,
      lastEventMs: nowMs,
      peak: observation,
      harm: observation.harm,
    };
    this.#live.push(live);
    this.#emit(live.incident, event);
    return live;
  }

  #reopen(live: Live, observation: Observation, nowMs: number): void {
    live.peak = observation;
    live.harm = observation.harm;
    this.#append(live, {
      type: 'reopened',
      ...base(live, nowMs),
      ...judgedPart(
        observation,
        this.#severityOf(observation, live),
        extended(live.incident.firing, observation),
      ),
    });
  }

  #update(live: Live, observation: Observation, nowMs: number): void {
    const { peak, harm } = peakOf(live, observation);
    live.peak = peak;
    live.harm = harm;
    const severity = this.#severityOf(observation, live, observation.toMs - firingSince(live.incident));
    const before = live.incident.severity;
    const firing = extended(live.incident.firing, observation);
    if (isWorse(severity, before)) {
      live.harm = observation.harm;
      this.#append(live, {
        type: 'escalated',
        from: before,
        ...base(live, nowMs),
        ...judgedPart(observation, severity, firing),
      });
      return;
    }
    this.#append(live, {
      type: 'updated',
      ...base(live, nowMs),
      ...judgedPart({ ...peak, harm }, before, firing),
    });
  }

  #resolveIfCalm(live: Live, nowMs: number): void {
    if (live.incident.state === 'resolved' || !this.#isCalm(live, nowMs)) return;
    if (nowMs - live.lastFiringMs < MOST_UNSHOWN_MS && !this.#isShown(live.incident)) return;
    this.#append(live, { type: 'resolved', ...base(live, nowMs), firing: live.incident.firing });
  }

  #isCalm({ incident, lastFiringMs }: Live, nowMs: number): boolean {
    const reopenings = Math.min(MOST_REOPENINGS, incident.openings.length - 1);
    return nowMs - lastFiringMs >= this.#options.resolveAfterMs * FLAPPING_FACTOR ** reopenings;
  }

  #append(live: Live, event: IncidentEvent): void {
    live.incident = foldEvent(live.incident, event);
    live.lastEventMs = event.at;
    this.#emit(live.incident, event);
  }
}
