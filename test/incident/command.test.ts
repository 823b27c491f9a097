import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CommandRequest, IncidentCommand } from '../../src/domain/incident-command.ts';
import type { Incident } from '../../src/domain/incident.ts';
import { type Firing, START_MS, Story } from './story.ts';

const pay: Firing = { who: 'pay' };
const DAY_S = 86_400;

/** A request without what every one has. */
type Ask = CommandRequest extends infer R
  ? R extends CommandRequest
    ? Omit<R, 'incidentId' | 'by'> & { by?: string }
    : never
  : never;

/** What ann asks of the story's first incident, at `second`. */
function ask(story: Story, second: number, request: Ask, stored?: Incident) {
  const [first] = story.incidents.keys();
  const command = {
    by: 'ann',
    ...request,
    incidentId: first ?? 'none',
    at: START_MS + second * 1000,
  } as IncidentCommand;
  return story.keeper.command(command, stored);
}

function firing(untilSecond = 120): Story {
  const story = new Story();
  story.at(60).firesUntil(untilSecond, pay);
  return story;
}

function revisionOf(story: Story): number {
  return [...story.incidents.values()][0].revision;
}

describe('a command', () => {
  it('acknowledges: the next event, by whom', () => {
    const story = firing();
    expect(ask(story, 121, { type: 'acknowledge' })).toMatchObject({
      kind: 'done',
      incident: { state: 'acknowledged', acknowledgedBy: 'ann', revision: 8, lastChange: 8 },
    });
    expect(story.events.at(-1)).toMatchObject({ type: 'acknowledged', by: 'ann', sequence: 8 });
    expect(story.folded()).toEqual([...story.incidents.values()]);
  });

  it('of nobody known is missing', () => {
    expect(ask(new Story(), 1, { type: 'acknowledge' })).toEqual({ kind: 'missing' });
  });

  it('by a revision since which only figures came is taken, by any other a conflict', () => {
    const story = firing(90);
    const seen = revisionOf(story);
    story.at(100).fires(pay);
    expect(revisionOf(story)).toBe(seen + 1);
    expect(ask(story, 100, { type: 'acknowledge', ifRevision: seen }).kind).toBe('done');
    const now = revisionOf(story);
    expect(ask(story, 101, { type: 'resolve', ifRevision: seen })).toEqual({
      kind: 'conflict',
      revision: now,
    });
    expect(ask(story, 101, { type: 'resolve', ifRevision: now + 1 }).kind).toBe('conflict');
  });

  it('of two who read the same, the second is a conflict; one who asks twice is done twice, with one event', () => {
    const story = firing();
    const ifRevision = revisionOf(story);
    expect(ask(story, 121, { type: 'acknowledge', ifRevision }).kind).toBe('done');
    expect(ask(story, 122, { type: 'acknowledge', ifRevision, by: 'bob' }).kind).toBe('conflict');
    expect(ask(story, 123, { type: 'acknowledge', ifRevision }).kind).toBe('done');
    expect(story.events.filter(({ type }) => type === 'acknowledged')).toHaveLength(1);
  });

  it.each<[string, Ask]>([
    ['a note', { type: 'note', text: 'rolled back' }],
    ['feedback', { type: 'feedback', verdict: 'normal-now' }],
    ['resolving', { type: 'resolve' }],
  ])('%s asked twice is one event', (_name, request) => {
    const story = firing();
    const before = story.events.length;
    expect(ask(story, 121, request).kind).toBe('done');
    expect(ask(story, 130, request).kind).toBe('done');
    expect(story.events.length).toBe(before + 1);
  });

  it('another verdict after the first is another event', () => {
    const story = firing();
    ask(story, 121, { type: 'feedback', verdict: 'normal-now' });
    ask(story, 122, { type: 'feedback', verdict: 'not-an-anomaly', by: 'bob' });
    expect(story.folded()[0].feedback).toMatchObject([
      { by: 'ann', verdict: 'normal-now' },
      { by: 'bob', verdict: 'not-an-anomaly' },
    ]);
  });

  it('to take on what is resolved is refused in our words', () => {
    const story = firing().until(400);
    expect(ask(story, 401, { type: 'acknowledge' })).toEqual({
      kind: 'refused',
      reason: 'it is resolved: there is nothing to take on',
    });
  });

  it('notes and feedback are bounded', () => {
    const story = firing();
    const outcomes = Array.from({ length: 201 }, (_, n) => ask(story, 121, { type: 'note', text: `n ${n}` }));
    expect(outcomes.filter(({ kind }) => kind === 'done')).toHaveLength(200);
    expect(outcomes.at(-1)?.kind).toBe('refused');
    for (let n = 0; n < 60; n++)
      ask(story, 121, { type: 'feedback', verdict: n % 2 ? 'normal-now' : 'not-an-anomaly' });
    expect(story.folded()[0].feedback).toHaveLength(50);
  });

  it('reaches what is no longer kept by what the store has of it', () => {
    const story = firing().until(3000);
    expect(story.keeper.incidents).toEqual([]);
    const [stored] = story.incidents.values();
    expect(ask(story, 3001, { type: 'note', text: 'late' })).toEqual({ kind: 'missing' });
    expect(ask(story, 3001, { type: 'note', text: 'late' }, stored)).toMatchObject({
      kind: 'done',
      incident: { state: 'resolved', notes: [{ text: 'late', by: 'ann' }] },
    });
    expect(story.events.at(-1)).toMatchObject({ type: 'noted', sequence: stored.revision + 1 });
    expect(story.keeper.incidents).toEqual([]);
  });

  it('by a clock ahead of the windows leaves times in order', () => {
    const story = firing();
    ask(story, 900, { type: 'resolve' });
    story.at(130).fires({ ...pay, severity: 'P0' });
    const times = story.events.map(({ at }) => at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(story.events.at(-1)?.type).toBe('reopened');
  });
});

describe('what a person resolved', () => {
  it('stays resolved while the same anomaly goes on, and its firing is followed', () => {
    const story = firing();
    ask(story, 121, { type: 'resolve' });
    story.at(130).firesUntil(1800, pay);
    expect(story.told()).toBe('opened@68 resolved@128');
    const [incident, ...others] = story.folded();
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ state: 'resolved', resolvedBy: 'ann' });
    expect(incident.firing.at(-1)?.[1]).toBe(START_MS + 1_800_000);
  });

  it('stays so when another suspect leads the same evidence', () => {
    const story = firing();
    ask(story, 121, { type: 'resolve' });
    story.at(130).firesUntil(300, { who: 'cart', hot: ['self(pay, op)'] });
    expect(story.told()).toBe('opened@68 resolved@128');
  });

  it('reopens when it gets worse than it was, and nobody is on it then', () => {
    const story = firing();
    ask(story, 100, { type: 'acknowledge' });
    ask(story, 121, { type: 'resolve' });
    story.at(130).fires({ ...pay, severity: 'P1' });
    expect(story.told()).toBe('opened@68 acknowledged@128 resolved@128 reopened@138');
    const [incident] = story.folded();
    expect(incident).toMatchObject({ state: 'open', severity: 'P1' });
    expect(incident).not.toHaveProperty('resolvedBy');
    expect(incident).not.toHaveProperty('acknowledgedBy');
  });

  it('reopens when it comes back after a calm', () => {
    const story = firing();
    ask(story, 121, { type: 'resolve' });
    story.at(400).fires(pay);
    expect(story.told()).toBe('opened@68 resolved@128 reopened@408');
  });

  it('is a new incident when it comes back after the grace, counted from its last firing', () => {
    const story = firing();
    ask(story, 121, { type: 'resolve' });
    story.at(130).firesUntil(2000, pay);
    story.at(2800).fires(pay);
    expect(story.told()).toBe('opened@68 resolved@128 reopened@2808');
    const later = firing();
    ask(later, 121, { type: 'resolve' });
    later.at(130).firesUntil(2000, pay);
    later.at(3000).fires(pay);
    expect(later.told()).toBe('opened@68 resolved@128 opened@3008');
  });

  it('comes back after a day of it', () => {
    const story = firing();
    ask(story, 121, { type: 'resolve' });
    story.at(130).firesUntil(DAY_S + 200, pay);
    expect(story.told()).toBe(`opened@68 resolved@128 reopened@${DAY_S + 128}`);
  });

  it('is still held after a restart in the middle', () => {
    const before = firing();
    ask(before, 125, { type: 'resolve' });
    before.at(130).fires(pay);
    const after = new Story().until(130);
    after.keeper.adopt(before.folded());
    after.at(140).firesUntil(300, pay);
    expect(after.told()).toBe('');
    expect(after.events.map(({ type }) => type)).toContain('updated');
  });
});

describe('any story with commands', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ kind: 'fires' as const }) },
    { weight: 2, arbitrary: fc.constant({ kind: 'calm' as const }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('asks' as const),
        ahead: fc.integer({ min: -60, max: 600 }),
        request: fc.constantFrom<Ask>(
          { type: 'acknowledge' },
          { type: 'resolve' },
          { type: 'note', text: 'x' },
          { type: 'feedback', verdict: 'normal-now' },
          { type: 'acknowledge', ifRevision: 1, by: 'bob' },
        ),
      }),
    },
  );

  it('folds from its events to what the keeper says, with numbers without gaps and times that do not go back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120, size: 'max' }), (steps) => {
        const story = new Story();
        steps.forEach((one, n) => {
          const second = (n + 1) * 10;
          if (one.kind === 'asks') ask(story, second + one.ahead, one.request);
          else if (one.kind === 'fires') story.at(second).fires(pay);
          else story.until(second);
        });
        expect(story.folded()).toEqual([...story.incidents.values()]);
        for (const id of story.incidents.keys()) {
          const times = story.events.filter(({ incidentId }) => incidentId === id).map(({ at }) => at);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 100 },
    );
  });
});
