/** How many of each kind are tried; `npm run test:fuzz` tries 10,000. */
export const COUNT = Number(process.env.BNAS_FUZZ_COUNT ?? 2_000);

/** Another seed draws others. A failure names its seed, and the number of what failed. */
export const SEED = Number(process.env.BNAS_FUZZ_SEED ?? 1);
