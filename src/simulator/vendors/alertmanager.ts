import { parseJson } from '../../runtime/index.ts';
import { asText, type JsonObject } from './json-fields.ts';
import { type ReceiverOptions, startReceiver, type VendorReceiver, type VendorVerdict } from './receiver.ts';

export interface AlertmanagerDouble extends VendorReceiver<JsonObject> {
  /** Label sets that are firing now. */
  firing(): readonly Readonly<Record<string, string>>[];
  /** As a restart does: alerts are kept in memory. */
  forget(): void;
}

const PREFIX = '/alertmanagerpath';
const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** Alertmanager's `POST /api/v2/alerts` with its rules (prometheus/alertmanager, api/v2/openapi.yaml, types/types.go). */
export async function startAlertmanager(options: ReceiverOptions): Promise<AlertmanagerDouble> {
  const alerts = new Map<string, { labels: Readonly<Record<string, string>>; endsAt: number }>();
  const receiver = await startReceiver(PREFIX, options, (request): VendorVerdict<JsonObject> => {
    if (request.path !== `${PREFIX}/api/v2/alerts`) return refused(404, 'not found');
    if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
      return refused(415, 'media type');
    const parsed = parseJson(request.body);
    const list: unknown = parsed.ok ? parsed.value : undefined;
    if (!Array.isArray(list) || list.length === 0) return refused(400, 'not an array of alerts');
    const posted = list as readonly JsonObject[];
    const broken = posted.map(brokenAlert).find((reason) => reason !== undefined);
    if (broken !== undefined) return refused(400, broken);
    for (const alert of posted) {
      const labels = alert['labels'] as unknown as Readonly<Record<string, string>>;
      const key = JSON.stringify(Object.entries(labels).toSorted());
      alerts.set(key, { labels, endsAt: Date.parse(asText(alert['endsAt'])) });
    }
    return { answer: { status: 200, body: '' }, accepted: { alerts: [...posted] }, violations: [] };
  });
  return {
    ...receiver,
    firing: () =>
      [...alerts.values()].filter(({ endsAt }) => endsAt > options.nowMs()).map(({ labels }) => labels),
    forget: () => alerts.clear(),
  };
}

function brokenAlert(alert: JsonObject): string | undefined {
  for (const part of ['labels', 'annotations']) {
    const map = (alert[part] ?? {}) as Readonly<Record<string, unknown>>;
    const entries = Object.entries(map);
    if (part === 'labels' && entries.length === 0) return 'at least one label pair required';
    if (entries.some(([name, value]) => !NAME.test(name) || typeof value !== 'string'))
      return `${part} are no texts`;
    if (entries.some(([, value]) => !(value as string).isWellFormed())) return `${part} are no UTF-8`;
  }
  const [startsAt, endsAt] = [Date.parse(asText(alert['startsAt'])), Date.parse(asText(alert['endsAt']))];
  return endsAt >= startsAt ? undefined : 'start time must be before end time';
}

function refused(status: number, reason: string): VendorVerdict<JsonObject> {
  return { answer: { status, body: JSON.stringify(reason) }, violations: [reason] };
}
