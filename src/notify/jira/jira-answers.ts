import type { JsonValue } from '../../runtime/index.ts';
import type { DeliveryOutcome } from '../port.ts';
import type { JiraAnswer } from './jira-api.ts';

/** An answer that ends the delivery. */
export class Ended extends Error {
  readonly outcome: DeliveryOutcome;
  constructor(outcome: DeliveryOutcome) {
    super('ended');
    this.outcome = outcome;
  }
}

export type Json = Readonly<Record<string, JsonValue>>;

/** What an answer says; throws `Ended` when it says no. */
export function bodyOf(answer: JiraAnswer): Json {
  switch (answer.kind) {
    case 'ok':
      return answer.body;
    case 'failed':
      throw new Ended(answer.outcome);
    case 'missing':
      throw new Ended({
        kind: 'permanent',
        reason: 'HTTP 404: no such project or issue, or no right to see it',
      });
    case 'refused': {
      const fields = answer.fields.length === 0 ? '' : `, fields ${answer.fields.join(', ')}`;
      throw new Ended({ kind: 'permanent', reason: `HTTP ${answer.status}${fields}` });
    }
  }
}

export function objectOf(value: JsonValue | undefined): Json {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

export function listOf(value: JsonValue | undefined): readonly Json[] {
  return Array.isArray(value) ? value.map(objectOf) : [];
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
