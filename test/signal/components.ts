/** Variances of a table of scores, a row a network and a column an order of the images; each network once in each order. */
export type Components = {
  /** Of what a network has in common with itself in all orders. */
  readonly network: number;
  /** Of what an order does to all networks alike. */
  readonly order: number;
  /** What is left: the luck of one training, and counting. */
  readonly rest: number;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
export const meanOf = (numbers: readonly number[]): number => sum(numbers) / numbers.length;

/**
 * The analysis of variance of a table with one score in each cell, by mean squares. Each of the three is right on average; of one
 * table any may come out below 0, which is kept, so that means over tables are right too.
 */
export const componentsOf = (table: readonly (readonly number[])[]): Components => {
  const [rows, columns] = [table.length, table[0]?.length ?? 0];
  if (rows < 2 || columns < 2) throw new RangeError("parts need two networks and two orders or more");
  const all = meanOf(table.flat());
  const byRow = table.map(meanOf);
  const byColumn = Array.from({ length: columns }, (_, column) => meanOf(table.map((row) => row[column] ?? 0)));
  const ofRows = (columns * sum(byRow.map((mean) => (mean - all) ** 2))) / (rows - 1);
  const ofColumns = (rows * sum(byColumn.map((mean) => (mean - all) ** 2))) / (columns - 1);
  const left = table.flatMap((row, i) => row.map((score, j) => score - (byRow[i] ?? 0) - (byColumn[j] ?? 0) + all));
  const rest = sum(left.map((one) => one * one)) / ((rows - 1) * (columns - 1));
  return { network: (ofRows - rest) / columns, order: (ofColumns - rest) / rows, rest };
};

/** Covariance of two lists, n - 1 below. */
export const covariance = (one: readonly number[], other: readonly number[]): number => {
  const [a, b] = [meanOf(one), meanOf(other)];
  return sum(one.map((value, i) => (value - a) * ((other[i] ?? 0) - b))) / (one.length - 1);
};

/**
 * What a network is worth, as a variance that no luck is in: the mean covariance of a score in one order and a score on other images in
 * another order. Neither training nor counting is common to the two.
 */
export const worthOf = (scores: readonly (readonly number[])[], fresh: readonly (readonly number[])[]): number => {
  const columns = scores[0]?.length ?? 0;
  const column = (table: readonly (readonly number[])[], order: number) => table.map((row) => row[order] ?? 0);
  const pairs = Array.from({ length: columns }, (_, one) => one).flatMap((one) =>
    Array.from({ length: columns }, (_, other) => other)
      .filter((other) => other !== one)
      .map((other) => covariance(column(scores, one), column(fresh, other))),
  );
  return meanOf(pairs);
};
