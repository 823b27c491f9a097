import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import type { Severity } from '../../src/domain/incident.ts';
import { DEFAULT_INCIDENT_OPTIONS, type Observation } from '../../src/incident/index.ts';
import { type Firing, observationOf, START_MS, Story } from './story.ts';

const pay: Firing = { who: 'pay' };
const cart: Firing = { who: 'cart' };

describe('an incident', () => {
  it('is none while all is calm', () => {
    expect(new Story().until(3600).told()).toBe('');
  });

  it('opens with the first clear finding and resolves after two minutes of calm', () => {
    const story = new Story();
    story.at(60).firesUntil(120, pay).until(600);
    expect(story.told()).toBe('opened@68 resolved@248');
    const [incident] = story.folded();
    expect(incident).toMatchObject({
      fingerprint: 'service pay',
      state: 'resolved',
      openedAt: START_MS + 68_000,
      startedAt: START_MS + 50_000,
      resolvedAt: START_MS + 248_000,
      firing: [[START_MS + 50_000, START_MS + 120_000]],
    });
  });

  it('remembers who was hurt at its peak, not while it faded', () => {
    const story = new Story();
    const hurting = (observedUs: number, toSecond: number, score = 30): Observation => {
      const seen = observationOf(pay, START_MS + toSecond * 1000);
      return {
        ...{ ...seen, score },
        harm: { ...seen.harm, entries: [{ ...seen.harm.entries[0], observedUs }] },
      };
    };
    const observe = (second: number, observation: Observation): number | undefined => {
      story.keeper.observe([observation], START_MS + second * 1000 + 8000);
      return story.keeper.incidents[0]?.harm.entries[0]?.observedUs;
    };
    observe(60, hurting(6000, 60));
    expect(observe(70, hurting(7000, 70))).toBe(7000);
    // Twelve windows are as loud as ever, of which the newest are calm.
    expect(observe(80, hurting(4000, 70))).toBe(7000);
    expect(observe(90, hurting(3000, 70))).toBe(7000);
    expect(observe(100, hurting(2000, 100, 20))).toBe(7000);
    expect(observe(110, hurting(6500, 110))).toBe(6500);
  });

  it('resolves only when requests show the calm, or after half an hour without', () => {
    let isShown = false;
    const story = new Story(DEFAULT_INCIDENT_OPTIONS, () => isShown);
    story.at(60).firesUntil(120, pay).until(900);
    expect(story.told()).toBe('opened@68');
    isShown = true;
    story.until(920);
    expect(story.told()).toBe('opened@68 resolved@918');
    const never = new Story(DEFAULT_INCIDENT_OPTIONS, () => false);
    never.at(60).firesUntil(120, pay).until(3600);
    expect(never.told()).toBe('opened@68 resolved@1928');
  });

  it('does not calm down while its suspect is not seen, and another does', () => {
    const story = new Story();
    story.at(60).firesUntil(120, pay).until(200);
    story.keeper.pause(({ fingerprint }) =>
      fingerprint === 'service pay' ? [START_MS + 140_000, START_MS + 200_000] : undefined,
    );
    story.until(600);
    expect(story.told()).toBe('opened@68 resolved@308');
    const other = new Story();
    other.at(60).firesUntil(120, pay).until(200);
    other.keeper.pause(() => undefined);
    other.until(600);
    expect(other.told()).toBe('opened@68 resolved@248');
  });

  it('loses each moment that nobody looked at once, whoever reports it, and none before it fired last', () => {
    const story = new Story();
    story.at(60).firesUntil(120, pay).until(200);
    for (const [fromS, toS] of [
      [0, 130],
      [110, 130],
      [150, 190],
      [160, 200],
      [120, 200],
    ] as const)
      story.keeper.pause(() => [START_MS + fromS * 1000, START_MS + toS * 1000]);
    story.until(600);
    // 120 to 130, and 150 to 200.
    expect(story.told()).toBe('opened@68 resolved@308');
  });

  it('says what is known now with each window that fires', () => {
    const story = new Story();
    story.at(60).firesUntil(120, pay);
    expect(story.events.map(({ type }) => type)).toEqual(['opened', ...new Array<string>(6).fill('updated')]);
    expect(story.events.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('is no worse for failures that an older incident has shown: they are that one’s harm while it is open', () => {
    const failing: Evidence = {
      ...observationOf(pay, START_MS).evidence[0],
      ...{ component: 'error(pay, op)', kind: 'error', unit: 'ratio', observed: 0.6, expected: 0 },
    };
    /** Something slow that hurts nobody, in whose window others fail. */
    const inStorm = (who: string, atMs: number): Observation => {
      const observation = observationOf({ who, severity: 'P3' }, atMs);
      const harm = { ...observation.harm, share: 0.9 };
      return { ...observation, harm, evidence: [...observation.evidence, failing] };
    };
    const severityOf = (before: readonly Firing[], calmS: number): Severity => {
      const story = new Story();
      story
        .at(60)
        .fires(...before)
        .until(60 + calmS);
      return story.keeper.severityOf(inStorm('db', START_MS + (60 + calmS) * 1000));
    };
    const outage: Firing = { ...pay, hot: ['error(pay, op)'], severity: 'P1' };
    expect(severityOf([outage], 10)).toBe('P3');
    // Of something else, or over by then: nobody else has told of it.
    expect(severityOf([cart], 10)).toBe('P0');
    expect(severityOf([outage], 400)).toBe('P0');
    // Its own incident is none of the others.
    const story = new Story();
    story.at(60).fires({ ...outage, who: 'db' });
    expect(story.keeper.severityOf(inStorm('db', START_MS + 70_000))).toBe('P0');
  });

  it('escalates when it gets worse, and does not calm down in between', () => {
    const story = new Story();
    story.at(60).fires({ ...pay, severity: 'P3' });
    story.at(70).fires({ ...pay, severity: 'P1' });
    story.at(80).fires({ ...pay, severity: 'P3' });
    expect(story.told()).toBe('opened@68 escalated@78');
    expect(story.events[1]).toMatchObject({ from: 'P3', severity: 'P1' });
    expect(story.folded()[0].severity).toBe('P1');
    expect(story.folded()[0].openings[0].severity).toBe('P1');
  });

  it('keeps the suspects of its opening beside those known now', () => {
    const story = new Story();
    const both = ['self(pay, op)', 'self(cart, op)'];
    story.at(60).fires({ ...pay, hot: both });
    story.at(70).fires({ ...cart, hot: both });
    expect(story.told()).toBe('opened@68');
    const [incident] = story.folded();
    expect(incident.suspects[0].service).toBe('pay');
    expect(incident.finalSuspects[0].service).toBe('cart');
    expect(incident.openings[0].suspects[0].service).toBe('pay');
  });

  it('is two when one window shows two causes, though the first has shown the evidence of both', () => {
    const story = new Story();
    const hot = ['self(pay)', 'self(cart)', 'total(shop)'];
    story.at(60).fires({ who: 'pay', hot });
    story.at(70).firesUntil(200, { who: 'cart', hot }, { who: 'pay', hot });
    expect(story.told()).toBe('opened@68 opened@78');
    const three = new Story();
    three.at(60).fires({ who: 'pay', hot });
    three.at(70).firesUntil(200, { who: 'cart', hot }, { who: 'pay', hot }, { who: 'tax', hot });
    expect(three.told()).toBe('opened@68');
    const alone = new Story();
    alone.at(60).fires({ who: 'pay', hot });
    alone.at(70).firesUntil(200, { who: 'cart', hot });
    expect(alone.told()).toBe('opened@68');
  });

  it('is one while its evidence goes on, whoever leads, and two when the evidence is another', () => {
    const story = new Story();
    story.at(60).fires(pay);
    story.at(70).fires({ ...cart, hot: ['self(pay, op)', 'self(cart, op)'] });
    expect(story.told()).toBe('opened@68');
    const apart = new Story();
    apart.at(60).fires(pay);
    apart.at(70).fires(pay, cart);
    expect(apart.told()).toBe('opened@68 opened@78');
  });

  it('shows a break in the firing as two intervals', () => {
    const story = new Story();
    story.at(60).fires(pay);
    story.at(120).fires(pay);
    expect(story.folded()[0].firing).toEqual([
      [START_MS + 50_000, START_MS + 60_000],
      [START_MS + 110_000, START_MS + 120_000],
    ]);
  });
});

describe('after resolving', () => {
  it('the same suspect within the grace period is a new opening of the same incident', () => {
    const story = new Story();
    story.at(60).fires(pay);
    story
      .at(600)
      .fires({ ...pay, severity: 'P1' })
      .until(900);
    expect(story.told()).toBe('opened@68 resolved@188 reopened@608 resolved@788');
    const [incident, ...others] = story.folded();
    expect(others).toEqual([]);
    expect(incident.openings).toMatchObject([
      { openedAt: START_MS + 68_000, resolvedAt: START_MS + 188_000, severity: 'P2' },
      { openedAt: START_MS + 608_000, resolvedAt: START_MS + 788_000, severity: 'P1' },
    ]);
    expect(incident.firing).toHaveLength(2);
  });

  it('the same suspect after the grace period is a new incident', () => {
    const story = new Story();
    story.at(60).fires(pay);
    story.at(1200).fires(pay);
    expect(story.told()).toBe('opened@68 resolved@188 opened@1208');
    expect(new Set(story.events.map(({ incidentId }) => incidentId)).size).toBe(2);
  });

  it('the same suspect after a gap without any window, longer than the grace, is a new incident', () => {
    const story = new Story();
    story.at(60).fires(pay).until(300);
    const late = START_MS + 4 * 3_600_000;
    story.keeper.observe([], START_MS + 310_000);
    const { events, keeper } = story;
    const before = events.length;
    keeper.observe([observationOf(pay, late)], late + 8000);
    expect(events.slice(before).map(({ type }) => type)).toEqual(['opened']);
  });

  it('the same evidence under another suspect is a new incident', () => {
    const story = new Story();
    story.at(60).fires(pay);
    story.at(300).fires({ ...cart, hot: ['self(pay, op)'] });
    expect(story.told()).toBe('opened@68 resolved@188 opened@308');
  });

  it('flapping is damped: each reopening asks for a longer calm', () => {
    const story = new Story();
    for (let n = 0; n < 40; n++) story.at(60 + n * 200).fires(pay);
    const types = story.told();
    expect(story.folded()).toHaveLength(1);
    // Calm of 120, then 180, then 270 s: the third opening outlives the 200 s between firings.
    expect(types).toBe('opened@68 resolved@188 reopened@268 resolved@448 reopened@468');
  });
});

describe('an ambiguous finding', () => {
  const unclear: Firing = { ...pay, lead: 0.5 };

  it('waits for one suspect to lead', () => {
    const story = new Story();
    story.at(60).fires(unclear);
    story.at(70).fires(pay);
    expect(story.told()).toBe('opened@78');
    expect(story.folded()[0].startedAt).toBe(START_MS + 60_000);
  });

  it('waits no longer than it may', () => {
    const story = new Story();
    story.at(60).firesUntil(120, unclear);
    expect(story.told()).toBe('opened@78');
  });

  it('that goes away opens nothing, and the next one waits anew', () => {
    const story = new Story();
    story.at(60).fires(unclear);
    story.at(600).fires(unclear);
    expect(story.told()).toBe('');
  });

  it('waits not at all when so configured', () => {
    const story = new Story({ ...DEFAULT_INCIDENT_OPTIONS, ambiguousWaitMs: 0 });
    story.at(60).fires(unclear);
    expect(story.told()).toBe('opened@68');
  });
});

describe('any story', () => {
  const firing = fc.record({
    who: fc.constantFrom('pay', 'cart', 'web'),
    hot: fc.subarray(['self(pay, op)', 'self(cart, op)', 'self(web, op)'], { minLength: 1 }),
    lead: fc.constantFrom(0, 1, 5),
    severity: fc.constantFrom('P0', 'P1', 'P2', 'P3'),
    looksBack: fc.constantFrom(10, 30, 60, 120),
  }) as fc.Arbitrary<Firing>;
  const windows = fc.array(
    fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(firing, { maxLength: 3 })),
    {
      maxLength: 150,
      size: 'max',
    },
  );

  function play(story: Story, told: readonly (readonly Firing[])[]): Story {
    told.forEach((firings, n) => story.at((n + 1) * 10).fires(...firings));
    return story;
  }

  it('folds from its events to what the keeper says, with numbers without gaps and times that do not go back', () => {
    fc.assert(
      fc.property(windows, (told) => {
        const story = play(new Story(), told);
        expect(story.folded()).toEqual([...story.incidents.values()]);
        for (const incident of story.folded()) {
          expect(incident.startedAt).toBeLessThanOrEqual(incident.openedAt);
          const times = incident.openings.flatMap(({ openedAt, resolvedAt }) => [
            openedAt,
            resolvedAt ?? Infinity,
          ]);
          expect(times).toEqual(times.toSorted((a, b) => a - b));
          const edges = incident.firing.flat();
          expect(edges).toEqual(edges.toSorted((a, b) => a - b));
          expect(incident.state === 'resolved').toBe(incident.resolvedAt !== null);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('told again makes the same events and ids', () => {
    fc.assert(
      fc.property(windows, (told) => {
        expect(play(new Story(), told).events).toEqual(play(new Story(), told).events);
      }),
      { numRuns: 30 },
    );
  });

  it('ends: after half an hour of calm nothing is open and nothing is kept', () => {
    fc.assert(
      fc.property(windows, (told) => {
        const story = play(new Story(), told);
        story.until(told.length * 10 + 1800 + 900);
        expect(story.folded().filter(({ state }) => state !== 'resolved')).toEqual([]);
        expect(story.keeper.incidents).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});

describe('an incident of the tail alone', () => {
  const tail: Firing = { who: 'pay', tail: true };

  it('is one of its own, and goes on as any', () => {
    const story = new Story();
    story.at(60).firesUntil(120, tail).until(600);
    expect(story.told()).toBe('opened@68 resolved@248');
    expect(story.folded()[0].fingerprint).toBe('tail of service pay');
  });

  it('does not keep what windows show from opening', () => {
    const story = new Story();
    story.at(60).firesUntil(120, tail).at(130).firesUntil(150, pay).until(600);
    expect(story.folded().map(({ fingerprint }) => fingerprint)).toEqual([
      'tail of service pay',
      'service pay',
    ]);
  });

  it('is not told while an open incident tells of the same suspect, or shows the same, and does not keep it open', () => {
    const story = new Story();
    story.at(60).firesUntil(120, pay).at(130).firesUntil(220, tail).until(230);
    expect(story.told()).toBe('opened@68');
    story.at(250).firesUntil(260, tail).until(600);
    expect(story.folded()).toHaveLength(2);
    const echo = new Story();
    echo
      .at(60)
      .firesUntil(120, pay)
      .at(130)
      .firesUntil(220, { ...tail, who: 'web', hot: ['self(pay, op)'] });
    expect(echo.until(600).told()).toBe('opened@68 resolved@248');
  });
});
