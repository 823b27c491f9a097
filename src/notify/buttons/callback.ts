import type { IncomingHttpHeaders } from 'node:http';
import type { ButtonPress, PressOutcome } from '../../domain/button.ts';
import type { Clock, JsonValue } from '../../runtime/index.ts';

/** What a vendor sent, as it came: signatures are over these bytes. */
export interface CallbackRequest {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `outcome` is for the metric: our words. */
export interface CallbackAnswer {
  readonly status: 200 | 400 | 401 | 403;
  readonly outcome:
    'pressed' | 'challenge' | 'ignored' | 'repeated' | 'malformed' | 'unverified' | 'other-app';
  /** JSON; absent: an empty body. */
  readonly body?: object;
}

/** Answers one channel's callbacks. Never rejects. */
export type CallbackHandler = (request: CallbackRequest) => Promise<CallbackAnswer>;

/** Does what was pressed; resolves when it is stored. Never rejects. */
export type PressButton = (press: ButtonPress) => Promise<PressOutcome>;

type JsonObject = Readonly<Record<string, JsonValue>>;

export function header(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  return typeof value === 'string' ? value : '';
}

export function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return value === null || typeof value !== 'object' || Array.isArray(value) ? undefined : value;
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** An id of ours is short; whatever is longer names none. */
export const MAX_INCIDENT_ID = 200;

/** Both vendors want an answer within three seconds (docs.slack.dev, "Handling user interaction"; open.feishu.cn, "Receive callbacks"). */
const ANSWER_WITHIN_MS = 2_500;

/** The outcome, or undefined when it takes longer than a vendor waits: it goes on by itself. */
export function inTime(work: Promise<PressOutcome>, clock: Clock): Promise<PressOutcome | undefined> {
  return new Promise((resolve) => {
    const cancel = clock.after(ANSWER_WITHIN_MS, () => resolve(undefined));
    void work.then((outcome) => {
      cancel();
      resolve(outcome);
    });
  });
}
