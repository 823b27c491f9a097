import { describe, expect, it } from 'vitest';
import type { Locale } from '../../src/domain/message.ts';
import { composeMessage, incidentWords } from '../../src/messages/index.ts';
import { anIncident, opened, resolved, STARTED_AT } from '../doubles/incident-story.ts';

const deploy = (minutesBefore: number, over = {}) => ({
  ...{ environment: 'prod', namespace: '', service: 'payment', from: '1.4.2', to: '1.5.0' },
  atMs: STARTED_AT - minutesBefore * 60_000,
  ...over,
});

describe('a deploy just before an incident', () => {
  const factsOf = (changes: ReturnType<typeof deploy>[], locale: Locale = 'en') => {
    const incident = anIncident({ changes });
    return composeMessage({ incident, event: opened(incident), locale, links: {} }).facts;
  };

  it('is the first fact of its messages, in two languages', () => {
    expect(factsOf([deploy(4)])[0]).toEqual({
      label: 'Deploy',
      value: 'payment 1.4.2 -> 1.5.0, 4 min before it began',
    });
    expect(factsOf([deploy(4)], 'zh')[0]).toEqual({
      label: '发布',
      value: 'payment 1.4.2 -> 1.5.0，异常开始前 4 分钟',
    });
    expect(
      factsOf([deploy(-3), deploy(0.5)])
        .map(({ value }) => value)
        .slice(0, 2),
    ).toEqual([
      'payment 1.4.2 -> 1.5.0, 3 min after it began',
      'payment 1.4.2 -> 1.5.0, in the minute in which it began',
    ]);
    expect(factsOf([])[0].label).toBe('Since');
  });

  it('is on its page, harmless whatever the version is called, and not told of what is over', () => {
    const incident = anIncident({ changes: [deploy(4, { to: '2\u202e\n<b>' })] });
    expect(incidentWords('en').deploys(incident)).toEqual([
      'Deploy: payment 1.4.2 -> 2 <b>, 4 min before it began',
    ]);
    const over = { ...incident, state: 'resolved' as const, resolvedAt: STARTED_AT + 600_000 };
    const end = composeMessage({
      ...{ incident: over, locale: 'en', links: {} },
      event: resolved(over, 2, STARTED_AT + 600_000),
    });
    expect(end.facts.map(({ label }) => label)).not.toContain('Deploy');
  });
});
