import { bestEpoch, type ModelProgress } from "./model-progress.js";
import type { ModelPlan, Variant } from "./plan-models.js";

/** What came of a network that was trained: its answers after the last epoch that was evaluated, and after its best. */
export type Outcome = ModelPlan & {
  /** Epochs that were evaluated. Fewer than planned where a budget ended the search. */
  readonly epochs: number;
  /** Answers on the test images after the last of them. */
  readonly correct: number;
  readonly total: number;
  /** The epoch of most right answers. Chosen by the test images, so its accuracy flatters: reports show the last epoch's. */
  readonly best: { readonly epoch: number; readonly correct: number };
};

/** The outcome of every network of which an epoch was evaluated, in the order of their numbers. */
export const outcomesOf = ({ models }: { readonly models: readonly ModelProgress[] }): readonly Outcome[] =>
  models.flatMap((model) => {
    const evaluated = model.epochs.flatMap(({ evaluated }) => evaluated ?? []);
    const last = evaluated.at(-1);
    const epoch = bestEpoch(model);
    if (last === undefined || epoch === undefined) return [];
    const { epochs: _, ...plan } = model;
    const { correct, total } = last;
    const best = { epoch, correct: model.epochs[epoch - 1]?.evaluated?.correct ?? correct };
    return [{ ...plan, epochs: evaluated.length, correct, total, best }];
  });

/** Accuracies of the networks of one variant, in [0, 1]. */
export type VariantOutcome = {
  readonly variant: Variant;
  readonly accuracies: readonly number[];
  readonly mean: number;
  /** 95 % interval of the mean: Student's t over several networks, Wilson's of one network's answers. */
  readonly interval: Interval;
  /** Against the random genotypes; absent of themselves, and where none were trained. */
  readonly againstRandom?: GroupComparison;
};

export type Interval = { readonly low: number; readonly high: number };

/** How two groups of accuracies compare. */
export type GroupComparison = {
  /** Probability that one of the first is better than one of the second, ties half (Vargha and Delaney, 2000). */
  readonly a12: number;
  /** Probability of a difference as large or larger, either way, if the groups were drawn alike: a permutation test of A12. */
  readonly p: number;
};

const ORDER: readonly Variant[] = ["answer", "random", "full-precision", "published"];

/** The outcomes by variant: the answer, random genotypes, the twin in full precision, the authors' genotype; those that were trained. */
export const variantOutcomes = (outcomes: readonly Outcome[]): readonly VariantOutcome[] => {
  const random = accuraciesOf(outcomes, "random");
  return ORDER.flatMap((variant) => {
    const accuracies = accuraciesOf(outcomes, variant);
    const first = outcomes.find((outcome) => outcome.variant === variant);
    if (first === undefined) return [];
    const against = variant === "random" || random.length === 0 ? {} : { againstRandom: compare(accuracies, random) };
    const interval = accuracies.length === 1 ? wilson(first.correct, first.total) : intervalOfMean(accuracies);
    return [{ variant, accuracies, mean: meanOf(accuracies), interval, ...against }];
  });
};

const accuraciesOf = (outcomes: readonly Outcome[], variant: Variant): readonly number[] =>
  outcomes.filter((outcome) => outcome.variant === variant).map(({ correct, total }) => correct / total);

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Two-sided 95 % quantiles of Student's t, by degrees of freedom from 1; beyond the table that of the normal distribution. */
const STUDENT = [
  12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131,
];
const NORMAL = 1.96;

const intervalOfMean = (values: readonly number[]): Interval => {
  const mean = meanOf(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  const half = (STUDENT[values.length - 2] ?? NORMAL) * Math.sqrt(variance / values.length);
  return { low: Math.max(0, mean - half), high: Math.min(1, mean + half) };
};

/** 95 % interval of the share of right answers (Wilson, 1927). */
export const wilson = (correct: number, total: number): Interval => {
  const share = correct / total;
  const spread = NORMAL ** 2 / total;
  const middle = (share + spread / 2) / (1 + spread);
  const half = (NORMAL * Math.sqrt((share * (1 - share)) / total + spread / (4 * total))) / (1 + spread);
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
};

/** A12 of two groups, and its permutation test. */
export const compare = (ones: readonly number[], others: readonly number[]): GroupComparison => {
  const all = [...ones, ...others];
  const ranks = midRanks(all);
  const sum = ranks.slice(0, ones.length).reduce((total, rank) => total + rank, 0);
  const expected = (ones.length * (all.length + 1)) / 2;
  // Ranks are halves of whole numbers, so sums of them are exact.
  const a12 = (sum - (ones.length * (ones.length + 1)) / 2) / (ones.length * others.length);
  return { a12, p: shareAsFar(ranks, ones.length, Math.abs(sum - expected)) };
};

/** Ranks from 1; equal values share the mean of theirs. */
const midRanks = (values: readonly number[]): readonly number[] =>
  values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });

/**
 * The share of all ways to choose `count` of the ranks whose sum is as far from its mean, counted exactly: ways by number chosen and sum,
 * rank after rank. (Whole numbers: twice the ranks.)
 */
const shareAsFar = (ranks: readonly number[], count: number, far: number): number => {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const most = doubled.reduce((sum, rank) => sum + rank, 0);
  const ways = Array.from({ length: count + 1 }, () => new Float64Array(most + 1));
  const none = ways[0];
  if (none !== undefined) none[0] = 1;
  for (const rank of doubled) {
    for (let chosen = count; chosen > 0; chosen--) {
      const [to, from] = [ways[chosen], ways[chosen - 1]];
      if (to === undefined || from === undefined) continue;
      for (let sum = most; sum >= rank; sum--) to[sum] = (to[sum] ?? 0) + (from[sum - rank] ?? 0);
    }
  }
  const sums = ways[count] ?? new Float64Array();
  const expected = count * (ranks.length + 1); // Twice the mean of the sum.
  let all = 0;
  let asFar = 0;
  for (const [sum, number] of sums.entries()) {
    all += number;
    if (Math.abs(sum - expected) >= 2 * far) asFar += number;
  }
  return asFar / all;
};
