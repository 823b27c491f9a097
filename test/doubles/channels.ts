import type { Message } from '../../src/domain/message.ts';
import type { Channel, DeliveryOutcome, Receipt } from '../../src/notify/port.ts';

export interface RecordingChannel extends Channel {
  /** Every message handed over, in order, with the receipt that came with it. */
  readonly tried: readonly { readonly message: Message; readonly receipt: Receipt | undefined }[];
  /** Ids of the messages that were sent. */
  readonly sent: readonly string[];
  /** The next attempts end like this, then again as `sent`. */
  will(...outcomes: (DeliveryOutcome | 'hang' | 'throw')[]): void;
}

/** Takes everything, unless told otherwise. A hanging attempt ends when it is aborted. */
export function recordingChannel(
  name: string,
  options: Partial<Pick<Channel, 'pace' | 'edits' | 'forPrograms' | 'afterKillMs'>> = {},
): RecordingChannel {
  const tried: { message: Message; receipt: Receipt | undefined }[] = [];
  const sent: string[] = [];
  const outcomes: (DeliveryOutcome | 'hang' | 'throw')[] = [];
  return {
    name,
    ...options,
    tried,
    sent,
    will: (...more) => void outcomes.push(...more),
    deliver: (message, receipt, signal) => {
      tried.push({ message, receipt });
      const outcome = outcomes.shift() ?? { kind: 'sent' };
      if (outcome === 'throw') throw new Error('a secret text');
      if (outcome === 'hang') {
        return new Promise((resolve) => {
          signal?.addEventListener('abort', () => resolve({ kind: 'retry', reason: 'aborted' }));
        });
      }
      if (outcome.kind === 'sent') sent.push(message.id);
      return Promise.resolve(outcome);
    },
  };
}
