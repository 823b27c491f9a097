import type { Severity } from '../domain/incident.ts';
import type { Locale, Message } from '../domain/message.ts';

/** What a channel gave back for an incident (a thread's id, a ticket's key): small, and no secrets. */
export type Receipt = Readonly<Record<string, string>>;

/** How a delivery ended. `reason` is for people and logs: it never holds a URL, a secret or a span's text. */
export type DeliveryOutcome =
  | { readonly kind: 'sent'; readonly receipt?: Receipt; readonly note?: string }
  /** The channel tells nobody of this one, by a rule of its own or because somebody asked for it: `reason` says which. */
  | {
      readonly kind: 'skipped';
      readonly reason: string;
      readonly receipt?: Receipt;
      readonly note?: string;
    }
  /** Worth another try; `afterMs` when the receiver said how long to wait. */
  | { readonly kind: 'retry'; readonly afterMs?: number; readonly reason: string }
  /** Another try would end the same: the message goes to the dead letters. */
  | { readonly kind: 'permanent'; readonly reason: string; readonly note?: string };

/** What a channel found out for whoever looks at the incident: untrusted text. */
export interface ChannelNote {
  readonly incidentId: string;
  readonly channel: string;
  readonly text: string;
}

/** At most `perMinute` messages in any minute, `burst` of them at once. */
export interface Pace {
  readonly perMinute: number;
  readonly burst: number;
}

/**
 * One way to tell people. The contract:
 * - `deliver` resolves, it never rejects: whatever the receiver or the network does is an outcome.
 * - It is called one message at a time, in the order of an incident's events, by the outbox alone.
 * - It may be called twice with the same message (a crash after sending): `message.id` is the idempotency key, and a
 *   channel whose receiver knows such keys passes it on.
 * - `sent` means that the receiver has taken it, by the receiver's own rule of success: HTTP 200 alone is not enough
 *   where the body can hold an error.
 * - `receipt` is what the last `sent` of this incident on this channel returned.
 * - An aborted `signal` ends the attempt as `retry`.
 * - All texts of a message are untrusted: the channel makes them inert in its own markup, and cuts to its own limits.
 */
export interface Channel {
  readonly name: string;
  /** What the receiver tolerates; absent when it has no such rule. */
  readonly pace?: Pace;
  /** It shows one message an incident and edits it: of what waits, only the newest state is worth sending. */
  readonly edits?: boolean;
  /** What was in flight at a kill goes out again no sooner: its receiver may not show yet what it took. */
  readonly afterKillMs?: number;
  /** Its receiver is a program, which needs each message: nothing is summed up. */
  readonly forPrograms?: boolean;
  deliver(message: Message, receipt?: Receipt, signal?: AbortSignal): Promise<DeliveryOutcome>;
  /** After the last delivery: ends timers and connections that it holds. */
  close?(): void;
}

interface ChannelBase {
  /** Unique among the channels; a label in metrics. */
  readonly name: string;
  readonly locale: Locale;
  /** The mildest severity that is sent; default P2. */
  readonly minSeverity?: Severity;
  /** Instead of the vendor's documented pace. */
  readonly maxPerMinute?: number;
}

export interface HttpLimits {
  /** For a whole attempt, connecting included; default 15,000. */
  readonly timeoutMs?: number;
}

export interface SlackWebhookConfig extends ChannelBase, HttpLimits {
  readonly type: 'slack-webhook';
  /** A secret as a whole. */
  readonly url: string;
}

export interface SlackBotConfig extends ChannelBase, HttpLimits {
  readonly type: 'slack-bot';
  /** Where the methods are, without their name. */
  readonly apiUrl: string;
  /** `xoxb-…`, with the scope `chat:write`. */
  readonly token: string;
  /** Id or name; the bot is a member of it. */
  readonly channel: string;
  /** With it messages have buttons; it verifies who pressed. */
  readonly signingSecret?: string;
  /** `A…`; another app's presses are refused. */
  readonly appId?: string;
}

export interface FeishuBotConfig extends ChannelBase, HttpLimits {
  readonly type: 'feishu-bot';
  /** A secret as a whole. */
  readonly url: string;
  /** The bot's signature secret, when signing is switched on. */
  readonly secret?: string;
}

export interface WebhookConfig extends ChannelBase, HttpLimits {
  readonly type: 'webhook';
  readonly url: string;
  /** `whsec_<base64>` each; the message is signed with all of them, so that a receiver can rotate. */
  readonly secrets: readonly string[];
}

export interface FeishuAppConfig extends ChannelBase, HttpLimits {
  readonly type: 'feishu-app';
  readonly baseUrl: string;
  readonly appId: string;
  readonly appSecret: string;
  /** Of the group that the bot is in. */
  readonly chatId: string;
  /** With it cards have buttons; it verifies who pressed. */
  readonly verificationToken?: string;
  readonly encryptKey?: string;
}

export interface DingTalkConfig extends ChannelBase, HttpLimits {
  readonly type: 'dingtalk';
  /** A secret as a whole. */
  readonly url: string;
  /** `SEC…`, when the robot's signature is switched on. */
  readonly secret?: string;
}

export interface WeComConfig extends ChannelBase, HttpLimits {
  readonly type: 'wecom';
  /** A secret as a whole. */
  readonly url: string;
}

export interface TeamsConfig extends ChannelBase, HttpLimits {
  readonly type: 'teams';
  /** Of the workflow; a secret as a whole. */
  readonly url: string;
}

export interface PagerDutyConfig extends ChannelBase, HttpLimits {
  readonly type: 'pagerduty';
  readonly url: string;
  /** Integration key of the service, a secret. */
  readonly routingKey: string;
}

export interface JiraConfig extends ChannelBase, HttpLimits {
  readonly type: 'jira';
  readonly flavour: 'cloud' | 'data-center';
  /** Of the site, with a context path but without `/rest`. */
  readonly url: string;
  /** Cloud: whose API token it is. */
  readonly email?: string;
  /** An API token, or a personal access token of Data Center. */
  readonly token: string;
  readonly project: string;
  readonly issueType: string;
  /** Besides ours. */
  readonly labels: readonly string[];
  /** Other fields of a new issue: `json` is the value as Jira takes it. */
  readonly fields: readonly { readonly id: string; readonly json: string }[];
  /** Name or id; absent: the issue stays open, with a comment. */
  readonly resolveTransition?: string;
  readonly reopenTransition?: string;
  /** What screens of transitions ask for; `id` is a field's id or name. */
  readonly transitionFields?: readonly { readonly id: string; readonly json: string }[];
  /** Jira Service Management: a customer request of this type is made instead of an issue. */
  readonly serviceDesk?: { readonly id: string; readonly requestTypeId: string };
  readonly reopenWithinMs: number;
}

export interface AlertmanagerConfig extends ChannelBase, HttpLimits {
  readonly type: 'alertmanager';
  /** Without `/api/v2`. */
  readonly url: string;
  readonly token?: string;
}

export interface EmailConfig extends ChannelBase, HttpLimits {
  readonly type: 'email';
  readonly host: string;
  readonly port: number;
  readonly security: 'starttls' | 'tls' | 'none';
  readonly user?: string;
  readonly password?: string;
  readonly from: string;
  readonly to: readonly string[];
}

export interface ExecHookConfig extends ChannelBase {
  readonly type: 'exec';
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  /** What it runs for. */
  readonly events: readonly Message['event'][];
  readonly dryRun: boolean;
  readonly timeLimitMs: number;
  readonly coolDownMs: number;
  readonly maxPerHour: number;
  /** From this severity up it runs only when somebody has acknowledged the incident. */
  readonly acknowledgeFrom?: Severity;
  /** Where it is written down what has run. */
  readonly stateDir: string;
}

export interface TerminalConfig extends ChannelBase {
  readonly type: 'terminal';
}

export type ChannelConfig =
  | SlackWebhookConfig
  | SlackBotConfig
  | FeishuBotConfig
  | FeishuAppConfig
  | DingTalkConfig
  | WeComConfig
  | TeamsConfig
  | PagerDutyConfig
  | JiraConfig
  | AlertmanagerConfig
  | EmailConfig
  | ExecHookConfig
  | WebhookConfig
  | TerminalConfig;

/** What the terminal channel prints with: the renderer of the messages room, and where to. */
export interface TerminalOutput {
  readonly render: (message: Message) => string;
  readonly write: (text: string) => void;
}

/**
 * Messages on their way out. The rows are written by `Store.appendEvent`, in one transaction with the event that caused
 * them; the outbox delivers them: per incident and channel first in, first out; each at least once.
 */
export interface Outbox {
  /** Takes up what an earlier process left, and starts. Only one process at a time may have a started outbox on a store. */
  start(): Promise<void>;
  /** Says that rows were written. Cheap; may be called at any time. */
  wake(): void;
  /** Calls back with what channels want to be noted with an incident. */
  onNote(listener: (note: ChannelNote) => void): void;
  /**
   * Delivers by these channels from now on; those among them that it has already are not disturbed. What is in flight on
   * another is waited for, as long as at a shutdown, before its successor of the same name takes up its messages; messages
   * of a name that is gone become dead letters, as at a start. Never rejects.
   */
  replace(channels: readonly Channel[]): Promise<void>;
  /** Resolves when nothing is in flight and nothing is due before the clock moves. */
  settled(): Promise<void>;
  /**
   * Tries what is due once more, without pauses between messages, for at most `drainMs` by the clock; what is left
   * stays in the store for the next process. It cannot be started again.
   */
  shutdown(): Promise<void>;
}
