import { asArray, asObject, asText, type JsonObject, objectIn } from './json-fields.ts';
import { type ReceiverOptions, startReceiver, type VendorReceiver, type VendorVerdict } from './receiver.ts';

export interface PagerDutyOptions extends ReceiverOptions {
  readonly routingKey: string;
}

export interface PagerDutyService extends VendorReceiver<JsonObject> {
  /** By `dedup_key`: how many alerts were made, and the state of the last one. */
  alerts(): ReadonlyMap<string, { readonly made: number; readonly state: string; readonly events: number }>;
}

const PATH = '/v2/enqueue';
const MAX_BYTES = 512 * 1024;

/** PagerDuty's Events API v2 with the documented rules (PagerDuty/developer-docs, "Events API v2"). */
export async function startPagerDuty(options: PagerDutyOptions): Promise<PagerDutyService> {
  const alerts = new Map<string, { made: number; state: string; events: number }>();
  const receiver = await startReceiver(PATH, options, (request): VendorVerdict<JsonObject> => {
    if (request.path !== PATH) return refused(404, 'not found');
    if (Buffer.byteLength(request.body) > MAX_BYTES) return refused(413, 'too large');
    const body = objectIn(request.body);
    const broken = body === undefined ? 'no JSON' : brokenEvent(body, options.routingKey);
    if (body === undefined || broken !== undefined) return refused(400, broken ?? 'no JSON');
    apply(alerts, body);
    const answer = { status: 'success', message: 'Event processed', dedup_key: body['dedup_key'] };
    return { answer: { status: 202, body: JSON.stringify(answer) }, accepted: body, violations: [] };
  });
  return { ...receiver, alerts: () => alerts };
}

/** A resolved key never reopens: it makes a new alert. What is said of no open alert is dropped. */
function apply(alerts: Map<string, { made: number; state: string; events: number }>, body: JsonObject): void {
  const key = asText(body['dedup_key']);
  const known = alerts.get(key);
  const open = known !== undefined && known.state !== 'resolved';
  if (body['event_action'] === 'trigger') {
    const made = (known?.made ?? 0) + (open ? 0 : 1);
    alerts.set(key, { made, state: open ? known.state : 'triggered', events: (known?.events ?? 0) + 1 });
  } else if (open) {
    alerts.set(key, { ...known, state: body['event_action'] === 'resolve' ? 'resolved' : 'acknowledged' });
  }
}

function brokenEvent(body: JsonObject, routingKey: string): string | undefined {
  if (body['routing_key'] !== routingKey) return 'invalid routing key';
  const key = asText(body['dedup_key']);
  if (key === '' || key.length > 255) return 'dedup_key';
  const action = asText(body['event_action']);
  if (!['trigger', 'acknowledge', 'resolve'].includes(action)) return 'event_action';
  if (action !== 'trigger') return undefined;
  const payload = asObject(body['payload']) ?? {};
  const summary = asText(payload['summary']);
  if (summary === '' || summary.length > 1024) return 'summary';
  if (asText(payload['source']) === '') return 'source';
  if (!['critical', 'error', 'warning', 'info'].includes(asText(payload['severity']))) return 'severity';
  if (Number.isNaN(Date.parse(asText(payload['timestamp'])))) return 'timestamp';
  const links = asArray(body['links']).map((link) => asText(asObject(link)?.['href']));
  return links.every((href) => /^https?:/.test(href)) ? undefined : 'links';
}

function refused(status: number, error: string): VendorVerdict<JsonObject> {
  const body = JSON.stringify({
    status: 'invalid event',
    message: 'Event object is invalid',
    errors: [error],
  });
  return { answer: { status, body }, violations: [error] };
}
