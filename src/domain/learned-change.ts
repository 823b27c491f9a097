import type { EffectFloor } from './effect-floor.ts';

/**
 * A change of what detection has learned that did not come from spans: an input of the process like a span is, applied in
 * order and repeatable. Models go by the name of their folder in `dataDir/models`: what is written there stays as it is.
 */
export type LearnedChange =
  /** The forests of a snapshot, fitted on recent traces. */
  | { readonly type: 'forests'; readonly model: string }
  /** Baselines and forests of a snapshot: a person went back to it. */
  | { readonly type: 'model'; readonly model: string }
  /** The effect floors that people's feedback amounts to: all of them, replacing those before. */
  | { readonly type: 'floors'; readonly floors: readonly EffectFloor[] };
