/** `normal` takes all, `shed` a share of the traces, `refuse` nothing: senders are told to come again. */
export type LoadStage = 'normal' | 'shed' | 'refuse';

/** A second's measurement, each as a share of its bound: 1 is at the bound. */
export interface LoadSample {
  readonly memory: number;
  readonly lag: number;
}

/** Where the rules stand. `level` counts halvings; beyond the last is refusal. */
export interface LoadState {
  readonly level: number;
  /** Samples in a row that were at least hot, at least full, and calm. */
  readonly hot: number;
  readonly full: number;
  readonly calm: number;
  /** Samples since the level changed. */
  readonly held: number;
}

export const UNLOADED: LoadState = { level: 0, hot: 0, full: 0, calm: 0, held: 0 };

/** 1/2, 1/4, 1/8, 1/16: below a sixteenth too little is left to judge anything, and refusing is more honest. */
const SHED_LEVELS = 4;
const REFUSE_LEVEL = SHED_LEVELS + 1;

/**
 * Memory is meant to be used: hot from nine tenths of its bound, calm below eight. Lag is hot from half of its bound and
 * calm below a fifth, since it doubles within seconds where memory creeps.
 */
const HOT = { memory: 0.9, lag: 0.5 } as const;
const CALM = { memory: 0.8, lag: 0.2 } as const;

/** Three seconds of heat: a collection or a checkpoint is over by then. */
const SAMPLES_TO_SHED = 3;
/** Ten seconds of calm before each step up, so that the fraction does not swing with what it causes. */
const SAMPLES_TO_RELAX = 10;
/** Lag is refused at the second full second; memory at once, since nobody waits for it. */
const LAG_SAMPLES_TO_REFUSE = 2;
/** Resident memory falls late or never: after a minute at one level the next milder one is tried all the same. */
const SAMPLES_TO_TRY = 60;
/** A refusal lasts this long at least: shorter ones come back with the senders' next try. */
const SAMPLES_OF_REFUSAL = 3;

/** The next state by one more sample; at most one step at a time but for refusal, which comes at once. Pure. */
export function nextLoad(state: LoadState, sample: LoadSample): LoadState {
  const hot = sample.memory >= HOT.memory || sample.lag >= HOT.lag ? state.hot + 1 : 0;
  const full = sample.memory >= 1 || sample.lag >= 1 ? state.full + 1 : 0;
  const calm = sample.memory < CALM.memory && sample.lag < CALM.lag ? state.calm + 1 : 0;
  const counted = { ...state, hot, full, calm, held: state.held + 1 };
  const level = levelAfter(counted, sample);
  return level === state.level ? counted : { level, hot: 0, full: 0, calm: 0, held: 0 };
}

function levelAfter({ level, hot, full, calm, held }: LoadState, sample: LoadSample): number {
  if (level < REFUSE_LEVEL) {
    if (sample.memory >= 1 || full >= LAG_SAMPLES_TO_REFUSE) return REFUSE_LEVEL;
    if (hot >= SAMPLES_TO_SHED) return Math.min(SHED_LEVELS, level + 1);
    return level > 0 && (calm >= SAMPLES_TO_RELAX || (hot === 0 && held >= SAMPLES_TO_TRY))
      ? level - 1
      : level;
  }
  if (full === 0 && held >= SAMPLES_OF_REFUSAL) return SHED_LEVELS;
  return held >= SAMPLES_TO_TRY ? SHED_LEVELS : level;
}

export function stageOf({ level }: LoadState): LoadStage {
  if (level === 0) return 'normal';
  return level >= REFUSE_LEVEL ? 'refuse' : 'shed';
}

/** Share of the traces that are taken, 1 down to 1/16; what comes through while refusing is taken at the least share. */
export function keptShareOf({ level }: LoadState): number {
  return 2 ** -Math.min(level, SHED_LEVELS);
}
