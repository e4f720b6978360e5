import { exp } from "../random/exponential.js";
import { backward, extendFactor, forward, logDensity } from "./cholesky.js";
import { type Coding, liveCode, type NetworkCode } from "./coding.js";
import { type Features, kernelOf } from "./kernel.js";
import { normalScores } from "./normal-scores.js";

/** A network that was evaluated. */
export type Observation = {
  readonly code: NetworkCode;
  readonly accuracy: number;
  readonly round: number;
  /** Evaluated with the weights of the supernet alone. */
  readonly untrained?: true;
};

/**
 * Variance of the noise of a network that was not trained, beside that of one that was, in units of normal scores squared. Its accuracy
 * correlates with that after training by 0.4 to 0.5 on CIFAR-10 (docs/rigor.md): about what noise of this variance leaves of it.
 */
const UNTRAINED_NOISE = 3;

/** Variances of the parts of the prior, in units of normal scores squared, and that of the noise. */
export type Scales = {
  readonly operations: number;
  readonly edges: number;
  readonly whole: number;
  readonly strengths: number;
  /** Of the rise from round to round, and of each round by itself. */
  readonly rounds: number;
  readonly noise: number;
};

/** What is believed of a network: normal scores of accuracies, higher is better. */
export type Prediction = {
  readonly mean: number;
  readonly deviation: number;
  /** Whether a network that computes the same was evaluated, or counts as evaluated. */
  readonly known: boolean;
};

/** What is believed of networks after some were evaluated. */
export type Estimate = {
  readonly mean: (code: NetworkCode) => number;
  readonly predict: (code: NetworkCode) => Prediction;
  /** Posterior covariance of the means of groups of networks, [groups, groups] by rows. */
  readonly covariance: (groups: readonly (readonly NetworkCode[])[]) => Float64Array;
  /** Count a network as evaluated with the accuracy that is expected of it: others near it become surer, and no mean moves. */
  readonly pretend: (code: NetworkCode) => void;
  /** The scales that explain the accuracies best. */
  readonly scales: Scales;
};

/** Variance of what all networks have in common. */
const COMMON = 4;

/** The grid of scales. Rounds may rise, or not; a first look leaves the strengths out. */
const gridOf = (rounds: boolean): readonly Scales[] =>
  [0.135, 0.96].flatMap((operations) =>
    [0.06, 0.6].flatMap((edges) =>
      [0.02, 0.2].flatMap((whole) =>
        [0.02, 0.15, 0.7].flatMap((noise) =>
          (rounds ? [0, 1] : [0]).map((rise) => ({ operations, edges, whole, noise, strengths: 0, rounds: rise })),
        ),
      ),
    ),
  );

/** Variance of what the strengths say, where they say something; and how many of the likeliest scales are tried with it. */
const STRENGTHS = 0.36;
const TRIED = 6;

/**
 * Logarithm of how likely scales are before any accuracy is known. Strengths may say nothing, and rounds may not rise: with few samples
 * and much noise either explains luck, so the accuracies have to say it more clearly than other scales.
 */
const priorOf = ({ strengths, rounds }: Scales): number => (strengths > 0 ? -2 : 0) + (rounds > 0 ? -1 : 0);

/** Scales with less than this share of the weight are left out of the mean. */
const NEGLIGIBLE = 0.005;

/** What some scales make of the accuracies: the weights of the posterior mean; and the logarithm of prior times marginal likelihood. */
type Fitted = { readonly scales: Scales; readonly weights: Float64Array; readonly log: number };

/**
 * A Gaussian process over networks (Rasmussen and Williams, 2006, algorithm 2.1), whose prior covariance is the sum of four effects: of
 * an operation wherever it is, of an operation on its edge, of the network as a whole, and of the supernet's strengths. The accuracies
 * become normal scores of their ranks; rounds may rise by themselves, since weights are shared. The scales come from a grid: means
 * are weighed by each one's prior and marginal likelihood, deviations are those of the likeliest.
 * @param strengthOf the strength of a network; absent: nothing is made of strengths
 * @param given the scales to weigh, in the place of the grid
 */
export const estimateOf = (
  coding: Coding,
  observations: readonly Observation[],
  strengthOf?: (code: NetworkCode) => number,
  given?: readonly Scales[],
): Estimate => {
  const n = observations.length;
  // Room for the networks that are pretended: a pass has at most one for each operation (`sample: all`).
  const width = n + coding.operations;
  const kernel = kernelOf(coding);
  const featuresOf = (code: NetworkCode): Features =>
    kernel.featuresOf(liveCode(coding, code), strengthOf === undefined ? 0 : strengthOf(code));
  const seen = observations.map(({ code }) => featuresOf(code));
  const y = Float64Array.from(scoresApart(observations));
  const rounds = Float64Array.from(observations, ({ round }) => round);
  const size = coding.edges.length;
  // Parts of the covariance of what was evaluated, by rows.
  const operations = new Float64Array(n * n);
  const equal = new Int32Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      operations[i * n + j] = kernel.operations(seen[i] as Features, seen[j] as Features);
      equal[i * n + j] = kernel.equalEdges(seen[i] as Features, seen[j] as Features);
    }
  }
  const lower = new Float64Array(width * width);
  const row = new Float64Array(width);
  /** The factor of the covariance of what was evaluated, in `lower`. */
  const factor = (scales: Scales): void => {
    // By the number of equal edges: what the parts give that follow from it.
    const ofEqual = kernel.whole.map((whole, same) => COMMON + (scales.edges * same) / size + scales.whole * whole);
    for (let i = 0; i < n; i++) {
      const strength = scales.strengths * (seen[i] as Features).strength;
      for (let j = 0; j <= i; j++) {
        const at = i * n + j;
        let value = scales.operations * (operations[at] as number) + (ofEqual[equal[at] as number] as number);
        if (strength !== 0) value += strength * (seen[j] as Features).strength;
        if (scales.rounds > 0) {
          value += scales.rounds * (rounds[i] as number) * (rounds[j] as number);
          if (rounds[i] === rounds[j]) value += scales.rounds / 8;
        }
        row[j] = value;
      }
      row[i] = (row[i] as number) + scales.noise + (observations[i]?.untrained ? UNTRAINED_NOISE : 0);
      extendFactor(lower, width, i, row);
    }
  };
  const towards = new Float64Array(width);
  const whitened = new Float64Array(width);
  const fit = (scales: Scales): Fitted => {
    factor(scales);
    forward(lower, width, n, y, whitened);
    const log = logDensity(lower, width, n, whitened) + (given === undefined ? priorOf(scales) : 0);
    return { scales, weights: backward(lower, width, n, whitened), log };
  };
  const first = (given ?? gridOf(rounds.some((round) => round !== rounds[0]))).map(fit);
  const fitted =
    strengthOf === undefined || given !== undefined
      ? first
      : [
          ...first,
          ...first
            .toSorted((one, other) => other.log - one.log)
            .slice(0, TRIED)
            .map(({ scales }) => fit({ ...scales, strengths: STRENGTHS })),
        ];
  const best = fitted.reduce((most, next) => (next.log > most.log ? next : most));
  const likely = fitted
    .map((one) => ({ ...one, weight: exp(one.log - best.log) }))
    .filter(({ weight }) => weight >= NEGLIGIBLE);
  const total = likely.reduce((sum, { weight }) => sum + weight, 0);
  // The mean is linear in the parts of the kernel, so the weights of all scales add up to one vector a part. What follows from the
  // number of equal edges is one table an evaluated network.
  const byOperations = new Float64Array(n);
  const byStrengths = new Float64Array(n);
  const byEqual = new Float64Array(n * (size + 1));
  for (const { scales, weights, weight } of likely) {
    for (let i = 0; i < n; i++) {
      const share = (weights[i] as number) * (weight / total);
      byOperations[i] = (byOperations[i] as number) + scales.operations * share;
      byStrengths[i] = (byStrengths[i] as number) + scales.strengths * share;
      for (let same = 0; same <= size; same++) {
        const value = COMMON + (scales.edges * same) / size + scales.whole * (kernel.whole[same] as number);
        byEqual[i * (size + 1) + same] = (byEqual[i * (size + 1) + same] as number) + value * share;
      }
    }
  }

  const { scales } = best;
  factor(scales);
  const ofEqual = kernel.whole.map((whole, same) => COMMON + (scales.edges * same) / size + scales.whole * whole);
  const evaluated = [...seen];
  const covarianceOf = (one: Features, other: Features): number =>
    scales.operations * kernel.operations(one, other) +
    (ofEqual[kernel.equalEdges(one, other)] as number) +
    scales.strengths * one.strength * other.strength;

  const mean = (code: NetworkCode): number => {
    const features = featuresOf(code);
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const other = seen[i] as Features;
      sum +=
        (byOperations[i] as number) * kernel.operations(features, other) +
        (byEqual[i * (size + 1) + kernel.equalEdges(features, other)] as number) +
        (byStrengths[i] as number) * features.strength * other.strength;
    }
    return sum;
  };
  const predict = (code: NetworkCode): Prediction => {
    const features = featuresOf(code);
    let sum = 0;
    let known = false;
    for (let i = 0; i < evaluated.length; i++) {
      const other = evaluated[i] as Features;
      const shared = kernel.operations(features, other);
      const same = kernel.equalEdges(features, other);
      const strength = features.strength * other.strength;
      // One that was not trained may still be.
      if (same === size && observations[i]?.untrained === undefined) known = true;
      if (i < n) {
        sum +=
          (byOperations[i] as number) * shared +
          (byEqual[i * (size + 1) + same] as number) +
          (byStrengths[i] as number) * strength;
      }
      towards[i] = scales.operations * shared + (ofEqual[same] as number) + scales.strengths * strength;
    }
    forward(lower, width, evaluated.length, towards, whitened);
    let variance = covarianceOf(features, features);
    for (let i = 0; i < evaluated.length; i++) variance -= (whitened[i] as number) * (whitened[i] as number);
    return { mean: sum, deviation: Math.sqrt(Math.max(variance, 0)), known };
  };
  const pretend = (code: NetworkCode): void => {
    const count = evaluated.length;
    if (count === width) throw new RangeError(`at most ${width - n} networks are pretended`);
    const features = featuresOf(code);
    for (let i = 0; i < count; i++) row[i] = covarianceOf(features, evaluated[i] as Features);
    row[count] = covarianceOf(features, features) + scales.noise;
    extendFactor(lower, width, count, row);
    evaluated.push(features);
  };
  const covariance = (groups: readonly (readonly NetworkCode[])[]): Float64Array => {
    const features = groups.map((group) => group.map(featuresOf));
    const average = (one: readonly Features[], other: readonly Features[]): number => {
      let sum = 0;
      for (const a of one) for (const b of other) sum += covarianceOf(a, b);
      return sum / (one.length * other.length);
    };
    const solved = features.map((group) => {
      const common = Float64Array.from({ length: n }, (_, i) => average(group, [seen[i] as Features]));
      const result = new Float64Array(n);
      forward(lower, width, n, common, result);
      return result;
    });
    const result = new Float64Array(groups.length * groups.length);
    for (let a = 0; a < groups.length; a++) {
      for (let b = 0; b <= a; b++) {
        let value = average(features[a] as Features[], features[b] as Features[]);
        for (let i = 0; i < n; i++) value -= (solved[a]?.[i] as number) * (solved[b]?.[i] as number);
        result[a * groups.length + b] = value;
        result[b * groups.length + a] = value;
      }
    }
    return result;
  };
  return { scales, mean, predict, pretend, covariance };
};

/** Normal scores of accuracies, of networks that were trained and of those that were not apart: the latter are all worse. */
const scoresApart = (observations: readonly Observation[]): number[] => {
  const of = (untrained: boolean) => {
    const these = observations.filter((one) => (one.untrained === true) === untrained);
    return normalScores(these.map(({ accuracy }) => accuracy));
  };
  const [trained, untrained] = [of(false).values(), of(true).values()];
  return observations.map((one) => (one.untrained === true ? untrained : trained).next().value ?? 0);
};
