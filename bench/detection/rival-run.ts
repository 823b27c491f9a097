import type { Score, ScoredIncident, Truth } from '../scoring/index.ts';
import { score } from '../scoring/index.ts';
import type { Rival, ServiceScores } from './rivals/index.ts';
import type { Setup } from './setups.ts';
import { type TraceTable, windowsOf } from './trace-table.ts';

/** A judged window of a rival. */
export interface ScoredWindow {
  readonly fromMs: number;
  readonly toMs: number;
  /** Its worst score, and its services, worst first. */
  readonly worst: number;
  readonly services: readonly string[];
}

/** As long as ours: what an incident waits before it is over, and a window before it is judged. */
const CALM_MS = 120_000;
const LATENESS_MS = 8_000;

/** Learns and judges each part of a setup, on the windows that ours judges too. */
export function scoreWindows(rival: Rival, table: TraceTable, setup: Setup, seed: number): ScoredWindow[] {
  const { windowMs } = rival;
  return setup.parts.flatMap(({ learned, notLearned, judged }) => {
    const isQuiet = (t: number): boolean =>
      !notLearned.some(({ fromMs, toMs }) => fromMs <= table.endMs[t] && table.endMs[t] < toMs);
    const quiet = windowsOf(table, windowMs, learned)
      .map((window) => ({ ...window, traces: window.traces.filter(isQuiet) }))
      .filter(({ traces }) => traces.length > 0);
    const judge = rival.fit(table, quiet, seed);
    return windowsOf(table, windowMs, judged).map((window) =>
      scoredWindow(table, judge(window), { fromMs: window.startMs, toMs: window.startMs + windowMs }),
    );
  });
}

function scoredWindow(
  table: TraceTable,
  scores: ServiceScores,
  stretch: { readonly fromMs: number; readonly toMs: number },
): ScoredWindow {
  const sorted = [...scores].sort((a, b) => b[1] - a[1]);
  return {
    ...stretch,
    worst: sorted[0]?.[1] ?? 0,
    services: sorted.map(([service]) => table.names.serviceIdentity(service).name),
  };
}

/** Windows at `threshold` or above, those with less than two calm minutes between them as one incident. */
export function incidentsOf(windows: readonly ScoredWindow[], threshold: number): ScoredIncident[] {
  const alarms = windows.filter(({ worst }) => worst >= threshold).sort((a, b) => a.fromMs - b.fromMs);
  const groups: ScoredWindow[][] = [];
  for (const alarm of alarms) {
    const last = groups.at(-1)?.at(-1);
    if (last !== undefined && alarm.fromMs - last.toMs < CALM_MS) groups.at(-1)?.push(alarm);
    else groups.push([alarm]);
  }
  return groups.map((group) => ({
    id: iso(group[0].fromMs),
    openings: [
      {
        openedAt: iso(group[0].toMs + LATENESS_MS),
        severity: 'P2',
        suspects: group[0].services.map((service) => ({ service })),
      },
    ],
    firing: group.map(({ fromMs, toMs }) => [iso(fromMs), iso(toMs)] as const),
  }));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}

export interface Tuned {
  /** What the textbook's threshold is multiplied by. */
  readonly multiplier: number;
  readonly score: Score;
}

/** Sixteen steps a doubling are finer than any of the scores can tell. */
const STEPS = 16;

/**
 * The multiplier that serves the rival best with at most `allowed` false openings: most faults found, then most first
 * suspects right. It is walked down from where nothing rings until there are more false openings than allowed, and then
 * not further: where everything rings, all is one incident, which is no merit. That the faults choose it is generous.
 */
export function tune(windows: readonly ScoredWindow[], truth: Truth, allowed: number): Tuned {
  const top = Math.max(1e-3, ...windows.map(({ worst }) => worst));
  const from = Math.ceil(STEPS * Math.log2(top)) + 1;
  const at = (step: number): Tuned => {
    const multiplier = 2 ** (step / STEPS);
    return { multiplier, score: score({ incidents: incidentsOf(windows, multiplier) }, truth) };
  };
  let best = at(from);
  // An eighth of the textbook's threshold is no longer its recipe.
  for (let step = from - 1; step >= -3 * STEPS; step--) {
    const tried = at(step);
    if (tried.score.falseAlarms.length > allowed) break;
    if (truth.rows.length === 0) {
      // Nothing to find: the loosest that is quiet enough.
      best = tried;
      continue;
    }
    const gain = tried.score.found - best.score.found || tried.score.top1 - best.score.top1;
    if (gain > 0 || (gain === 0 && tried.score.minutes.f1 > best.score.minutes.f1)) best = tried;
  }
  return best;
}
