import { describe, expect, it } from 'vitest';
import type { Baseline } from '../../src/baseline/port.ts';
import { observeFinding, type ObservationContext } from '../../src/context/index.ts';
import { SCALE_WINDOWS } from '../../src/domain/scales.ts';
import { WindowRing } from '../../src/detect/window-ring.ts';
import { parseComponent } from '../../src/domain/component-grammar.ts';
import { KindCode } from '../../src/domain/component-table.ts';
import { histogramBucket, HISTOGRAM_BUCKETS, LOG_OFFSET_US, SummaryBatch } from '../../src/domain/summary.ts';
import type { Finding } from '../../src/locate/index.ts';
import { aSuspect } from '../doubles/incident-story.ts';
import { scaleOf, type World, world } from '../locate/judgements.ts';

const START_MS = Date.UTC(2026, 4, 1, 12);
const us = (value: number): number => Math.log(value + LOG_OFFSET_US);

/** Twelve windows of `self(pay, Charge)`, slow from `slowFrom` on; their top traces are numbered from 1. */
function ringOf({ table }: World, slowFrom: number, inTail = 0): WindowRing {
  const ring = new WindowRing();
  const component = table.intern(parseComponent('self(pay, Charge)'));
  const learned: Baseline[] = [];
  const tail = { offset: 1, exceeded: 8, traces: 8000, clump: 1 };
  learned[component] = { level: us(10_000), tail } as Baseline;
  for (let n = 0; n < 12; n++) {
    const batch = new SummaryBatch(1);
    batch.windowStartMs = START_MS + n * 10_000;
    batch.traces = 20;
    const row = batch.addRow(component);
    batch.count[row] = batch.values[row] = 20;
    batch.histogram[row * HISTOGRAM_BUCKETS + histogramBucket(us(90_000))] = inTail;
    batch.sum[row] = 20 * us(n >= slowFrom ? 90_000 : 10_000);
    batch.topValue[row] = us(n >= slowFrom ? 100_000 + n : 11_000);
    batch.topTrace[row * 4 + 3] = n + 1;
    for (const [key, traces] of [
      ['total(web, GET /)', 15],
      ['total(web, GET /health)', 5],
    ] as const) {
      const entry = batch.addRow(table.intern(parseComponent(key)));
      batch.count[entry] = traces;
    }
    ring.push(batch, learned);
  }
  return ring;
}

function contextOf(
  made: World,
  change: Partial<ObservationContext> = {},
  entryWeight = 1,
): ObservationContext {
  const total = made.table.intern(parseComponent('total(web, GET /)'));
  const baselines: (Baseline | undefined)[] = [];
  baselines[total] = {
    level: us(50_000),
    within: 0.1,
    between: new Float64Array(4),
    inflation: 1,
    windows: 100,
    values: 1000,
  };
  const entry = made.table.a[total];
  return {
    table: made.table,
    baselines,
    recent: ringOf(made, 9),
    reach: {
      passedOn: () => 0.25,
      reach: () => [
        { operation: entry, traces: 300, part: 0.5, waiting: 0.25, weight: entryWeight },
        {
          operation: made.table.a[made.table.intern(parseComponent('total(web, GET /health)'))],
          traces: 100,
          part: 0,
          waiting: 0,
          weight: 1,
        },
      ],
    },
    typical: { typical: () => Int32Array.of(0, 0, 0, 77) },
    ...change,
  };
}

const made = world();
const id = (key: string): number => made.table.intern(parseComponent(key));

function judgement() {
  const scale = scaleOf(
    made,
    { 'self(pay, Charge)': 40, 'calls(web, GET / -> web, Get)': 20, 'error(pay, Charge)': 9 },
    3,
  );
  const set = (key: string, observed: number, expected: number, z: number): void => {
    const row = made.keys.indexOf(key);
    scale.observed[row] = observed;
    scale.expected[row] = expected;
    scale.z[row] = z;
  };
  set('self(pay, Charge)', us(60_000), us(10_000), 9);
  set('calls(web, GET / -> web, Get)', 0.25, 1, -12);
  set('error(pay, Charge)', 0.2, 0.01, 45);
  set('total(web, GET /)', us(150_000), us(50_000), 7);
  return { toMs: START_MS + 120_000, scales: [scale, scale, scale, scale] };
}

const FINDING: Finding = {
  scale: 3,
  score: 50,
  fingerprint: 'service pay',
  suspects: [],
  hot: [
    { component: id('self(pay, Charge)'), logBayes: 40 },
    { component: id('calls(web, GET / -> web, Get)'), logBayes: 20 },
    { component: id('error(pay, Charge)'), logBayes: 9 },
  ],
  services: [1],
  lead: 8,
};

describe('a finding in words', () => {
  const observation = observeFinding(contextOf(made), judgement(), FINDING);

  it('says since when: the windows in which the loudest component was really off', () => {
    expect([observation.fromMs, observation.toMs]).toEqual([START_MS + 90_000, START_MS + 120_000]);
  });

  it('says the whole stretch when no window can be told from the others', () => {
    const even = observeFinding(contextOf(made, { recent: ringOf(made, 99) }), judgement(), FINDING);
    expect([even.fromMs, even.toMs]).toEqual([START_MS, START_MS + 120_000]);
  });

  it('gives evidence in units that people use, with its direction and effect', () => {
    const [self, calls, error] = observation.evidence;
    expect(self).toMatchObject({ component: 'self(pay, Charge)', unit: 'us', direction: 'up', count: 50 });
    expect(self.observed).toBeCloseTo(60_000, 3);
    expect(self.expected).toBeCloseTo(10_000, 3);
    expect(self.effect).toBeCloseTo(6, 6);
    expect(calls).toMatchObject({
      unit: 'count',
      observed: 0.25,
      expected: 1,
      effect: 0.25,
      direction: 'down',
    });
    expect(error).toMatchObject({ unit: 'ratio', direction: 'up' });
    expect(error.effect).toBeCloseTo(0.19, 9);
  });

  it('has beside what was judged what is told: of the whole windows since it began', () => {
    const [self, calls, error] = observation.evidence;
    expect(self.sinceOnset?.observed).toBeCloseTo(90_000, 3);
    expect(self.sinceOnset?.count).toBe(40);
    for (const piece of [calls, error]) expect(piece.soFar).toBe(true);
  });

  it('tells of a tail where it is why: of the windows, or of as long as it adds up', () => {
    const key = 'self(pay, Charge)';
    const ring = ringOf(made, 99, 1);
    const tail = { offset: 1, beyond: 1.5, exceeded: 8, traces: 8000, clump: 1 };
    const baselines: (Baseline | undefined)[] = [];
    const level = us(10_000);
    const rest = { within: 0.1, between: new Float64Array(4), inflation: 1, windows: 9, values: 9 };
    baselines[id(key)] = { ...rest, level, tail };
    const asked = judgement();
    const scale = { ...asked.scales[3], lostUs: new Float64Array(made.keys.length).fill(9_000) };
    scale.observed[made.keys.indexOf(key)] = us(11_000);
    const alone = { ...FINDING, hot: [{ component: id(key), logBayes: 40 }] };
    const context = contextOf(made, { recent: ring, baselines });
    const judged = { ...asked, scales: [scale, scale, scale, scale] };
    expect(observeFinding(context, judged, alone).evidence[0].tail).toMatchObject({
      ...{ share: 12 / 240, usual: 0.001, count: 240 },
    });
    // A mean that is as usual is no evidence: then it is the tail, though little is lost by it.
    const few = { ...scale, lostUs: new Float64Array(made.keys.length) };
    few.observed[made.keys.indexOf(key)] = us(9_000);
    const little = { ...asked, scales: [few, few, few, few] };
    expect(observeFinding(context, little, alone).evidence[0].tail?.count).toBe(240);
    const stretch = { inTail: 30, traces: 1500, beyond: false };
    const added = { ...asked, tails: scale, tailStretches: new Map([[id(key), stretch]]) };
    const ofTail = { ...alone, fingerprint: 'tail of service pay' };
    expect(observeFinding(context, added, ofTail).evidence[0].tail).toMatchObject({
      ...{ share: 0.02, usual: 0.001, count: 1500 },
    });
  });

  it('gives a probability that is never quite zero nor above one', () => {
    for (const { p } of observation.evidence) {
      expect(p).toBeGreaterThan(0);
      expect(p).toBeLessThan(1e-9);
    }
  });

  it('weighs what is hot, no single one beyond the cap', () => {
    expect(observation.hot).toEqual([
      { component: 'self(pay, Charge)', weight: 30 },
      { component: 'calls(web, GET / -> web, Get)', weight: 20 },
      { component: 'error(pay, Charge)', weight: 9 },
    ]);
  });

  it('shows the slowest trace, and an ordinary one beside it', () => {
    expect(observation.exemplars).toEqual([
      { traceId: `${'0'.repeat(30)}0c`, typicalTraceId: `${'0'.repeat(30)}4d` },
    ]);
  });

  it('shows no ordinary trace where none was seen, nor the slow one itself', () => {
    const none = observeFinding(
      contextOf(made, { typical: { typical: () => undefined } }),
      judgement(),
      FINDING,
    );
    expect(none.exemplars).toEqual([{ traceId: `${'0'.repeat(30)}0c` }]);
    const same = contextOf(made, { typical: { typical: () => Int32Array.of(0, 0, 0, 12) } });
    expect(observeFinding(same, judgement(), FINDING).exemplars).toEqual([
      { traceId: `${'0'.repeat(30)}0c` },
    ]);
  });

  it('says who is hurt: the entries that pass through, in the windows judged, with their own times', () => {
    const windows = SCALE_WINDOWS[FINDING.scale];
    expect(observation.harm.share).toBeCloseTo((15 * 0.5) / 20, 9);
    expect(observation.waiting).toBeCloseTo((15 * 0.25) / 20, 9);
    expect(observation.harm.entries).toHaveLength(1);
    const [entry] = observation.harm.entries;
    expect(entry).toMatchObject({
      service: 'web',
      operation: 'GET /',
      hurt: Math.round(7.5 * windows),
      total: 15 * windows,
    });
    expect(entry.observedUs).toBeCloseTo(150_000, 3);
    expect(entry.expectedUs).toBeCloseTo(50_000, 3);
  });

  it('tells of them what it tells of their times as evidence, and leaves what was judged as it was', () => {
    const total = id('total(web, GET /)');
    const recent = ringOf(made, 9);
    const since = recent.since.bind(recent);
    recent.since = (component, fromMs) =>
      component === total ? { traces: 30, sum: 30 * us(400_000), inTail: 0 } : since(component, fromMs);
    const [entry] = observeFinding(contextOf(made, { recent }), judgement(), FINDING).harm.entries;
    expect(entry.observedUs).toBeCloseTo(150_000, 3);
    expect(entry.toldUs).toBeCloseTo(400_000, 3);
    // What is no more than what was judged is that.
    expect(observation.harm.entries[0]).not.toHaveProperty('toldUs');
  });

  it('counts in the share of the traffic what sampling left out; of traces says what was seen', () => {
    const sampled = observeFinding(contextOf(made, {}, 3), judgement(), FINDING).harm;
    expect(sampled.share).toBeCloseTo((3 * 15 * 0.5) / (3 * 15 + 5), 9);
    expect(sampled.entries[0].total).toBe(observation.harm.entries[0].total);
  });

  it('takes the mix of the entries from two minutes, also where ten seconds are judged', () => {
    const recent = ringOf(made, 9);
    const home = made.table.find(KindCode.total, made.table.a[id('total(web, GET /)')], 0);
    // In the newest window chance sent nothing but GET /.
    recent.tracesOf = (component, windows) =>
      (component === home ? 15 : 5) * (windows - 1) + (component === home ? 20 : 0);
    const short = { ...FINDING, scale: 0 };
    expect(observeFinding(contextOf(made, { recent }), judgement(), short).harm.share).toBeCloseTo(
      (0.5 * 185) / 240,
      9,
    );
  });

  it('says how much of what fails gets through', () => {
    expect(observation.passedOn).toEqual({ 'error(pay, Charge)': 0.25 });
    expect(observation.harm.passedOn).toBeUndefined();
    const failing = { ...FINDING, suspects: [aSuspect({ because: ['error(pay, Charge)'] })] };
    expect(observeFinding(contextOf(made), judgement(), failing).harm.passedOn).toBe(0.25);
  });

  it('hurts nobody where no entry is known', () => {
    const nobody = contextOf(made, { reach: { reach: () => [], passedOn: () => 1 } });
    expect(observeFinding(nobody, judgement(), FINDING).harm).toEqual({ share: 0, entries: [] });
  });

  it('names at most twelve pieces of evidence, loudest first', () => {
    const many = { ...FINDING, hot: made.keys.map((key, i) => ({ component: id(key), logBayes: 100 - i })) };
    const { evidence, hot } = observeFinding(contextOf(made), judgement(), many);
    expect(evidence).toHaveLength(12);
    expect(hot).toHaveLength(made.keys.length);
    expect(evidence[0].component).toBe(made.keys[0]);
  });

  it('says what the slowest add where the usual request is as it was, but not of requests on another path', () => {
    const judged = judgement();
    const row = made.keys.indexOf('self(pay, Charge)');
    const scale = { ...judged.scales[3], lostUs: new Float64Array(made.keys.length) };
    scale.observed[row] = us(9_500);
    scale.z[row] = -0.5;
    scale.lostUs[row] = 40_000;
    const all = { ...judged, scales: [scale, scale, scale, scale] };
    const alone = { ...FINDING, hot: FINDING.hot.slice(0, 1) };
    const [evidence] = observeFinding(contextOf(made), all, alone).evidence;
    expect(evidence).toMatchObject({ component: 'self(pay, Charge)', direction: 'up' });
    expect(evidence.observed).toBeCloseTo(50_000);
    expect(evidence.p).toBeLessThan(1e-6);
    expect(observeFinding(contextOf(made), all, FINDING).evidence[0].observed).toBeCloseTo(9_500);
  });
});
