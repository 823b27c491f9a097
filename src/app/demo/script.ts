import { at, type Script } from '../../simulator/index.ts';

/** One act of the demo: what breaks, in a sentence for whoever watches. */
export interface Act {
  /** Seconds of the shop's time after the start. */
  readonly second: number;
  readonly says: string;
}

/** A fault's length, and the pause after it: long enough to resolve (two minutes of calm) before the next begins. */
const FAULT_SECONDS = 120;
const CYCLE_SECONDS = 270;
const QUIET_SECONDS = 90;

const [first, second, third] = [0, 1, 2].map((act) => QUIET_SECONDS + act * CYCLE_SECONDS);

/** A slow third party, a burst of errors, and a call that is no longer made: three things that break in different ways. */
export const SCRIPT: Script = at(first)
  .slowPeer('payment', 'card-processor', { addMs: 400, forSeconds: FAULT_SECONDS })
  .at(second)
  .errors('inventory', 0.25, FAULT_SECONDS)
  .at(third)
  .vanish('storefront', 'recommendation', FAULT_SECONDS);

export const ACTS: readonly Act[] = [
  { second: 0, says: 'all is well' },
  { second: first, says: 'the card processor, which sends no spans, takes 400 ms longer to answer payment' },
  { second: first + FAULT_SECONDS, says: 'the card processor is well again' },
  { second: second, says: 'one request in four to inventory fails' },
  { second: second + FAULT_SECONDS, says: 'inventory is well again' },
  { second: third, says: 'storefront no longer calls recommendation: nothing fails, pages are even faster' },
  { second: third + FAULT_SECONDS, says: 'storefront calls recommendation again' },
];

export const SECONDS = QUIET_SECONDS + 3 * CYCLE_SECONDS;
/** Some nine hundred spans a second. */
export const TRACES_PER_SECOND = 110;
