import type { Search } from "../life/search.js";
import { nth } from "../nth.js";
import { type Stream, stream } from "../random/random.js";
import { binomial } from "./binomial.js";
import { type Answers, type EdgePlan, type EvaluatedIn, isPaperRule, planOf, updateEdge } from "./edge-plan.js";
import { type EdgeOf, edgesOf } from "./edges.js";

/** Where other answers come from. */
export type Resampling =
  /** Each sample answers again: a binomial number of right answers, at the rate that it had. What counting noise does. */
  | "bootstrap"
  /** The samples of a round exchange their answers: what they would do if no operation made a difference. */
  | "shuffle";

/** Shares of resamples, in [0, 1], for an edge. */
export type EdgeShares = EdgeOf & {
  /** How often what is left is left. */
  readonly left: number;
  /** For each round that has ended, in order: how often what went would have gone. */
  readonly went: readonly number[];
};

/**
 * What a search would have decided with other answers, from its facts alone. Each resample gives every evaluated sample another number
 * of right answers, and runs lines 9 to 13 of Algorithm 1 again with the O_small and the networks that are recorded, since no other
 * network was trained. The streams are named by resample, so the shares are the same on every machine.
 *
 * - `went` asks line 13 among the candidates that are recorded for the round: each was a candidate of every round before, so each has
 *   evidence from all of them.
 * - `left` follows the resample: what went in it is no candidate any more. If a later network still holds such an operation, its accuracy stays
 *   in the softmax, so the scores of the others keep their scale. What is recorded as gone and is a candidate in the resample
 *   was not sampled since: it scores as every candidate that is not sampled (line 11).
 * - Of operations that tie each is as likely to go, and to be left: their order is no evidence.
 *
 * @returns undefined where nothing was abandoned, and where the recorded likelihoods do not follow from these lines
 */
export const resampled = (search: Search, how: Resampling, resamples: number): readonly EdgeShares[] | undefined => {
  const rounds = search.rounds.filter(({ abandoned }) => abandoned !== undefined);
  const samples = evaluatedIn(search, new Set(rounds.map(({ round }) => round)));
  const recorded = answersOf(samples);
  const plans = edgesOf(rounds[0]?.candidates ?? {}).map((place) => planOf(search, rounds, samples, place));
  if (plans.length === 0 || !plans.every((plan) => isPaperRule(plan, recorded))) return undefined;
  const answer = how === "bootstrap" ? bootstrap(samples) : shuffle(samples);
  const counts = plans.map((plan) => ({ plan, left: 0, went: new Float64Array(rounds.length) }));
  for (let resample = 0; resample < resamples; resample++) {
    const random = stream(search.spec?.seed ?? 0, "counterfactual", how, resample);
    const answers = answer(random);
    for (const count of counts) count.left += decideAgain(count.plan, answers, random, count.went);
  }
  return counts.map(({ plan, left, went }) => ({
    ...plan.place,
    left: left / resamples,
    went: Array.from(went, (times) => times / resamples),
  }));
};

const evaluatedIn = (search: Search, rounds: ReadonlySet<number>): readonly EvaluatedIn[] =>
  search.work.flatMap(({ job, network, evaluated }) =>
    job.kind !== "sample" || !rounds.has(job.round) || network === undefined || evaluated === undefined
      ? []
      : [{ round: job.round, network, correct: evaluated.correct, total: evaluated.total }],
  );

const answersOf = (samples: readonly EvaluatedIn[]): Answers => ({
  correct: samples.map(({ correct }) => correct),
  total: samples.map(({ total }) => total),
});

const bootstrap = (samples: readonly EvaluatedIn[]): ((random: Stream) => Answers) => {
  const rates = samples.map(({ correct, total }) => binomial(total, correct / total));
  const { total } = answersOf(samples);
  return (random) => ({ correct: rates.map((rate) => rate.quantile(random.next())), total });
};

const shuffle = (samples: readonly EvaluatedIn[]): ((random: Stream) => Answers) => {
  const rounds = [...new Set(samples.map(({ round }) => round))].map((round) =>
    samples.flatMap((sample, index) => (sample.round === round ? [index] : [])),
  );
  return (random) => {
    const other = [...samples];
    for (const indices of rounds) {
      const from = random.shuffle(indices);
      for (const [at, index] of indices.entries()) other[index] = nth(samples, nth(from, at));
    }
    return answersOf(other);
  };
};

/**
 * The decisions of an edge by other answers. Adds to `went` for each round.
 * @returns the share of what is left that is the recorded one: 1 or 0, or less than 1 of equals
 */
const decideAgain = (
  { operations, rounds, left }: EdgePlan,
  answers: Answers,
  random: Stream,
  went: Float64Array,
): number => {
  const likelihoods = new Float64Array(operations.length);
  const again: number[] = [...(rounds[0]?.candidates ?? [])];
  for (const [at, round] of rounds.entries()) {
    updateEdge(likelihoods, round, answers);
    const least = extremes(round.candidates, likelihoods, -1);
    if (least.includes(round.gone)) went[at] = (went[at] ?? 0) + 1 / least.length;
    const equals = extremes(again, likelihoods, -1);
    const goes = equals.length === 1 ? equals[0] : equals[random.below(equals.length)];
    again.splice(again.indexOf(goes ?? -1), 1);
  }
  const most = extremes(again, likelihoods, 1);
  return most.includes(left) ? 1 / most.length : 0;
};

/** The candidates of least likelihood (sign -1), or of most (sign 1): several where they tie. */
const extremes = (candidates: readonly number[], likelihoods: Float64Array, sign: 1 | -1): readonly number[] => {
  let best = Number.NEGATIVE_INFINITY;
  let found: number[] = [];
  for (const candidate of candidates) {
    const value = sign * (likelihoods[candidate] ?? 0);
    if (value > best) {
      best = value;
      found = [candidate];
    } else if (value === best) found.push(candidate);
  }
  return found;
};
