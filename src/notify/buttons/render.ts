import { type Button, BUTTONS } from '../../domain/button.ts';
import type { Message } from '../../domain/message.ts';
import { BUTTON_LABELS } from './words.ts';

/** Before the button's name in Slack's `action_id` and as Feishu's key: another app's buttons are not ours. */
export const ACTION_PREFIX = 'spanwatch:';

export interface SlackActions {
  readonly type: 'actions';
  readonly elements: readonly {
    readonly type: 'button';
    readonly action_id: string;
    readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: false };
    readonly value: string;
    readonly style?: 'primary';
  }[];
}

export interface FeishuActions {
  readonly tag: 'action';
  readonly actions: readonly {
    readonly tag: 'button';
    readonly type: 'primary' | 'default';
    readonly text: { readonly tag: 'plain_text'; readonly content: string };
    readonly value: { readonly action: string; readonly incident: string };
  }[];
}

/** Under a message about an incident: all three while it is open; of one that is over, whether it was none. */
function buttonsOf({ event }: Message): readonly Button[] {
  switch (event) {
    case 'digest':
    case 'blind':
    case 'blind-over':
      return [];
    case 'resolved':
      return ['not-an-anomaly'];
    default:
      return BUTTONS;
  }
}

/** Slack's Block Kit: `actions`, at most 25 elements, a value of at most 2,000 characters (docs.slack.dev). */
export function slackButtons(message: Message): readonly SlackActions[] {
  const buttons = buttonsOf(message);
  if (buttons.length === 0) return [];
  const elements = buttons.map((button) => ({
    type: 'button' as const,
    action_id: `${ACTION_PREFIX}${button}`,
    text: { type: 'plain_text' as const, text: BUTTON_LABELS[message.locale][button], emoji: false as const },
    value: message.incidentId,
    ...(button === 'acknowledge' && { style: 'primary' as const }),
  }));
  return [{ type: 'actions', elements }];
}

/** Feishu's card: buttons with a `value`, which comes back with `card.action.trigger` (open.feishu.cn, "Button"). */
export function feishuButtons(message: Message): readonly FeishuActions[] {
  const buttons = buttonsOf(message);
  if (buttons.length === 0) return [];
  const actions = buttons.map((button) => ({
    tag: 'button' as const,
    type: button === 'acknowledge' ? ('primary' as const) : ('default' as const),
    text: { tag: 'plain_text' as const, content: BUTTON_LABELS[message.locale][button] },
    value: { action: `${ACTION_PREFIX}${button}`, incident: message.incidentId },
  }));
  return [{ tag: 'action', actions }];
}

/** The button that an action's name is of; undefined when it is not ours. */
export function buttonNamed(action: unknown): Button | undefined {
  return BUTTONS.find((button) => action === `${ACTION_PREFIX}${button}`);
}
