/** What is left of a distribution is below this share of its mode: it changes no sum. */
const NEGLIGIBLE = 1e-18;
/** The most terms on a side of the mode: eight deviations of a million answers. Facts may name any number, and must not fill the memory. */
const MOST_TERMS = 4096;

/** The number of right answers among some that are right with the same probability. */
export type Binomial = {
  /** The probability of `least` right answers or more. */
  atLeast(least: number): number;
  /** The number of right answers at a share `u` of [0, 1) of the distribution: a draw, where `u` is drawn uniformly. */
  quantile(u: number): number;
};

/**
 * The binomial distribution, by additions, multiplications and divisions alone, so that every machine draws the same. Its terms
 * follow from each other, from the mode outwards; those that change no sum are left out, so the work grows with the square root of
 * `answers`, and no further than for a million of them.
 * @param answers in all, a whole number from 1
 * @param rate probability of a right answer, in [0, 1]
 */
export const binomial = (answers: number, rate: number): Binomial => {
  const { first, cumulative } = terms(answers, rate);
  const all = cumulative.at(-1) ?? 1;
  return {
    atLeast: (least) => {
      if (least <= first) return 1;
      const below = cumulative[least - first - 1];
      return below === undefined ? 0 : (all - below) / all;
    },
    quantile: (u) => {
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((cumulative[middle] ?? all) > u * all) high = middle;
        else low = middle + 1;
      }
      return first + low;
    },
  };
};

/** Sums of the terms from the first that counts, as multiples of the greatest one. */
const terms = (answers: number, rate: number): { readonly first: number; readonly cumulative: Float64Array } => {
  if (rate <= 0) return { first: 0, cumulative: Float64Array.of(1) };
  if (rate >= 1) return { first: answers, cumulative: Float64Array.of(1) };
  const odds = rate / (1 - rate);
  const mode = Math.min(answers, Math.floor((answers + 1) * rate));
  const below: number[] = [];
  for (let right = mode, term = 1; right > 0 && below.length < MOST_TERMS; right--) {
    term *= right / ((answers - right + 1) * odds);
    if (term < NEGLIGIBLE) break;
    below.push(term);
  }
  const above: number[] = [];
  for (let right = mode, term = 1; right < answers && above.length < MOST_TERMS; right++) {
    term *= ((answers - right) * odds) / (right + 1);
    if (term < NEGLIGIBLE) break;
    above.push(term);
  }
  let sum = 0;
  const cumulative = Float64Array.from([...below.reverse(), 1, ...above], (term) => {
    sum += term;
    return sum;
  });
  return { first: mode - below.length, cumulative };
};
