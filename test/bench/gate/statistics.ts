/** The two halves of a pair, measured one right after the other. Both in milliseconds a unit of work. */
export type Pair = { readonly measured: number; readonly reference: number };

/** The middle value; of an even number of values the mean of the two in the middle. NaN of none. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1] ?? Number.NaN;
  const lower = sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
  return (lower + upper) / 2;
};

/**
 * How many times its reference something costs: the median of the ratios of the pairs. A machine that is slow for a while is
 * slow for both halves of a pair, and one disturbed pair does not move a median.
 */
export const ratioOf = (pairs: readonly Pair[]): number =>
  median(pairs.map(({ measured, reference }) => measured / reference));
