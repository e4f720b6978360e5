import { componentsOf, covariance, meanOf, worthOf } from "./components.js";
import type { Result, Schedule } from "./results.js";

/** What the results of one seed say. Variances in points squared, accuracies in points. */
export type Parts = {
  readonly accuracy: number;
  /** What a network is worth: no luck of training, and no counting, is in it (components.ts). */
  readonly worth: number;
  /** Of scores on reduction images. */
  readonly network: number;
  readonly order: number;
  readonly rest: number;
  /** accuracy * (1 - accuracy) / images: at most so much of the rest is counting. */
  readonly counting: number;
};

const points = ([correct, total]: readonly [number, number]): number => (100 * correct) / total;

/** Right answers and images of the first chunks. */
const upTo = (reduction: Result["reduction"], chunks: number): readonly [number, number] =>
  reduction.slice(0, chunks).reduce(([a, b], [c, d]) => [a + c, b + d] as const, [0, 0] as readonly [number, number]);

/** Scores, a row a network and a column an order. Orders that not every network was trained in are left out. */
const tableOf = (results: readonly Result[], schedule: Schedule, score: (result: Result) => number): number[][] => {
  const of = results.filter((one) => one.schedule === schedule);
  const networks = [...new Set(of.map(({ network }) => network))].sort((a, b) => a - b);
  const orders = [...new Set(of.map(({ order }) => order))]
    .sort((a, b) => a - b)
    .filter((order) => networks.every((network) => of.some((one) => one.network === network && one.order === order)));
  const cell = (network: number, order: number) => of.find((one) => one.network === network && one.order === order);
  return networks.map((network) =>
    orders.flatMap((order) => {
      const found = cell(network, order);
      return found === undefined ? [] : [score(found)];
    }),
  );
};

/** The parts of the scores of a schedule, with so many chunks of reduction images. */
export const partsOf = (results: readonly Result[], schedule: Schedule, chunks: number): Parts => {
  const scores = tableOf(results, schedule, ({ reduction }) => points(upTo(reduction, chunks)));
  const fresh = tableOf(results, schedule, (one) => points(one.fresh));
  const accuracy = meanOf(scores.flat());
  const [, images] = upTo(results[0]?.reduction ?? [], chunks);
  return {
    accuracy,
    worth: worthOf(scores, fresh),
    ...componentsOf(scores),
    counting: (accuracy * (100 - accuracy)) / images,
  };
};

/** Means over seeds. A variance is right on average, so its mean over seeds is what counts; a share is of these means. */
export const overSeeds = (seeds: readonly Parts[]): Parts => {
  const mean = (of: (parts: Parts) => number) => meanOf(seeds.map(of));
  return {
    accuracy: mean(({ accuracy }) => accuracy),
    worth: mean(({ worth }) => worth),
    network: mean(({ network }) => network),
    order: mean(({ order }) => order),
    rest: mean(({ rest }) => rest),
    counting: mean(({ counting }) => counting),
  };
};

/** The network's share of a score: where each sample has an order of its own (`paper`), and where all have the same (`fair`). */
export const shares = ({ worth, network, order, rest }: Parts): { readonly own: number; readonly same: number } => ({
  own: worth / (network + order + rest),
  same: worth / (network + rest),
});

/** A figure of all seeds and its standard error, by leaving out one seed after another (the jackknife). */
export const withError = (
  seeds: readonly Parts[],
  figure: (parts: Parts) => number,
): { readonly value: number; readonly error: number } => {
  const left = seeds.map((_, out) => figure(overSeeds(seeds.filter((_, seed) => seed !== out))));
  const mean = meanOf(left);
  const spread = left.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return { value: figure(overSeeds(seeds)), error: Math.sqrt(((seeds.length - 1) / seeds.length) * spread) };
};

/** How well the accuracy before any training tells that after it: the correlation with the mean over orders, on test images. */
export const foretold = (results: readonly Result[], schedule: Schedule, chunks: number): number => {
  const before = tableOf(results, "untrained", ({ reduction }) => points(upTo(reduction, chunks))).map(meanOf);
  const after = tableOf(results, schedule, (one) => points(one.fresh)).map(meanOf);
  return covariance(before, after) / Math.sqrt(covariance(before, before) * covariance(after, after));
};

/** Mean seconds of training, and of evaluation on all reduction images. */
export const secondsOf = (results: readonly Result[], schedule: Schedule): readonly [number, number] => {
  const of = results.filter((one) => one.schedule === schedule);
  return [meanOf(of.map(({ seconds }) => seconds[0])), meanOf(of.map(({ seconds }) => seconds[1]))];
};
