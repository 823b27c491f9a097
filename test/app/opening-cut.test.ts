import { describe, expect, it } from 'vitest';
import { type Cuts, OpeningCut } from '../../src/app/opening-cut.ts';
import { Detector } from '../../src/detect/index.ts';
import { ComponentTable } from '../../src/domain/component-table.ts';
import { Names } from '../../src/domain/names.ts';
import { createRandom } from '../../src/runtime/index.ts';

/** A week's budget, and hypotheses. */
const BUDGET = [70, 40] as const;
/** For speed longer than the product's: only stretches of five minutes count. */
const WINDOW_MS = 60_000;
const WEEK = 10_080;

/** Two quiet weeks: events of e^-x, one in `toldIn` of which would open at P0 to P2. */
function quiet(opening: OpeningCut, toldIn: number): Cuts {
  const random = createRandom(5);
  let cuts = opening.cuts(...BUDGET);
  for (let w = 0; w < 2 * WEEK; w++) {
    const score = random() < 0.4 ? -Math.log(1 - random()) : 0;
    const told = random() * toldIn < 1;
    cuts = opening.cuts(...BUDGET);
    if (score >= (told ? cuts.told : cuts.any)) opening.opens(told);
    const seen = { traces: 30, score, toldScore: told ? score : 0, cuts, covered: false };
    opening.judged({ toMs: (w + 1) * WINDOW_MS, scales: [] }, seen);
  }
  return cuts;
}

describe('the cuts', () => {
  it('are those of theory before anything was seen, P3 stricter by what quiet systems show', () => {
    const { any, told } = new OpeningCut().cuts(...BUDGET);
    expect(told).toBeGreaterThan(6);
    expect(any / told).toBeCloseTo(1.3, 6);
  });

  it('of what people are told is lower where chance makes P3 sooner, as the budget counts P0 to P2', () => {
    const rarely = quiet(new OpeningCut(), 4);
    expect(rarely.told).toBeLessThan(rarely.any - 0.7);
    const always = quiet(new OpeningCut(), 1);
    expect(always.any - always.told).toBeLessThan(0.6);
  });

  it('go on after a restart; what older versions kept has no tail of P0 to P2', () => {
    const opening = new OpeningCut();
    const before = quiet(opening, 4);
    const detector = new Detector(new ComponentTable(new Names()), []);
    const state = structuredClone(opening.snapshot(detector));
    const restarted = new OpeningCut();
    restarted.restore(state, detector);
    expect(restarted.cuts(...BUDGET).told).toBeCloseTo(before.told, 1);
    const older = new OpeningCut();
    older.restore({ tail: state.tail, errorSums: state.errorSums }, detector);
    expect(older.cuts(...BUDGET).any).toBeCloseTo(before.any, 1);
    expect(older.cuts(...BUDGET).told).toBeGreaterThan(before.told);
  });
});
