import type { Search } from "../life/search.js";

/** How far the accuracies of the samples of a pass lie apart, over all passes, beside what counting answers gives. */
export type Spread = {
  /** Chi-square of the right answers: sum over samples of the squared distance to the mean of the pass, by its counting variance. */
  readonly chiSquare: number;
  /** Samples less passes. */
  readonly freedom: number;
  /** What chi-square exceeds in 5 % of searches whose samples are all equally good. */
  readonly critical: number;
  /** Variance of the accuracies within a pass, and what of it counting so many answers gives. Accuracies in [0, 1]. */
  readonly variance: number;
  readonly counting: number;
  /** Images on which a sample is evaluated. */
  readonly images: number;
};

/** The normal quantile of 95 %. */
const FIVE_PERCENT = 1.6448536269514722;

/**
 * The spread of the samples within their passes; undefined where no pass has two evaluated samples. Within a pass, since accuracy
 * rises from pass to pass whatever is sampled. All samples have the same images, which makes them more alike than the counting
 * of independent images would: the test errs on the side of "not distinguishable".
 */
export const spreadOf = (search: Search): Spread | undefined => {
  let chiSquare = 0;
  let freedom = 0;
  let squares = 0;
  let counting = 0;
  let images = 0;
  for (const pass of passesOf(search)) {
    const correct = pass.reduce((sum, one) => sum + one.correct, 0);
    const total = pass.reduce((sum, one) => sum + one.total, 0);
    const rate = correct / total;
    for (const one of pass) {
      const apart = one.correct / one.total - rate;
      const expected = (rate * (1 - rate)) / one.total;
      squares += apart * apart;
      // Of answers that are all right or all wrong counting gives no variance, and there is none.
      chiSquare += expected === 0 ? 0 : (apart * apart) / expected;
      counting += expected * (1 - one.total / total);
      images = Math.max(images, one.total);
    }
    freedom += pass.length - 1;
  }
  if (freedom === 0) return undefined;
  return {
    chiSquare,
    freedom,
    critical: criticalOf(freedom),
    variance: squares / freedom,
    counting: counting / freedom,
    images,
  };
};

/** Right answers of the evaluated samples of each pass that has two or more. */
const passesOf = (search: Search): readonly (readonly { readonly correct: number; readonly total: number }[])[] => {
  const passes = new Map<string, { readonly correct: number; readonly total: number }[]>();
  for (const { job, evaluated } of search.work) {
    if (job.kind !== "sample" || evaluated === undefined) continue;
    const pass = `${job.round} ${job.pass}`;
    passes.set(pass, [...(passes.get(pass) ?? []), evaluated]);
  }
  return [...passes.values()].filter((pass) => pass.length > 1);
};

/** Wilson and Hilferty (1931): the cube root of chi-square is nearly normal. Within 3 % for one degree of freedom, 1 % from three on. */
const criticalOf = (freedom: number): number => {
  const part = 2 / (9 * freedom);
  const root = 1 - part + FIVE_PERCENT * Math.sqrt(part);
  return freedom * root * root * root;
};
