// Math.min and Math.max take each number as an argument, and a stack holds some 100,000 of them: a long search has more facts.

/** The least of these numbers: Infinity of none, NaN where one is NaN, as Math.min says. */
export const leastOf = (numbers: Iterable<number>): number => {
  let least = Number.POSITIVE_INFINITY;
  for (const number of numbers) least = Math.min(least, number);
  return least;
};

/** The greatest of these numbers: -Infinity of none, NaN where one is NaN, as Math.max says. */
export const greatestOf = (numbers: Iterable<number>): number => {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const number of numbers) greatest = Math.max(greatest, number);
  return greatest;
};
