import type { Incident } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import { standingEvent, unacknowledgedFact } from '../messages/index.ts';
import { type ComposeDigest, digestOf } from '../notify/index.ts';
import { heldFor, type Policy, type PolicyChannel, type Reminder, remindersFor } from '../policy/index.ts';
import type { Runtime } from '../runtime/index.ts';
import type { Delivery, NewDecision, NewDelivery, Store } from '../store/index.ts';
import type { Announcer } from './announcer.ts';
import type { Part } from './supervise.ts';

export interface PolicyWatchParts {
  readonly policy: Policy;
  readonly channels: readonly PolicyChannel[];
  readonly announcer: Announcer;
  readonly store: Pick<Store, 'outbox' | 'enqueue'>;
  readonly composeDigest: ComposeDigest;
  readonly wake: () => void;
  readonly silenced: (incident: Incident) => string | undefined;
}

/** Escalations count in minutes, groups in tens of seconds. */
const LOOK_MS = 5_000;
/** What one group may hold; what is beyond goes out by itself. */
const MAX_GROUPED = 5_000;

/**
 * What time causes, by the wall clock: escalations and repeats while nobody acknowledges, groups whose wait is over, and
 * messages that a window or another incident held back. A step is written once, whatever restarts: its id is made from
 * the opening and the step.
 */
export class PolicyWatch implements Part {
  readonly #parts: PolicyWatchParts;
  readonly #runtime: Runtime;
  /** Reminders that are in the store; of incidents that are open. */
  #written = new Set<string>();
  #looking: Promise<void> = Promise.resolve();
  #cancel = (): void => undefined;

  constructor(parts: PolicyWatchParts, runtime: Runtime) {
    this.#parts = parts;
    this.#runtime = runtime;
  }

  start(): Promise<void> {
    this.#arm();
    return Promise.resolve();
  }

  async shutdown(): Promise<void> {
    this.#cancel();
    await this.#looking;
  }

  #arm(): void {
    this.#cancel = this.#runtime.clock.after(LOOK_MS, () => {
      this.#looking = this.#look(this.#runtime.clock.now()).catch((error: unknown) => {
        this.#runtime.logger.error({ err: error }, 'the policy could not be followed; trying again');
      });
      this.#arm();
    });
  }

  async #look(nowMs: number): Promise<void> {
    const { announcer } = this.#parts;
    if (announcer.holds) announcer.silenceEnded();
    for (const channel of announcer.groups.over(nowMs)) await this.#endGroup(channel, nowMs);
    await this.#remind(nowMs);
  }

  async #remind(nowMs: number): Promise<void> {
    const { announcer, policy, store, channels, silenced } = this.#parts;
    const { open } = announcer;
    const due = new Set<string>();
    for (const incident of open) {
      const told = announcer.told(incident.id);
      const now = { nowMs, others: open, silenced: silenced(incident) };
      const inARow = (channel: PolicyChannel): number => announcer.row.of(incident, channel);
      for (const reminder of remindersFor(incident, policy, { told, nowMs, channels, inARow })) {
        const untold = reminder.outcome === 'untold';
        const id = `${reminder.key}/${reminder.channel}${untold ? '/untold' : ''}`;
        due.add(id);
        if (this.#written.has(id) || !channels.some(({ name }) => name === reminder.channel)) continue;
        if (untold) {
          const { key, event, channel, outcome, reason } = reminder;
          // Told later, when it has become graver, it is another decision.
          const decision = { messageId: `${key}-untold`, incidentId: incident.id, channel, event, outcome };
          await store.enqueue([], { key: 'policy-reminder', value: id }, [{ ...decision, reason }]);
          this.#written.add(id);
          continue;
        }
        if (heldFor(incident, reminder.channel, policy, now) !== undefined) continue;
        const { delivery, decision } = this.#reminderOf(incident, reminder, nowMs);
        await store.enqueue([delivery], { key: 'policy-reminder', value: id }, [decision]);
        this.#written.add(id);
        announcer.row.told(incident, reminder.channel);
        announcer.tell(incident.id, reminder.channel);
        this.#parts.wake();
      }
    }
    // What is not due any more belongs to incidents that ended, or to a round that is over.
    this.#written = new Set([...this.#written].filter((id) => due.has(id)));
  }

  #reminderOf(
    incident: Incident,
    { key, event, channel, reason }: Reminder,
    nowMs: number,
  ): { readonly delivery: NewDelivery; readonly decision: NewDecision } {
    const { announcer } = this.#parts;
    const knows = announcer.told(incident.id).has(channel);
    const message = announcer.compose(
      incident,
      standingEvent(incident, knows ? 'updated' : 'opened', nowMs),
      channel,
    );
    const sinceMs = nowMs - (incident.openings.at(-1)?.openedAt ?? nowMs);
    const facts = [unacknowledgedFact(sinceMs, message.locale), ...message.facts];
    const told: Message = { ...message, id: key, facts };
    return {
      delivery: { channel, message: told },
      decision: { messageId: key, incidentId: incident.id, channel, event, outcome: 'told', reason },
    };
  }

  /** Several openings that waited become one message; of a single one the latest state is told. */
  async #endGroup(channel: string, nowMs: number): Promise<void> {
    const { store, composeDigest, wake } = this.#parts;
    const waiting = await store.outbox.waiting(channel, MAX_GROUPED);
    const grouped = new Set(
      waiting
        .filter(({ message: { event, severity }, attempts, nextAttemptAt }) => {
          const opening = event === 'opened' || event === 'reopened';
          return opening && severity !== 'P0' && attempts === 0 && nextAttemptAt > nowMs;
        })
        .map(({ incidentId }) => incidentId),
    );
    const deliveries = waiting.filter(({ incidentId }) => grouped.has(incidentId));
    if (grouped.size === 1) {
      await this.#tellLatest(deliveries, nowMs);
    } else if (grouped.size > 1) {
      const instead = digestOf(deliveries, channel, nowMs, composeDigest);
      const ids = deliveries.map(({ id }) => id);
      await store.outbox.finishAll(ids, 'superseded', {
        reason: `told with its group by ${instead.message.id}`,
        instead,
      });
    }
    wake();
  }

  /** What became of an incident while it waited: nobody has heard of what is over by now. */
  async #tellLatest(deliveries: readonly Delivery[], nowMs: number): Promise<void> {
    const { outbox } = this.#parts.store;
    // Late log lines say nothing of how it stands.
    const latest = deliveries.findLast(({ message: { event } }) => event !== 'context');
    if (latest === undefined) return;
    const ids = deliveries.filter((one) => one !== latest).map(({ id }) => id);
    const { event, sequence } = latest.message;
    if (ids.length > 0)
      await outbox.finishAll(ids, 'superseded', {
        reason: `its group is over: told by ${event} ${sequence}`,
      });
    await outbox.postpone(latest.id, nowMs, 'its group has only it');
  }
}
