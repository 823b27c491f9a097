import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Finding, Locator } from '../../src/locate/index.ts';
import { judgementOf, scaleOf, world } from './judgements.ts';

const made = world();
const CUT = 15;

function find(hot: Readonly<Record<string, number>>, cut = CUT): Finding[] {
  return new Locator(made.table).find(judgementOf(made, hot), cut);
}

function first(hot: Readonly<Record<string, number>>) {
  const [finding] = find(hot);
  expect(finding).toBeDefined();
  return finding.suspects[0];
}

describe('one cause is named', () => {
  it('network: what the service sends is late, its own time is not', () => {
    const suspect = first({
      'response(web -> cart, Get)': 25,
      'request(cart -> stock, Find)': 25,
      'total(web, GET /)': 25,
    });
    expect(suspect).toMatchObject({ kind: 'service', service: 'cart', cause: 'network' });
  });

  it('network: its answers alone are late, what it asks itself is as usual', () => {
    const suspect = first({
      'response(web -> cart, Get)': 25,
      'request(cart -> stock, Find)': -20,
      'dependency(cart -> postgres)': -20,
      // Of the caller's other calls too little is known to acquit it.
      'response(web -> pay, Charge)': 0,
      'response(web -> pay, Refund)': 0,
    });
    expect(suspect).toMatchObject({ kind: 'service', service: 'cart', cause: 'network' });
  });

  it('network both ways: one late edge speaks against its callee', () => {
    const both = { 'request(web -> pay, Charge)': 25, 'response(web -> pay, Charge)': 25 };
    // What else the caller does says nothing either way: then it was named, as starved of CPU.
    const silent = ['self(web, GET /)', ...made.keys.filter((key) => /web -> (cart|pay, Refund)/.test(key))];
    const quiet = Object.fromEntries(silent.map((key) => [key, 0]));
    expect(first({ ...quiet, ...both })).toMatchObject({ service: 'pay', cause: 'network' });
  });

  it('network both ways of a caller, whose calls are all late', () => {
    const late = ['cart, Get', 'pay, Charge', 'pay, Refund'].flatMap((callee) => [
      [`request(web -> ${callee})`, 25] as const,
      [`response(web -> ${callee})`, 25] as const,
    ]);
    expect(first(Object.fromEntries(late))).toMatchObject({ service: 'web' });
  });

  it('cpu: its own time, and taking up requests', () => {
    const suspect = first({
      'self(pay, Charge)': 25,
      'self(pay, Refund)': 25,
      'request(web -> pay, Charge)': 25,
      'request(web -> pay, Refund)': 25,
    });
    expect(suspect).toMatchObject({ kind: 'service', service: 'pay', cause: 'cpu' });
  });

  it('code: one operation’s own time and nothing else', () => {
    const suspect = first({ 'self(pay, Charge)': 28 });
    expect(suspect).toMatchObject({ service: 'pay', operation: 'Charge', component: 'self(pay, Charge)' });
    expect(['code', 'cpu']).toContain(suspect.cause);
  });

  it('queue: messages wait for who takes them, and nobody blames who sent them', () => {
    const suspect = first({ 'queue(pay -> mail, Send)': 25 });
    expect(suspect).toMatchObject({ service: 'mail', operation: 'Send', cause: 'queue' });
    expect(find({ 'queue(pay -> mail, Send)': 25 })[0].suspects).toHaveLength(1);
  });

  it('code of a consumer that got slower itself, though its messages wait longer by that', () => {
    expect(first({ 'queue(pay -> mail, Send)': 40, 'self(mail, Send)': 25 })).toMatchObject({
      ...{ service: 'mail', cause: 'code', component: 'self(mail, Send)' },
      because: ['self(mail, Send)', 'queue(pay -> mail, Send)'],
    });
  });

  it('that messages wait is a hypothesis only about who takes some', () => {
    const locator = new Locator(made.table);
    locator.find(judgementOf(made, {}), CUT);
    // web, cart, pay, stock, mail, bank and postgres by six causes, and mail by one more.
    expect(locator.hypotheses()).toBe(7 * 6 + 1);
    const again = new Locator(made.table);
    again.restore(locator.snapshot());
    expect(again.hypotheses()).toBe(7 * 6 + 1);
  });

  it('errors of the service in which they begin', () => {
    expect(first({ 'error(stock, Find)': 25 })).toMatchObject({ service: 'stock', cause: 'errors' });
  });

  it('missing calls of the service that no longer makes them', () => {
    expect(first({ 'calls(web, GET / -> web, Charge)': 25 })).toMatchObject({
      service: 'web',
      cause: 'missing-calls',
    });
  });

  it('by one component alone, however high the cut of a young model lies', () => {
    for (const cut of [15, 25, 32, 45])
      expect(find({ 'calls(web, GET / -> web, Charge)': 80 }, cut), String(cut)).toHaveLength(1);
  });

  it('too many calls, and new ones, of the service that makes them', () => {
    const scale = scaleOf(made, { 'calls(web, GET / -> web, Charge)': 25 });
    const row = made.keys.indexOf('calls(web, GET / -> web, Charge)');
    const named = (observed: number, expected: number): unknown => {
      scale.observed[row] = observed;
      scale.expected[row] = expected;
      return new Locator(made.table).find({ toMs: 0, scales: [scale] }, CUT)[0].suspects[0];
    };
    expect(named(12, 1)).toMatchObject({ service: 'web', operation: 'GET /', cause: 'more-calls' });
    expect(named(0.9, 0)).toMatchObject({ service: 'web', cause: 'new-calls' });
  });

  it('calls that one operation leaves out together are one witness', () => {
    const [one] = find({ 'calls(web, GET / -> web, Charge)': 25 });
    const [both] = find({ 'calls(web, GET / -> web, Charge)': 25, 'calls(web, GET / -> web, Get)': 25 });
    expect(both.score - one.score).toBeCloseTo(Math.LN2);
  });

  it('a dependency: everybody who asks it waits', () => {
    const suspect = first({ 'dependency(cart -> postgres)': 25, 'dependency(stock -> postgres)': 25 });
    expect(suspect).toMatchObject({ kind: 'dependency', peer: 'postgres', cause: 'dependency' });
    expect(suspect.callers).toEqual({ slow: 2, all: 2 });
  });

  it('a dependency that several ask, and one of them shows', () => {
    const suspect = first({ 'dependency(cart -> postgres)': 60, 'dependency(stock -> postgres)': 1 });
    expect(suspect).toMatchObject({ peer: 'postgres', service: 'cart' });
    expect(suspect).not.toHaveProperty('callers');
  });

  it('a dependency that only one service asks', () => {
    expect(first({ 'dependency(pay -> bank)': 28 })).toMatchObject({
      kind: 'dependency',
      peer: 'bank',
      service: 'pay',
    });
    expect(first({ 'dependency(pay -> bank)': 28 })).not.toHaveProperty('callers');
  });
});

describe('one operation of many', () => {
  const MANY = 60;
  // Numbers would be taken for ids.
  const operation = (i: number): string => `Do${String.fromCharCode(97 + (i % 26), 97 + Math.floor(i / 26))}`;
  const wide = world();
  const keys = [...wide.keys];
  for (let i = 0; i < MANY; i++)
    for (const key of [`self(web, ${operation(i)})`, `error(web, ${operation(i)})`]) {
      wide.table.internKey(key);
      keys.push(key);
    }
  const findWide = (hot: Readonly<Record<string, number>>): Finding[] =>
    new Locator(wide.table).find(judgementOf({ table: wide.table, keys }, hot), CUT);

  it('is found, however many others are as usual', () => {
    expect(findWide({ [`self(web, ${operation(7)})`]: 30 })[0]?.suspects[0]).toMatchObject({
      service: 'web',
      operation: operation(7),
    });
    expect(findWide({ [`error(web, ${operation(7)})`]: 30 })[0]?.suspects[0]).toMatchObject({
      cause: 'errors',
    });
  });

  it('costs as much as there are operations that it could have been', () => {
    const [few] = find({ 'self(pay, Charge)': 30 });
    const [many] = findWide({ [`self(web, ${operation(7)})`]: 30 });
    expect(few.score - many.score).toBeGreaterThan(2);
    expect(few.score - many.score).toBeLessThan(Math.log(2 * (MANY + 3)));
  });

  it('is one, and all of them together are more', () => {
    const all = Object.fromEntries(keys.filter((key) => /self.web/.test(key)).map((key) => [key, 28]));
    expect(findWide(all)[0].score).toBeGreaterThan(MANY * 20);
  });
});

describe('nobody else is blamed', () => {
  it('a caller for its callee’s slowness', () => {
    const [finding, ...others] = find({
      'self(stock, Find)': 30,
      'total(web, GET /)': 30,
      'outlier(web, GET /)': 20,
    });
    expect(others).toEqual([]);
    expect(finding.suspects[0].service).toBe('stock');
    expect(finding.suspects.some(({ service, share }) => service === 'web' && share > 0.1)).toBe(false);
  });

  it('anybody for a slow total, odd traces or traffic alone', () => {
    expect(find({ 'total(web, GET /)': 300, 'outlier(web, GET /)': 300 })).toEqual([]);
  });

  it('anybody while all is calm, or below the cut', () => {
    expect(find({})).toEqual([]);
    expect(find({ 'self(pay, Charge)': 10 })).toEqual([]);
  });

  it('a neighbour for an echo; a stranger for a fault of its own', () => {
    const echo = find({ 'self(pay, Charge)': 30, 'error(web, GET /)': 28 });
    expect(echo).toHaveLength(1);
    const apart = find({ 'self(pay, Charge)': 30, 'self(stock, Find)': 30 });
    expect(apart.map(({ suspects }) => suspects[0].service).sort()).toEqual(['pay', 'stock']);
    // What the stronger one explains is neither the other's evidence nor a part of its share.
    const [one, other] = find({ 'self(pay, Charge)': 30, 'self(pay, Refund)': 30, 'self(stock, Find)': 30 });
    expect(one.explained?.size).toBe(0);
    expect([...(other.explained ?? [])].map((component) => made.table.key(component))).toContain(
      'self(pay, Refund)',
    );
    expect(other.suspects[0]).toMatchObject({ service: 'stock', share: 1 });
  });
});

describe('a finding', () => {
  it('is the same, whichever scale shows it; the loudest is taken', () => {
    const locator = new Locator(made.table);
    const quiet = scaleOf(made, { 'self(pay, Charge)': 18 }, 0);
    const loud = scaleOf(made, { 'self(pay, Charge)': 29 }, 2);
    const [finding] = locator.find({ toMs: 0, scales: [quiet, loud] }, CUT);
    expect(finding).toMatchObject({ scale: 2, fingerprint: 'service pay' });
  });

  it('names what speaks for and against, loudest first', () => {
    const [finding] = find({
      'self(pay, Charge)': 29,
      'self(pay, Refund)': 20,
      'request(web -> pay, Charge)': 25,
      'request(web -> pay, Refund)': -5,
    });
    expect(finding.suspects[0].because).toEqual([
      'self(pay, Charge)',
      'request(web -> pay, Charge)',
      'self(pay, Refund)',
    ]);
    expect(finding.suspects[0].against[0]).toBe('request(web -> pay, Refund)');
    expect(finding.hot.map(({ logBayes }) => logBayes)).toEqual([29, 25, 20]);
  });

  it('does not name what would be as usual under the cause, too: another operation, another call', () => {
    expect(first({ 'calls(web, GET / -> web, Charge)': 25 }).against).toEqual([]);
    expect(first({ 'error(web, GET /)': 25 }).against.every((key) => key.startsWith('error(web'))).toBe(true);
  });

  it('leads by little when two services explain it alike, and by much when one does', () => {
    const [sure] = find({ 'self(pay, Charge)': 30, 'request(web -> pay, Charge)': 30 });
    const [unsure] = find({ 'request(web -> cart, Get)': 30 });
    expect(sure.lead).toBeGreaterThan(2);
    expect(unsure.lead).toBeLessThan(sure.lead);
    expect(new Set(unsure.suspects.map(({ service }) => service))).toEqual(new Set(['web', 'cart']));
  });

  const evidence = fc.record(
    Object.fromEntries(made.keys.map((key) => [key, fc.double({ min: -10, max: 200, noNaN: true })])),
    { requiredKeys: [] },
  );

  it('has shares in falling order that sum to 1 or less, and three causes at most', () => {
    fc.assert(
      fc.property(evidence, (hot) => {
        const findings = find(hot as Record<string, number>);
        expect(findings.length).toBeLessThanOrEqual(3);
        for (const { suspects, lead, score } of findings) {
          const shares = suspects.map(({ share }) => share);
          expect(shares).toEqual(shares.toSorted((a, b) => b - a));
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThanOrEqual(1);
          expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
          expect(suspects.length).toBeLessThanOrEqual(5);
          expect(lead).toBeGreaterThanOrEqual(0);
          expect(score).toBeGreaterThanOrEqual(CUT);
        }
        const names = findings.map(({ fingerprint }) => fingerprint);
        expect(new Set(names).size).toBe(names.length);
      }),
      { numRuns: 150 },
    );
  });

  it('does not depend on the order of the evidence', () => {
    // Distinct, so that no tie has to be broken.
    const hot = {
      'self(pay, Charge)': 27,
      'response(web -> cart, Get)': 26,
      'dependency(cart -> postgres)': 25,
    };
    const blamed = (findings: Finding[]) =>
      findings.map(({ suspects }) =>
        suspects.map(({ service, cause, share, because }) => ({ service, cause, share, because })),
      );
    const turned = world();
    const reversed = { ...turned, keys: turned.keys.toReversed() };
    const other = new Locator(turned.table).find(judgementOf(reversed, hot), CUT);
    expect(blamed(other)).toEqual(blamed(find(hot)));
  });
});

describe('why not its neighbours', () => {
  it('names those that call it or are called by it, and are as usual themselves', () => {
    const late = first({ 'response(web -> cart, Get)': 25, 'request(cart -> stock, Find)': 25 });
    expect(late.cleared).toEqual(['self(web, GET /)', 'self(stock, Find)']);
    const code = first({ 'self(stock, Find)': 28 });
    expect(code.cleared).toEqual(['self(cart, Get)']);
  });

  it('says so of failures where something fails, and nothing of calls', () => {
    expect(first({ 'error(stock, Find)': 25 }).cleared).toEqual(['error(cart, Get)']);
    expect(first({ 'calls(web, GET / -> web, Charge)': 25 }).cleared).toBeUndefined();
  });

  it('clears nobody whose own time is slow too, nor a suspect', () => {
    const both = first({ 'response(web -> cart, Get)': 25, 'self(web, GET /)': 4 });
    expect(both.cleared ?? []).not.toContain('self(web, GET /)');
  });
});

describe('one trace', () => {
  it('blames by what is loudest of each unit, its shares summing to 1 or less', () => {
    const locator = new Locator(made.table);
    const trace = scaleOf(
      made,
      { 'self(pay, Charge)': 12, 'dependency(pay -> bank)': 4, 'total(web, GET /)': 12 },
      0,
    );
    const suspects = locator.blame(trace);
    expect(suspects.map(({ service, kind }) => `${kind} ${service}`)).toEqual([
      'service pay',
      'dependency pay',
    ]);
    expect(suspects.reduce((sum, { share }) => sum + share, 0)).toBeLessThanOrEqual(1);
    expect(suspects[0].share).toBeGreaterThan(suspects[1].share);
    expect(locator.hot(trace).map(({ logBayes }) => logBayes)).toEqual([12, 12, 4]);
  });

  it('names the caller too when a request is late to a callee that is slow itself: the callee first', () => {
    const blamed = (hot: Readonly<Record<string, number>>): string[] =>
      new Locator(made.table).blame(scaleOf(made, hot, 0)).map(({ service }) => service);
    expect(blamed({ 'request(web -> cart, Get)': 90, 'self(cart, Get)': 60 })).toEqual(['cart', 'web']);
    expect(blamed({ 'request(web -> cart, Get)': 90 })).toEqual(['web']);
  });

  it('as usual blames nobody', () => {
    expect(new Locator(made.table).blame(scaleOf(made, {}, 0))).toEqual([]);
  });
});

describe('what adds up in tails', () => {
  const tails = scaleOf(made, { 'self(pay, Charge)': 28 }, 3);

  it('is asked when the scales show nothing, and is known by a name of its own', () => {
    const judgement = { ...judgementOf(made, {}), tails };
    const [finding, ...others] = new Locator(made.table).find(judgement, CUT);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ fingerprint: 'tail of service pay', scale: 3 });
    expect(finding.suspects[0]).toMatchObject({ service: 'pay', cause: 'code' });
    expect(new Locator(made.table).find(judgement, 28)).toEqual([]);
  });

  it('is left alone when they show anything', () => {
    const judgement = { ...judgementOf(made, { 'self(cart, Get)': 25 }), tails };
    const found = new Locator(made.table).find(judgement, CUT);
    expect(found.map(({ fingerprint }) => fingerprint)).toEqual(['service cart']);
  });
});
