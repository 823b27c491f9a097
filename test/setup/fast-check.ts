import fc from 'fast-check';

/**
 * Properties draw the same cases on every run, so that a red test is the change's doing and is red again at once.
 * `FC_SEED=random` draws others each time (`npm run verify:long -- --only properties`), `FC_SEED=N` those of seed N.
 */
const DEFAULT_SEED = 20_261_125;

const asked = process.env['FC_SEED'];
if (asked !== 'random') fc.configureGlobal({ seed: asked === undefined ? DEFAULT_SEED : Number(asked) });
