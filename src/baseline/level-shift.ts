import type { ComponentKind } from '../domain/component.ts';
import { LONGEST_SCALE, SCALES } from '../domain/scales.ts';
import { type SummaryBatch, WINDOW_MS } from '../domain/summary.ts';
import type { Baseline } from './baseline.ts';
import { restLevel } from './season-level.ts';
import { isSteady } from './steady.ts';

/** A new level that became the baseline. */
export interface LevelShift {
  readonly component: number;
  readonly kind: ComponentKind;
  /** In the summary's terms: ln(us + 100) for latency. */
  readonly from: number;
  readonly to: number;
  /** Since when, epoch ms of event time. */
  readonly sinceMs: number;
  /** It did no harm, so half an hour was enough; else it took a day. */
  readonly harmless: boolean;
}

interface Block {
  /** In blocks of the longest scale, or of DAY_BLOCKS of them. */
  readonly id: number;
  sum: number;
  count: number;
  /** An incident at P0 to P2 covered a part of it. */
  hurt: boolean;
}

interface Candidate {
  readonly sign: number;
  readonly sinceMs: number;
  /** The last BLOCKS blocks of two minutes, and of two hours. */
  readonly minutes: Block[];
  readonly hours: Block[];
}

export interface LevelShiftState {
  readonly open: readonly (readonly [number, Block])[];
  readonly candidates: readonly (readonly [number, Candidate])[];
  readonly learnsFrom: readonly (readonly [number, number])[];
}

/** Blocks that must agree: 24 minutes of two-minute blocks, so that what does no harm is adopted within the half hour; a day of two-hour blocks. */
const BLOCKS = 12;
const HOURLY = 60;
/** Of which so many may be missing (no traffic), and so many may be near the old level by chance. */
const MOST_MISSING = 2;
const MOST_NEAR = 1;
/** With more near ones than this it wavers: the slow learning follows it. */
const MOST_WAVERING = 6;
/** A block this many standard errors off has left its level; one nearer than 1 is back. */
const OFF_Z = 3;
const BACK_Z = 1;
/** A day of failing this often is no normal: a person has to say so. */
const MOST_ERRORS = 0.05;

/**
 * Confirms new levels beside the slow learning: a component whose two-minute means have left the baseline, keep to one side
 * of it and have stopped moving (`isSteady`) is at a new level. What hurts nobody (calls, shapes, faster, fewer failures, and no
 * incident over it) is adopted after 24 minutes, the rest after a day. What comes back before that never was one.
 */
export class LevelShifts {
  readonly #open = new Map<number, Block>();
  readonly #candidates = new Map<number, Candidate>();
  /** Window numbers before which a component's waiting windows are of its old level. */
  readonly #learnsFrom = new Map<number, number>();

  /** A sealed window; adopts what it confirms. `isHurt` says whether an incident covers a component now. */
  observe(
    batch: SummaryBatch,
    baselines: readonly (Baseline | undefined)[],
    {
      kindOf,
      isHurt,
    }: { kindOf: (component: number) => ComponentKind; isHurt: (component: number) => boolean },
  ): LevelShift[] {
    const shifts: LevelShift[] = [];
    const id = Math.floor(batch.windowStartMs / WINDOW_MS / LONGEST_SCALE);
    for (let row = 0; row < batch.length; row++) {
      const component = batch.component[row];
      const baseline = baselines[component];
      if (baseline === undefined || !(batch.count[row] > 0)) continue;
      let block = this.#open.get(component);
      if (block !== undefined && block.id !== id) {
        const shift = this.#close(component, block, { baseline, kind: kindOf(component) });
        if (shift !== undefined) shifts.push(shift);
        block = undefined;
      }
      if (block === undefined) this.#open.set(component, (block = { id, sum: 0, count: 0, hurt: false }));
      // What the season leaves: blocks of noon and of night are compared with each other.
      block.sum += batch.sum[row] - batch.count[row] * (baseline.inLevel ?? 0);
      block.count += batch.count[row];
      block.hurt ||= isHurt(component);
    }
    return shifts;
  }

  /**
   * Whether a waiting window is not for the slow learning: it belongs to the level before the last adoption, or to one that is
   * being watched and hurts. Without this, hours of slowness would become normal by and by, and their end a shift of its own.
   */
  isHeld(component: number, kind: ComponentKind, window: number): boolean {
    const from = this.#learnsFrom.get(component);
    if (from !== undefined && window < from) return true;
    const candidate = this.#candidates.get(component);
    if (candidate === undefined || isHarmless(kind, candidate.sign)) return false;
    return window * WINDOW_MS >= candidate.sinceMs;
  }

  /** A person says that what began at `sinceMs` is normal: `to`, without what the season adds. */
  adoptNow(
    component: number,
    baseline: Baseline,
    { kind, to, sinceMs }: { kind: ComponentKind; to: number; sinceMs: number },
  ): LevelShift {
    const from = baseline.level;
    baseline.level = to + (baseline.inLevel ?? 0);
    // Jeffreys' prior, as in the fit: the spread of a ratio is its level's.
    if (kind === 'error' || kind === 'outlier' || kind === 'shape')
      baseline.within = Math.max(1e-4, Math.min(1, Math.max(0, to)) * (1 - Math.min(1, to)));
    this.#candidates.delete(component);
    this.#open.delete(component);
    this.#learnsFrom.set(component, Math.floor(sinceMs / WINDOW_MS));
    return { component, kind, from, to: baseline.level, sinceMs, harmless: false };
  }

  /** Nothing begun about these components counts any more: their baseline is another one. */
  forget(component: number): void {
    this.#open.delete(component);
    this.#candidates.delete(component);
    this.#learnsFrom.delete(component);
  }

  snapshot(): LevelShiftState {
    return { open: [...this.#open], candidates: [...this.#candidates], learnsFrom: [...this.#learnsFrom] };
  }

  restore({ open, candidates, learnsFrom }: LevelShiftState): void {
    this.#open.clear();
    for (const [component, block] of open) this.#open.set(component, { ...block });
    this.#candidates.clear();
    for (const [component, candidate] of candidates) {
      const copy = (blocks: readonly Block[]): Block[] => blocks.map((block) => ({ ...block }));
      const { minutes, hours } = candidate;
      this.#candidates.set(component, { ...candidate, minutes: copy(minutes), hours: copy(hours) });
    }
    this.#learnsFrom.clear();
    for (const [component, window] of learnsFrom) this.#learnsFrom.set(component, window);
  }

  #close(
    component: number,
    block: Block,
    { baseline, kind }: { baseline: Baseline; kind: ComponentKind },
  ): LevelShift | undefined {
    const off = block.sum / block.count - restLevel(baseline);
    const z = off / errorOf(baseline, block.count);
    let candidate = this.#candidates.get(component);
    if (candidate === undefined) {
      if (Math.abs(z) < OFF_Z || Math.abs(off) < leastShift(kind, baseline.level)) return undefined;
      candidate = { sign: Math.sign(off), sinceMs: block.id * BLOCK_MS, minutes: [], hours: [] };
      this.#candidates.set(component, candidate);
    } else if (z * candidate.sign < BACK_Z) {
      this.#candidates.delete(component);
      return undefined;
    }
    keep(candidate.minutes, block);
    if (nearOnes(candidate.minutes, candidate.sign, baseline) > MOST_WAVERING) {
      this.#candidates.delete(component);
      return undefined;
    }
    addHour(candidate.hours, block);
    const harmless = isHarmless(kind, candidate.sign) && !candidate.minutes.some((each) => each.hurt);
    const blocks = harmless ? candidate.minutes : candidate.hours.slice(0, -1);
    const to = meanOf(blocks);
    if (!this.#isConfirmed(blocks, candidate.sign, baseline)) return undefined;
    const { sinceMs } = candidate;
    if (!harmless && block.id * BLOCK_MS - sinceMs < DAY_MS) return undefined;
    if (!harmless && kind === 'error' && to > MOST_ERRORS) return undefined;
    return { ...this.adoptNow(component, baseline, { kind, to, sinceMs }), harmless };
  }

  #isConfirmed(blocks: readonly Block[], sign: number, baseline: Baseline): boolean {
    if (blocks.length < BLOCKS) return false;
    const last = blocks.slice(-BLOCKS);
    if (last[BLOCKS - 1].id - last[0].id >= BLOCKS + MOST_MISSING) return false;
    const values = last.map(({ sum, count }) => sum / count);
    return nearOnes(last, sign, baseline) <= MOST_NEAR && isSteady(values, restLevel(baseline));
  }
}

/** Blocks that are less than OFF_Z standard errors beyond the level. */
function nearOnes(blocks: readonly Block[], sign: number, baseline: Baseline): number {
  return blocks.filter(({ sum, count }) => {
    const off = sign * (sum / count - restLevel(baseline));
    return off / errorOf(baseline, count) < OFF_Z;
  }).length;
}

const BLOCK_MS = LONGEST_SCALE * WINDOW_MS;
const DAY_MS = 86_400_000;

function errorOf({ inflation, between, within }: Baseline, count: number): number {
  return inflation * Math.sqrt(between[SCALES - 1] + within / count);
}

/** Smaller shifts are followed by the slow learning well enough: below the effect floors (`detect/effect.ts`). */
function leastShift(kind: ComponentKind, level: number): number {
  if (kind === 'calls' || kind === 'traffic') return 0.1 * Math.max(level, 0.1);
  return kind === 'error' || kind === 'outlier' || kind === 'shape' ? 0.01 : Math.log(1.25);
}

function isHarmless(kind: ComponentKind, sign: number): boolean {
  return kind === 'calls' || kind === 'shape' || kind === 'traffic' || sign < 0;
}

function meanOf(blocks: readonly Block[]): number {
  const last = blocks.slice(-BLOCKS);
  return last.reduce((sum, block) => sum + block.sum, 0) / last.reduce((sum, { count }) => sum + count, 0);
}

function keep(blocks: Block[], block: Block): void {
  blocks.push(block);
  // One more than is asked for: the last block of hours is not over yet.
  if (blocks.length > BLOCKS + 1) blocks.shift();
}

function addHour(hours: Block[], block: Block): void {
  const id = Math.floor(block.id / HOURLY);
  const last = hours.at(-1);
  if (last?.id !== id) return keep(hours, { ...block, id });
  last.sum += block.sum;
  last.count += block.count;
  last.hurt ||= block.hurt;
}
