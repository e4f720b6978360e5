import { evaluatedInAll, type Search } from "../life/search.js";
import { type Stream, stream } from "../random/random.js";
import { bySamples } from "./best-sample.js";
import { type EdgePlan, isPaperRule, planOf, updateEdge } from "./edge-plan.js";
import { type EdgeOf, edgesOf } from "./edges.js";
import { type Answers, answersOf, extremes, otherAnswers, type Resampling } from "./resampling.js";
import { byRule } from "./rule-replay.js";

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
 * A strategy with another rule for scores is replayed by that rule (`byRule`), and one that abandons nothing by its best sample (`bySamples`).
 *
 * @returns undefined where no sample was evaluated, and where the recorded likelihoods do not follow from the rule
 */
export const resampled = (search: Search, how: Resampling, resamples: number): readonly EdgeShares[] | undefined => {
  const rounds = search.rounds.filter(({ abandoned }) => abandoned !== undefined);
  const samples = evaluatedInAll(search).filter((sample) => rounds.some(({ round }) => round === sample.round));
  const recorded = answersOf(samples);
  const plans = edgesOf(rounds[0]?.candidates ?? {}).map((place) => planOf(search, rounds, samples, place));
  if (plans.length === 0) return bySamples(search, how, resamples);
  if (!plans.every((plan) => isPaperRule(plan, recorded))) return byRule(search, how, resamples);
  const answer = otherAnswers(samples, how);
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
  const likelihood = (operation: number): number => likelihoods[operation] ?? 0;
  const again: number[] = [...(rounds[0]?.candidates ?? [])];
  for (const [at, round] of rounds.entries()) {
    updateEdge(likelihoods, round, answers);
    const least = extremes(round.candidates, likelihood, -1);
    if (least.includes(round.gone)) went[at] = (went[at] ?? 0) + 1 / least.length;
    const equals = extremes(again, likelihood, -1);
    const goes = equals.length === 1 ? equals[0] : equals[random.below(equals.length)];
    again.splice(again.indexOf(goes ?? -1), 1);
  }
  const most = extremes(again, likelihood, 1);
  return most.includes(left) ? 1 / most.length : 0;
};
