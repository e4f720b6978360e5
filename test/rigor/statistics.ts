/** How many of the sorted numbers are below x, and how many at most x. */
const placeOf = (sorted: readonly number[], x: number): readonly [number, number] => {
  const first = (isAfter: (value: number) => boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isAfter(sorted[middle] as number)) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return [first((value) => value >= x), first((value) => value > x)];
};

const ascending = (numbers: readonly number[]): number[] => [...numbers].sort((one, other) => one - other);

/** A12 (Vargha and Delaney, 2000): the chance that one of `ours` is greater than one of `theirs`, equal ones half. */
export const a12 = (ours: readonly number[], theirs: readonly number[]): number => {
  const sorted = ascending(theirs);
  const wins = ours.reduce((sum, x) => {
    const [below, upTo] = placeOf(sorted, x);
    return sum + (below + upTo) / 2;
  }, 0);
  return wins / (ours.length * theirs.length);
};

/** Half the width of the interval of 95 % of an A12, by the variance of the placements (DeLong, 1988). */
export const a12Error = (ours: readonly number[], theirs: readonly number[]): number => {
  const placements = (of: readonly number[], among: readonly number[]): number[] => {
    const sorted = ascending(among);
    return of.map((x) => {
      const [below, upTo] = placeOf(sorted, x);
      return (below + upTo) / 2 / among.length;
    });
  };
  const variance = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  };
  return (
    1.96 *
    Math.sqrt(variance(placements(ours, theirs)) / ours.length + variance(placements(theirs, ours)) / theirs.length)
  );
};

/** The value that a share of the numbers is below. */
export const quantile = (numbers: readonly number[], share: number): number =>
  ascending(numbers)[Math.min(numbers.length - 1, Math.floor(share * numbers.length))] as number;

/** The place of a value among all, 1 for the greatest: how many are greater, and one. */
export const rankOf = (sorted: readonly number[], value: number): number =>
  sorted.length - placeOf(sorted, value)[1] + 1;
