import type { Incident, IncidentEvent } from '../domain/incident.ts';
import type { Message } from '../domain/message.ts';
import { mostTelling } from '../logs/index.ts';
import type { IncidentLogs } from '../logs/port.ts';
import { composeLateLogs, logLines, standingEvent } from '../messages/index.ts';
import type { Clock } from '../runtime/index.ts';
import type { NewDecision, NewDelivery, Store } from '../store/index.ts';
import type { LogContext } from './log-context.ts';

export interface LogTellingOptions {
  /** Lines of the first trace in a message. */
  readonly most: number;
  /** Channels that show one message an incident and edit it: each edit has to say all again. */
  readonly edits: ReadonlySet<string>;
  /** Channels that a second message about the same would disturb for nothing: pagers, and what acts by itself. */
  readonly toldOnce: ReadonlySet<string>;
}

/** Of whoever announces. */
export interface LateReceivers {
  readonly store: Pick<Store, 'enqueue'>;
  readonly clock: Clock;
  readonly wake: () => void;
  /** An incident that is not resolved, as people know it. */
  readonly standing: (incidentId: string) => Incident | undefined;
  readonly compose: (incident: Incident, event: ReturnType<typeof standingEvent>, channel: string) => Message;
  /** Channels that were told of it and may hear of it now. */
  readonly listening: (incident: Incident) => readonly string[];
}

/** Log lines in messages: in the first one when they are there in time, else by edit or by one message more. */
export class LogTelling {
  readonly #context: LogContext;
  readonly #options: LogTellingOptions;

  constructor(context: LogContext, options: LogTellingOptions) {
    this.#context = context;
    this.#options = options;
  }

  begin(incident: Incident, event: IncidentEvent): Promise<void> | undefined {
    return this.#context.begin(incident, event);
  }

  adopt(open: readonly Incident[]): Promise<void> {
    return this.#context.adopt(open);
  }

  close(): void {
    this.#context.close();
  }

  /** Calls back when the store has lines of an incident. */
  set onKept(listener: (incidentId: string) => void) {
    this.#context.onKept = listener;
  }

  /** The message with the lines that are known, where it tells of the incident as a whole. */
  dressed(message: Message, channel: string): Message {
    const { most, edits } = this.#options;
    const logs = this.#context.of(message.incidentId);
    return withLogLines(message, logs, { most, edits: edits.has(channel) });
  }

  /** Who hears of lines that come late. */
  tellTo(receivers: LateReceivers): void {
    this.#context.tellLate = (incident) => this.#tellLate(incident.id, receivers);
  }

  /** Written once for each opening, whatever restarts: its id is made from the opening. */
  async #tellLate(incidentId: string, receivers: LateReceivers): Promise<void> {
    const { most, edits, toldOnce } = this.#options;
    const { store, wake, clock, standing, compose, listening } = receivers;
    const incident = standing(incidentId);
    if (most === 0 || incident === undefined) return;
    const id = `${incident.id}-logs-${incident.openings.length}`;
    const event = standingEvent(incident, 'updated', clock.now());
    const deliveries: NewDelivery[] = [];
    const decisions: NewDecision[] = [];
    for (const channel of listening(incident)) {
      if (toldOnce.has(channel)) continue;
      const whole: Message = { ...compose(incident, event, channel), id, event: 'context' };
      const told = edits.has(channel) ? whole : composeLateLogs(whole, incident, event);
      const message = withLogLines(told, this.#context.of(incident.id), { most, edits: true });
      if (message.logs.length === 0) continue;
      const reason = 'log lines that came after the first message';
      deliveries.push({ channel, message });
      decisions.push({
        ...{ messageId: id, incidentId: incident.id, channel },
        ...{ event: 'context', outcome: 'told', reason },
      });
    }
    if (deliveries.length === 0) return;
    await store.enqueue(deliveries, { key: 'log-context', value: id }, decisions);
    wake();
  }
}

/** A message with the lines of its slow trace, when it tells of the incident as a whole: loudest first, in order of time. */
export function withLogLines(
  message: Message,
  logs: IncidentLogs | undefined,
  { most, edits }: { readonly most: number; readonly edits: boolean },
): Message {
  const begins = message.event === 'opened' || message.event === 'reopened';
  const whole = begins || message.event === 'context' || (edits && message.event !== 'resolved');
  const lines = logs?.traces.find(({ role }) => role === 'slow')?.lines ?? [];
  if (!whole || lines.length === 0 || most === 0) return message;
  return { ...message, logs: logLines(mostTelling(lines, most)) };
}
