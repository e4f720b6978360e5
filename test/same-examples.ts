import fc from "../node_modules/fast-check/lib/fast-check.js";

// What tests get as "fast-check" (vitest.config.ts): the same examples in every run, so that a run that fails says something about the
// change that it tests. Other examples are tried every night, with BNAS_EXAMPLES_SEED; one that fails there becomes a test of its own.

const SEED = 20200207;

const { seed = Number(process.env.BNAS_EXAMPLES_SEED ?? SEED), ...others } = fc.readConfigureGlobal() ?? {};
if (!Number.isInteger(seed)) {
  throw new Error(
    `BNAS_EXAMPLES_SEED: ${process.env.BNAS_EXAMPLES_SEED} is no whole number. Give one, or leave it out.`,
  );
}
fc.configureGlobal({ ...others, seed });

export * from "../node_modules/fast-check/lib/fast-check.js";
export default fc;
