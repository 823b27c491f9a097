import type { TraceConfidence } from '../domain/explained-trace.ts';

/**
 * As a log Bayes factor. What a single trace needs to be called anomalous where the model has no usual strength for its
 * entry: some dozens of heavy-tailed components are looked at.
 */
export const MILLION_TO_ONE = Math.log(1e6);
/** One in 200 of the traces that were learned is beyond what is usual for its entry (forest, STRENGTH_QUANTILE). */
const LOG_ORDINARY = Math.log(200);

/**
 * How far a trace is from ordinary ones. `strength` is its strongest evidence as a log Bayes factor, `usual` what one in
 * 200 learned traces of its entry are beyond (absent where that was not learned), `outlier` whether the forest finds it
 * odd as a whole. What is rarer by a factor lies the logarithm of it further out, were the tail that of a Bayes factor
 * under calm (P(B > x) <= 1 / x): heavy-tailed traffic has a `usual` beyond a million to one by theory, which says nothing there.
 */
export function rarityOf({
  strength,
  usual,
  outlier,
}: {
  readonly strength: number;
  readonly usual: number | undefined;
  readonly outlier: boolean;
}): TraceConfidence['anomaly'] {
  if (strength > (usual ?? MILLION_TO_ONE))
    return strength >= Math.max(MILLION_TO_ONE, (usual ?? 0) + MILLION_TO_ONE - LOG_ORDINARY)
      ? 'certain'
      : 'likely';
  return outlier ? 'odd' : 'weak';
}
