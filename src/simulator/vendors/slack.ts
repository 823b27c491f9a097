import { asArray, asObject, asText, type JsonObject, objectIn, objectsIn } from './json-fields.ts';
import {
  createRateLimit,
  type ReceiverOptions,
  startReceiver,
  type VendorAnswer,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';

export interface SlackOptions extends ReceiverOptions {
  /** Messages a second; absent: no limit. */
  readonly maxPerSecond?: number;
}

const PATH = '/services/T00000000/B00000000/slackwebhooktoken';

/** An incoming webhook with Slack's documented rules (docs.slack.dev: webhooks, block kit limits, formatting). */
export function startSlack(options: SlackOptions): Promise<VendorReceiver<JsonObject>> {
  const allowed = createRateLimit(options.maxPerSecond ?? Number.POSITIVE_INFINITY, 1000);
  return startReceiver(PATH, options, (request) =>
    allowed(options.nowMs()) ? judgeSlack(request) : refused(429, 'rate_limited', { 'retry-after': '1' }),
  );
}

/** What Slack answers, and which rules were broken. */
export function judgeSlack(request: VendorRequest): VendorVerdict<JsonObject> {
  if (request.path !== PATH) return refused(404, 'no_service');
  if (!(request.headers['content-type'] ?? '').startsWith('application/json')) {
    return refused(400, 'invalid_payload');
  }
  const payload = objectIn(request.body);
  if (payload === undefined) return refused(400, 'invalid_payload');
  if (asText(payload['text']) === '') return refused(400, 'no_text');
  const broken = brokenLimits(payload);
  if (broken.length > 0) {
    return { answer: { status: 400, body: broken[0].replace(/:.*/s, '') }, violations: broken };
  }
  return { answer: { status: 200, body: 'ok' }, accepted: payload, violations: brokenMarkup(payload) };
}

/** Whether Slack would take it: the word that it refuses it with, and which rules were broken. */
export function judgePayload(payload: JsonObject): {
  readonly broken?: string;
  readonly violations: string[];
} {
  if (asText(payload['text']) === '') return { broken: 'no_text', violations: ['no_text'] };
  const violations = brokenLimits(payload);
  const [first] = violations as (string | undefined)[];
  if (first !== undefined) return { broken: first.replace(/:.*/s, ''), violations };
  return { violations: brokenMarkup(payload) };
}

/** Block Kit's limits, and the total beyond which blocks are refused (slackapi/bolt-js#2509). */
const LIMITS = {
  blocks: 50,
  header: 150,
  section: 3000,
  fields: 10,
  field: 2000,
  total: 13_000,
  text: 40_000,
};

function brokenLimits(payload: JsonObject): string[] {
  const blocks = asArray(payload['blocks']).map((block) => asObject(block) ?? {});
  const broken: string[] = [];
  if (blocks.length > LIMITS.blocks) broken.push(`invalid_blocks: ${blocks.length} blocks`);
  for (const block of blocks) broken.push(...brokenBlock(block));
  const total = texts(payload).reduce((sum, text) => sum + asText(text['text']).length, 0);
  if (total > LIMITS.total) broken.push(`msg_blocks_too_long: ${total} characters`);
  if (asText(payload['text']).length > LIMITS.text) broken.push('msg_too_long');
  return broken;
}

function brokenBlock(block: JsonObject): string[] {
  const text = asObject(block['text']);
  const length = asText(text?.['text']).length;
  switch (block['type']) {
    case 'header':
      if (text?.['type'] !== 'plain_text') return ['invalid_blocks: a header must be plain_text'];
      return length >= 1 && length <= LIMITS.header ? [] : [`invalid_blocks: header of ${length} characters`];
    case 'section': {
      const fields = asArray(block['fields']);
      if (text === undefined && fields.length === 0) return ['invalid_blocks: an empty section'];
      const long = fields.some((field) => asText(asObject(field)?.['text']).length > LIMITS.field);
      if (long || fields.length > LIMITS.fields) return ['invalid_blocks: fields of a section'];
      if (text !== undefined && (length < 1 || length > LIMITS.section)) {
        return [`invalid_blocks: section of ${length} characters`];
      }
      return [];
    }
    case 'actions':
      return brokenActions(asArray(block['elements']).map((element) => asObject(element) ?? {}));
    case 'divider':
    case 'context':
      return [];
    default:
      return [`invalid_blocks: unknown type`];
  }
}

/** docs.slack.dev, "Actions block", "Button element": counts and lengths; the ids of a block's actions differ. */
function brokenActions(elements: readonly JsonObject[]): string[] {
  if (elements.length === 0 || elements.length > 25) return ['invalid_blocks: elements of actions'];
  const ids = new Set(elements.map((element) => element['action_id']));
  const bad = elements.some((element) => {
    const text = asObject(element['text']);
    const long = asText(text?.['text']).length > 75 || asText(element['value']).length > 2000;
    const id = asText(element['action_id']);
    return (
      element['type'] !== 'button' || text?.['type'] !== 'plain_text' || long || id === '' || id.length > 255
    );
  });
  return bad || ids.size !== elements.length ? ['invalid_blocks: a button'] : [];
}

/** Text objects of the blocks. */
function texts(payload: JsonObject): JsonObject[] {
  return objectsIn(payload['blocks']).filter((o) => o['type'] === 'plain_text' || o['type'] === 'mrkdwn');
}

/** What would ring people, or become a link that the sender did not write as one. */
function brokenMarkup(payload: JsonObject): string[] {
  const broken = brokenText(asText(payload['text']), payload['mrkdwn'] !== false, false);
  for (const text of texts(payload)) {
    const markup = text['type'] === 'mrkdwn';
    broken.push(...brokenText(asText(text['text']), markup, markup));
    if (markup && text['verbatim'] !== true) broken.push('mrkdwn finds links by itself');
  }
  return broken;
}

const LINK = /<https?:\/\/[^<>|\s]+(\|[^<>|]*)?>/g;

function brokenText(text: string, markup: boolean, links: boolean): string[] {
  const rest = links ? text.replace(LINK, '') : text;
  const broken: string[] = [];
  if (/<[!@#]/.test(rest)) broken.push(`mention in ${JSON.stringify(rest.slice(0, 80))}`);
  if (/[<>]/.test(rest)) broken.push('unescaped angle bracket');
  if (/&(?!(?:amp|lt|gt);)/.test(rest)) broken.push('unescaped ampersand');
  if (markup && /(?<!\w)([*_~`])\S[^\n]*?\1/.test(rest)) broken.push('formatting in text that is not ours');
  return broken;
}

function refused(status: number, body: string, headers?: VendorAnswer['headers']): VendorVerdict<JsonObject> {
  return { answer: { status, body, ...(headers === undefined ? {} : { headers }) }, violations: [body] };
}
