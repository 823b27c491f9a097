import { startFeishu } from '../../../src/simulator/vendors/feishu.ts';
import type { VendorReceiver } from '../../../src/simulator/vendors/receiver.ts';
import { startSlack } from '../../../src/simulator/vendors/slack.ts';
import { startWebhookReceiver } from '../../../src/simulator/vendors/webhook.ts';

export type ChannelName = 'slack' | 'feishu' | 'webhook';

export interface Endpoints {
  /** Lines of the configuration. */
  readonly channels: readonly string[];
  /** Messages that were accepted, by what makes them one: the webhook's id, else all that is shown. */
  received(channel: ChannelName): readonly string[];
  close(): Promise<void>;
}

const SECRET = 'a secret of the kills';

/** Slack, Feishu and a webhook by their rules over HTTP. `onAccepted` is called before the answer. */
export async function startEndpoints(onAccepted: () => void): Promise<Endpoints> {
  const options = { nowMs: () => Date.now(), onAccepted };
  const slack = await startSlack(options);
  const feishu = await startFeishu({ ...options, secret: SECRET });
  // The receiver itself leaves out what comes twice, so its requests are counted.
  let hook: VendorReceiver<unknown> | undefined;
  const webhook = (hook = await startWebhookReceiver(options));
  return {
    channels: [
      'channels:',
      `  - { name: slack, type: slack-webhook, url: "${slack.url}" }`,
      `  - { name: feishu, type: feishu-bot, url: "${feishu.url}", secret: "${SECRET}", locale: zh }`,
      `  - { name: webhook, type: webhook, url: "${webhook.url}" }`,
    ],
    received: (channel) => {
      if (channel === 'webhook') return hook.requests.map(({ headers }) => String(headers['webhook-id']));
      const { accepted } = channel === 'slack' ? slack : feishu;
      return accepted.map((message) => JSON.stringify({ ...message, timestamp: '', sign: '' }));
    },
    close: async () => {
      await Promise.all([slack.close(), feishu.close(), webhook.close()]);
    },
  };
}
