import type { Clock } from '../runtime/index.ts';
import { type HttpAnswer, outcomeByStatus } from './http.ts';
import { answerObject } from './json-answer.ts';
import type { DeliveryOutcome } from './port.ts';

export interface ErrcodeRules {
  readonly vendor: string;
  /** Too many messages, and how long to wait by the vendor's words. */
  readonly limited: Readonly<Record<number, number>>;
  /** The same again would end the same, and why. */
  readonly final: Readonly<Record<number, string>>;
}

/** DingTalk and WeCom answer 200 with `errcode`, 0 for success. What is in no list is worth another try. */
export function outcomeByErrcode(
  answer: HttpAnswer,
  clock: Clock,
  { vendor, limited, final }: ErrcodeRules,
): DeliveryOutcome {
  const byStatus = outcomeByStatus(answer, clock);
  if (byStatus !== undefined) return byStatus;
  const code = answerObject(answer.text)?.['errcode'];
  if (typeof code !== 'number') {
    return { kind: 'retry', reason: `HTTP ${answer.status} without ${vendor}'s answer in the body` };
  }
  if (code === 0) return { kind: 'sent' };
  const afterMs = limited[code];
  if (afterMs !== undefined) {
    return { kind: 'retry', afterMs, reason: `${vendor} says ${code}: too many messages` };
  }
  const reason = final[code];
  if (reason !== undefined) return { kind: 'permanent', reason: `${vendor} says ${code}: ${reason}` };
  return { kind: 'retry', reason: `${vendor} says ${code}` };
}
