import { type JsonObject, startFeishu, startSlack, type VendorReceiver } from '../../simulator/index.ts';

/** The demo's chat: endpoints on this machine that enforce the rules of Slack and of Feishu. */
export interface Chat {
  readonly slackUrl: string;
  readonly feishuUrl: string;
  /** Messages that were shown since the last call, as text. */
  fresh(): readonly string[];
  /** What the vendors' rules say of all that was sent. */
  readonly tally: {
    readonly slack: number;
    readonly feishu: number;
    readonly violations: readonly string[];
  };
  close(): Promise<void>;
}

/** Signs Feishu's messages; of the demo alone. */
export const FEISHU_SECRET = 'demo';

/** Starts both endpoints on free ports of 127.0.0.1; `nowMs` is the wall clock, by which rates are limited. */
export async function startChat(nowMs: () => number): Promise<Chat> {
  const slack = await startSlack({ nowMs });
  const feishu = await startFeishu({ nowMs, secret: FEISHU_SECRET, limited: true });
  let shown = 0;
  return {
    slackUrl: slack.url,
    feishuUrl: feishu.url,
    fresh: () => {
      const messages = slack.accepted.slice(shown).map(asText);
      shown = slack.accepted.length;
      return messages;
    },
    get tally() {
      return tallyOf(slack, feishu);
    },
    close: async () => {
      await Promise.all([slack.close(), feishu.close()]);
    },
  };
}

function tallyOf(slack: VendorReceiver<JsonObject>, feishu: VendorReceiver<JsonObject>): Chat['tally'] {
  return {
    slack: slack.accepted.length,
    feishu: feishu.accepted.length,
    violations: [...slack.violations, ...feishu.violations],
  };
}

/** A Block Kit message as it reads: headers, sections and fields, one under the other. */
function asText(payload: JsonObject): string {
  const blocks = Array.isArray(payload['blocks']) ? (payload['blocks'] as unknown as readonly Block[]) : [];
  return blocks.flatMap(linesOf).join('\n');
}

interface Block {
  readonly type: string;
  readonly text?: { readonly text: string };
  readonly fields?: readonly { readonly text: string }[];
}

function linesOf({ type, text, fields = [] }: Block): string[] {
  if (type === 'header') return [text?.text ?? ''];
  const lines = [...(text === undefined ? [] : [text.text]), ...fields.map(fieldLine)];
  return lines.flatMap((line) => line.split('\n').map((part) => `  ${unescaped(part)}`));
}

/** A field is a label over a value. */
function fieldLine({ text }: { readonly text: string }): string {
  return text.replace('\n', '  ');
}

/** Slack's own escapes and links, as its clients show them. */
function unescaped(text: string): string {
  return text
    .replace(/<(https?:[^|>]+)\|([^>]*)>/g, '$2 $1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
