import fc from 'fast-check';

/**
 * Properties run from one seed, so that a run says the same twice; `VCTL_SEED=random` explores others. A seed
 * that found a bug becomes an example of its property.
 */
const seed = process.env['VCTL_SEED'] ?? '42';
if (seed !== 'random') fc.configureGlobal({ seed: Number(seed) });
