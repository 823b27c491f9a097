import type { ComponentUnit } from './component.ts';

/** A time among what was learned in which something was slower, or failed more, than in the rest of it. */
export interface LearnedStretch {
  /** Epoch ms, [fromMs, toMs), on whole minutes. */
  readonly fromMs: number;
  readonly toMs: number;
  /** What stands out furthest. */
  readonly loudest: {
    /** Key by the component grammar. */
    readonly component: string;
    readonly unit: ComponentUnit;
    /** In `unit`: geometric means for latency. */
    readonly observed: number;
    readonly expected: number;
  };
  /** Components that stand out in it. */
  readonly components: number;
  /** By the model that was learned with it in, what stands out would be strong enough again to open an incident. */
  readonly isToldAgain: boolean;
}
