/**
 * `not-an-anomaly`: a change of this size in these components is nothing to wake people for.
 * `normal-now`: this is the new normal; it is learned from now on.
 */
export type FeedbackVerdict = 'not-an-anomaly' | 'normal-now';
