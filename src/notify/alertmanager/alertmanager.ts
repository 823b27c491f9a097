import type { Message } from '../../domain/message.ts';
import { printable } from '../../domain/printable.ts';
import type { Runtime } from '../../runtime/index.ts';
import { bounded } from '../bounded-message.ts';
import { checkUrl, outcomeByStatus, post } from '../http.ts';
import type { AlertmanagerConfig, Channel, DeliveryOutcome, Receipt } from '../port.ts';

/** Alertmanager keeps alerts in memory: after its restart they must come again, as Prometheus sends them. */
const REPEAT_MS = 60_000;
/** How long an alert lasts without us: over our restart and upgrade, not over a lost machine's week. */
const HOLD_MS = 24 * 3_600_000;
/** More incidents are never open at once; the oldest is no longer repeated then, and lasts for `HOLD_MS`. */
const MAX_REPEATED = 1000;

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly startsAt: string;
  readonly endsAt: string;
  readonly generatorURL?: string;
}

/**
 * Incidents as alerts of an Alertmanager (its `api/v2/openapi.yaml`): kept firing, ended by `endsAt`. An alert is its label
 * set, so labels hold nothing that changes: where the severity does, the alert of the old one ends. The receipt holds the
 * labels. Throws on an address that cannot be used.
 */
export function createAlertmanager(config: AlertmanagerConfig, runtime: Runtime): Channel {
  const url = `${checkUrl(config.name, config.url).replace(/\/+$/, '')}/api/v2/alerts`;
  const headers = {
    'content-type': 'application/json',
    ...(config.token === undefined ? {} : { authorization: `Bearer ${config.token}` }),
  };
  // One after the other: a repetition that arrived after an end would open the alert again.
  let last: Promise<unknown> = Promise.resolve();
  const send = (alerts: () => readonly Alert[], signal?: AbortSignal): Promise<DeliveryOutcome> => {
    const sent = last.then(() => sendNow(alerts(), signal));
    last = sent;
    return sent;
  };
  const sendNow = async (alerts: readonly Alert[], signal?: AbortSignal): Promise<DeliveryOutcome> => {
    if (alerts.length === 0) return { kind: 'sent' };
    const answer = await post({ url, headers, body: JSON.stringify(alerts), signal }, config);
    if (answer.kind === 'failed') return { kind: 'retry', reason: answer.reason };
    return outcomeByStatus(answer, runtime.clock) ?? { kind: 'sent' };
  };
  const firing = new Map<string, Alert>();
  const repeater = createRepeater(runtime, async () => {
    await send(() => {
      const endsAt = iso(runtime.clock.now() + HOLD_MS);
      return [...firing.values()].map((alert) => ({ ...alert, endsAt }));
    });
    return firing.size > 0;
  });
  return {
    name: config.name,
    forPrograms: true,
    close: () => repeater.stop(),
    deliver: async (unbounded, receipt, signal) => {
      const message = bounded(unbounded);
      const nowMs = runtime.clock.now();
      const alerts = alertsOf(message, receipt, nowMs);
      if (message.event === 'resolved') firing.delete(message.incidentId);
      const outcome = await send(() => alerts, signal);
      if (outcome.kind !== 'sent') return outcome;
      const [current] = alerts;
      firing.delete(message.incidentId);
      if (message.event !== 'resolved' && current !== undefined) {
        firing.set(message.incidentId, current);
        if (firing.size > MAX_REPEATED) firing.delete(firing.keys().next().value ?? '');
        repeater.start();
      }
      return { kind: 'sent', receipt: { ...current?.labels } };
    },
  };
}

/** The alert as it is now, and the end of the one whose labels it no longer has. */
function alertsOf(message: Message, receipt: Receipt | undefined, nowMs: number): readonly Alert[] {
  const over = message.event === 'resolved';
  const labels = {
    alertname: 'SpanwatchIncident',
    incident: printable(message.incidentId, 200),
    service: receipt?.['service'] ?? (message.suspects[0]?.name || 'unknown'),
    severity: over ? (receipt?.['severity'] ?? message.severity) : message.severity,
    // For a route that leads it away from pagers.
    ...(message.test === true && { test: 'true' }),
  };
  const [link] = message.links;
  const alert = {
    labels,
    annotations: {
      summary: message.title,
      description: message.summary,
      ...suspectNotes(message),
      ...(message.nextSteps[0] === undefined ? {} : { next_step: message.nextSteps[0] }),
    },
    startsAt: iso(message.createdAt),
    endsAt: iso(over ? nowMs : nowMs + HOLD_MS),
    ...(link === undefined ? {} : { generatorURL: new URL(link.url).href }),
  };
  const was = receipt?.['severity'];
  if (was === undefined || was === labels.severity) return [alert];
  return [alert, { ...alert, labels: { ...labels, severity: was }, endsAt: iso(nowMs) }];
}

/** Whom to blame and how surely, as every channel says it. */
function suspectNotes({ suspects }: Message): Readonly<Record<string, string>> {
  const lines = suspects.map(
    ({ rank, name, share, why }) => `${rank}. ${name} (${Math.round(share * 100)}%): ${why}`,
  );
  return lines.length === 0 ? {} : { suspects: lines.join('\n') };
}

/** Calls `work` each minute while it says that there was something to do. */
function createRepeater(
  { clock }: Runtime,
  work: () => Promise<boolean>,
): { readonly start: () => void; readonly stop: () => void } {
  let cancel: (() => void) | undefined;
  const again = (): void => {
    cancel = clock.after(REPEAT_MS, () => {
      void work().then((busy) => {
        if (cancel === undefined) return;
        cancel = undefined;
        if (busy) again();
      });
    });
  };
  return {
    start: () => {
      if (cancel === undefined) again();
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
