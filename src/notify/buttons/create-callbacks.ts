import type { Runtime } from '../../runtime/index.ts';
import type { ChannelConfig } from '../port.ts';
import type { CallbackAnswer, CallbackHandler, CallbackRequest, PressButton } from './callback.ts';
import { feishuCallback } from './feishu-callback.ts';
import { slackCallback } from './slack-callback.ts';

/** Presses that are worked on at once; people are slower. */
const MOST_AT_ONCE = 32;

export type Callbacks = ReadonlyMap<string, (request: CallbackRequest) => Promise<CallbackAnswer | 'busy'>>;

/** Who answers buttons, by the channel's name: those alone that are configured for it. */
export function createCallbacks(
  configs: readonly ChannelConfig[],
  press: PressButton,
  runtime: Runtime,
): Callbacks {
  const counted = runtime.metrics.counter(
    'spanwatch_button_callbacks_total',
    "Callbacks of chats' buttons, by what became of them.",
    ['channel', 'outcome'],
  );
  let pressing = 0;
  const bounded: PressButton = async (one) => {
    pressing++;
    try {
      return await press(one);
    } finally {
      pressing--;
    }
  };
  const callbacks = new Map<string, (request: CallbackRequest) => Promise<CallbackAnswer | 'busy'>>();
  for (const config of configs) {
    const handle = handlerOf(config, bounded, runtime);
    if (handle === undefined) continue;
    callbacks.set(config.name, async (request) => {
      if (pressing >= MOST_AT_ONCE) {
        counted.inc({ channel: config.name, outcome: 'busy' });
        return 'busy';
      }
      const answer = await handle(request);
      counted.inc({ channel: config.name, outcome: answer.outcome });
      return answer;
    });
  }
  return callbacks;
}

function handlerOf(config: ChannelConfig, press: PressButton, runtime: Runtime): CallbackHandler | undefined {
  switch (config.type) {
    case 'slack-bot': {
      const { signingSecret } = config;
      return signingSecret === undefined
        ? undefined
        : slackCallback({ ...config, signingSecret }, press, runtime);
    }
    case 'feishu-app': {
      const { verificationToken } = config;
      return verificationToken === undefined
        ? undefined
        : feishuCallback({ ...config, verificationToken }, press, runtime);
    }
    default:
      return undefined;
  }
}
