import { asText, type JsonObject, objectIn } from './json-fields.ts';
import {
  createRateLimit,
  type ReceiverOptions,
  startReceiver,
  type VendorReceiver,
  type VendorRequest,
  type VendorVerdict,
} from './receiver.ts';
import { judgePayload } from './slack.ts';

export interface SlackApiOptions extends ReceiverOptions {
  readonly token: string;
  /** The bot is a member of these: name to id. */
  readonly channels: Readonly<Record<string, string>>;
  /** chat.postMessage, a second and channel; absent: no limit. Slack documents one, "bursts tolerated". */
  readonly maxPostsPerSecond?: number;
  /** chat.update, a minute: tier 3 has 50; absent: no limit. */
  readonly maxUpdatesPerMinute?: number;
}

/** A message as the channel shows it now. */
export interface SlackMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly broadcast: boolean;
  readonly edits: number;
  readonly payload: JsonObject;
}

export interface SlackWorkspace extends VendorReceiver<JsonObject> {
  /** In the order in which they were posted. */
  messages(): readonly SlackMessage[];
  /** As a person would in Slack. */
  remove(ts: string): void;
  /** A `response_url`, as it comes with a press: five messages within half an hour. */
  responseUrl(): string;
  /** What was posted to those. */
  responses(): readonly JsonObject[];
}

const PATH = '/slackwebapi';
const RESPONSES = 5;
const RESPONSE_MS = 1_800_000;

/**
 * Slack's Web API with the documented rules of `chat.postMessage`, `chat.update` and `auth.test` (docs.slack.dev,
 * reference of the methods; rate limits): bearer token, membership, a channel's id for updates, `ts` of an existing
 * message, a thread's parent that is there and is no reply, Block Kit's limits. Errors are HTTP 200 with `ok: false`.
 */
export async function startSlackApi(options: SlackApiOptions): Promise<SlackWorkspace> {
  const workspace = new Workspace(options);
  const receiver = await startReceiver(PATH, options, (request) => workspace.judge(request));
  return {
    ...receiver,
    messages: () => workspace.messages(),
    remove: (ts) => workspace.remove(ts),
    responseUrl: () => `${receiver.url}/${workspace.newResponse()}`,
    responses: () => workspace.responses,
  };
}

class Workspace {
  readonly #options: SlackApiOptions;
  readonly #messages = new Map<string, SlackMessage>();
  readonly #posts = new Map<string, (nowMs: number) => boolean>();
  readonly #updates: (nowMs: number) => boolean;
  #posted = 0;
  readonly responses: JsonObject[] = [];
  readonly #responseUses = new Map<string, { readonly madeAt: number; uses: number }>();

  constructor(options: SlackApiOptions) {
    this.#options = options;
    this.#updates = createRateLimit(options.maxUpdatesPerMinute ?? Number.POSITIVE_INFINITY, 60_000);
  }

  messages(): readonly SlackMessage[] {
    return [...this.#messages.values()];
  }

  remove(ts: string): void {
    this.#messages.delete(ts);
  }

  judge(request: VendorRequest): VendorVerdict<JsonObject> {
    const method = request.path.slice(PATH.length + 1);
    if (this.#responseUses.has(method)) return this.#respond(method, request.body);
    if (request.headers.authorization === undefined) return error('not_authed');
    if (request.headers.authorization !== `Bearer ${this.#options.token}`) return error('invalid_auth');
    if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
      return error('invalid_post_type');
    const body = objectIn(request.body);
    if (body === undefined) return error('invalid_arguments');
    switch (method) {
      case 'auth.test':
        return {
          answer: json({ ok: true, team: 'Example', user: 'spanwatch', bot_id: 'B01' }),
          violations: [],
        };
      case 'chat.postMessage':
        return this.#post(body);
      case 'chat.update':
        return this.#update(body);
      default:
        return error('unknown_method');
    }
  }

  newResponse(): string {
    const method = `response/R${this.#responseUses.size + 1}`;
    this.#responseUses.set(method, { madeAt: this.#options.nowMs(), uses: 0 });
    return method;
  }

  /** docs.slack.dev, "Handling user interaction", message responses. */
  #respond(method: string, text: string): VendorVerdict<JsonObject> {
    const use = this.#responseUses.get(method);
    const body = objectIn(text);
    if (use === undefined || body === undefined || asText(body['text']) === '') return error('no_text');
    if (this.#options.nowMs() - use.madeAt > RESPONSE_MS || ++use.uses > RESPONSES) return error('used_url');
    this.responses.push(body);
    return { answer: json({ ok: true }), violations: [] };
  }

  #post(body: JsonObject): VendorVerdict<JsonObject> {
    const channel = this.#channelOf(asText(body['channel']));
    if (channel === undefined) return error('channel_not_found');
    const nowMs = this.#options.nowMs();
    if (!this.#limitOf(channel)(nowMs)) return limited();
    const { broken, violations } = judgePayload(body);
    if (broken !== undefined) return error(broken, violations);
    const threadTs = body['thread_ts'] === undefined ? undefined : asText(body['thread_ts']);
    if (threadTs !== undefined) {
      const parent = this.#messages.get(threadTs);
      if (parent?.channel !== channel) return error('thread_not_found');
      if (parent.threadTs !== undefined) violations.push('a reply as the parent of a thread');
    }
    const ts = `${Math.floor(nowMs / 1000)}.${String(++this.#posted).padStart(6, '0')}`;
    this.#messages.set(ts, {
      channel,
      ts,
      ...(threadTs === undefined ? {} : { threadTs }),
      broadcast: body['reply_broadcast'] === true,
      edits: 0,
      payload: body,
    });
    return {
      answer: json({ ok: true, channel, ts }),
      accepted: { method: 'chat.postMessage', ...body },
      violations,
    };
  }

  #update(body: JsonObject): VendorVerdict<JsonObject> {
    const channel = asText(body['channel']);
    // An id, not a name: a name is not found.
    if (!Object.values(this.#options.channels).includes(channel)) return error('channel_not_found');
    if (!this.#updates(this.#options.nowMs())) return limited();
    const message = this.#messages.get(asText(body['ts']));
    if (message?.channel !== channel)
      return { answer: json({ ok: false, error: 'message_not_found' }), violations: [] };
    const { broken, violations } = judgePayload(body);
    if (broken !== undefined) return error(broken, violations);
    if (body['blocks'] === undefined) violations.push('an update without blocks clears them');
    this.#messages.set(message.ts, { ...message, edits: message.edits + 1, payload: body });
    const answer = json({ ok: true, channel, ts: message.ts });
    return { answer, accepted: { method: 'chat.update', ...body }, violations };
  }

  #channelOf(name: string): string | undefined {
    const ids = this.#options.channels;
    return Object.values(ids).includes(name) ? name : ids[name.replace(/^#/, '')];
  }

  #limitOf(channel: string): (nowMs: number) => boolean {
    const known = this.#posts.get(channel);
    if (known !== undefined) return known;
    const made = createRateLimit(this.#options.maxPostsPerSecond ?? Number.POSITIVE_INFINITY, 1000);
    this.#posts.set(channel, made);
    return made;
  }
}

function json(body: object): VendorVerdict<JsonObject>['answer'] {
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(body),
  };
}

function error(word: string, violations: readonly string[] = [word]): VendorVerdict<JsonObject> {
  return { answer: json({ ok: false, error: word }), violations };
}

function limited(): VendorVerdict<JsonObject> {
  const answer = { ...json({ ok: false, error: 'ratelimited' }), status: 429 };
  return {
    answer: { ...answer, headers: { ...answer.headers, 'retry-after': '1' } },
    violations: ['ratelimited'],
  };
}
