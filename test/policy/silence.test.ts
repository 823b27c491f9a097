import { describe, expect, it } from 'vitest';
import type { Matcher, Silence } from '../../src/domain/silence.ts';
import {
  matches,
  parseMatcher,
  patternProblem,
  printMatcher,
  silencedBy,
  silenceProblem,
} from '../../src/policy/index.ts';
import { anIncident, aSuspect } from '../doubles/incident-story.ts';
import { leastMs } from '../setup/least-ms.ts';

const NOW = 1_000_000;
const silence = (over: Partial<Silence> = {}): Silence => ({
  id: 's1',
  matchers: [{ name: 'service', operator: '=', value: 'payment' }],
  startsAt: NOW,
  endsAt: NOW + 1000,
  createdAt: NOW,
  createdBy: 'ann',
  comment: '',
  ...over,
});

describe('a matcher', () => {
  it.each([
    ['service=payment', true],
    ['service="payment"', true],
    ['service!=payment', false],
    ['service=pay', false],
    ['service=~pay', false],
    ['service=~"pay.*"', true],
    ['service=~"pay|.*ment"', true],
    ['service!~"pay.*"', false],
    ['service!~"ship.*"', true],
    ['severity=P1', true],
    ['severity=~"P0|P1"', true],
    ['kind=service', true],
    ['environment=""', true],
    ['operation = Charge', true],
  ])('%s: %s', (text, expected) => {
    const matcher = parseMatcher(text);
    if (matcher === undefined) throw new Error('it could not be read');
    expect(matches(matcher, anIncident())).toBe(expected);
    expect(parseMatcher(printMatcher(matcher))).toEqual(matcher);
  });

  it.each(['', 'service', 'team=a', 'service="a', 'service=a"b', '=a', 'service~a'])(
    'cannot be read: %j',
    (text) => expect(parseMatcher(text)).toBeUndefined(),
  );

  it('reads what it prints, whatever the value', () => {
    const matcher: Matcher = { name: 'service', operator: '=', value: 'a"b\\c\n=~' };
    expect(parseMatcher(printMatcher(matcher))).toEqual(matcher);
  });
});

describe('a pattern', () => {
  it.each(['payment', 'pay.*', '(pay|ship)ment', 'p[a-z]+-\\d+', 'a\\*\\*\\*\\*', '[*+{]?.*'])(
    '%s may be used',
    (pattern) => expect(patternProblem(pattern)).toBeUndefined(),
  );

  it.each([
    ['(', /not a regular/],
    ['(a+)+', /repeat a group/],
    ['(a|aa)*b', /repeat a group/],
    ['(a)\\1', /refer back/],
    ['.*.*.*.*x', /more than 3/],
    ['(?=a)b', /look ahead/],
  ])('%s may not', (pattern, why) => expect(patternProblem(pattern)).toMatch(why));

  it('takes milliseconds for the worst that may be used', () => {
    const worst: Matcher = { name: 'service', operator: '=~', value: '.*.*.*x' };
    const incident = anIncident({ finalSuspects: [aSuspect({ service: 'a'.repeat(100_000) })] });
    expect(matches(worst, incident)).toBe(false);
    expect(leastMs(() => matches(worst, incident))).toBeLessThan(1000);
  });
});

describe('a silence', () => {
  it('holds from its start until before its end, and says whose it is', () => {
    const at = (now: number) => silencedBy(anIncident(), [silence()], now);
    expect(at(NOW - 1)).toBeUndefined();
    expect(at(NOW)).toBe('silence s1 by ann');
    expect(at(NOW + 999)).toBe('silence s1 by ann');
    expect(at(NOW + 1000)).toBeUndefined();
  });

  it('needs all of its matchers', () => {
    const both = silence({
      matchers: [
        { name: 'service', operator: '=', value: 'payment' },
        { name: 'severity', operator: '=', value: 'P3' },
      ],
    });
    expect(silencedBy(anIncident(), [both], NOW)).toBeUndefined();
    expect(silencedBy(anIncident({ severity: 'P3' }), [both], NOW)).toBeDefined();
  });

  it('looks at the suspect as known now', () => {
    const incident = anIncident({ finalSuspects: [aSuspect({ service: 'shipping' })] });
    expect(silencedBy(incident, [silence()], NOW)).toBeUndefined();
  });

  it.each([
    [{ matchers: [] }, 'matchers'],
    [{ matchers: [{ name: 'service', operator: '=~', value: '(' }] }, 'matchers[0].value'],
    [{ matchers: [{ name: 'service', operator: '=', value: 'a'.repeat(201) }] }, 'matchers[0].value'],
    [{ endsAt: NOW }, 'endsAt'],
    [{ endsAt: Number.NaN }, 'endsAt'],
    [{ startsAt: NOW + 20, endsAt: NOW + 10 }, 'endsAt'],
    [{ endsAt: NOW + 400 * 24 * 3_600_000 }, 'endsAt'],
    [{ by: ' ' }, 'by'],
    [{ comment: 'a'.repeat(501) }, 'comment'],
  ] as const)('is refused with %j', (over, field) => {
    const good = { matchers: silence().matchers, endsAt: NOW + 1000, by: 'ann', comment: '' };
    expect(silenceProblem(good, NOW)).toBeUndefined();
    expect(silenceProblem({ ...good, ...over }, NOW)?.field).toBe(field);
  });
});
