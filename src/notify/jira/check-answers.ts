import type { JsonValue } from '../../runtime/index.ts';
import type { ChannelCheck } from '../channel-check.ts';
import type { JiraAnswer } from './jira-api.ts';

// How what Jira answers to a check is read and told.

export function wrong(problem: string): ChannelCheck {
  return { found: 'jira', problem };
}

export function said(answer: Exclude<JiraAnswer, { kind: 'ok' }>): string {
  if (answer.kind === 'missing') return 'HTTP 404: it is not there, or the token may not see it';
  if (answer.kind === 'refused') return `HTTP ${answer.status}`;
  return answer.outcome.kind === 'sent' ? '' : answer.outcome.reason;
}

export function listOf(value: JsonValue | undefined): readonly Readonly<Record<string, JsonValue>>[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (one): one is Readonly<Record<string, JsonValue>> =>
      one !== null && typeof one === 'object' && !Array.isArray(one),
  );
}

export function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
