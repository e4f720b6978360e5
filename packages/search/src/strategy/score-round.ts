import { updateLikelihoods } from "../algorithm/likelihood.js";
import { type Evaluated, edgeScores, meanAccuracies, scoresOf } from "../algorithm/score.js";
import type { Estimate } from "../estimate/estimate.js";
import { type Worth, worthsOfOperations } from "../estimate/worth.js";
import type { PerOperation } from "../facts/fact-parts.js";
import { nth } from "../nth.js";
import { ln } from "../random/logarithm.js";
import { stream } from "../random/random.js";
import { at, edgePlaces, mapEdges, onEdge, row } from "../space/per-edge.js";
import type { Candidates } from "../space/space.js";
import { coderOf, type Evidence, estimateOfEvidence } from "./evidence.js";

/** A round whose samples are all evaluated. */
export type RoundToScore = { readonly round: number; readonly candidates: Candidates; readonly small: Candidates };

/** The score of every candidate of a round, by which the worst of each edge goes. */
export const scoreRound = (evidence: Evidence, { round, candidates, small }: RoundToScore): PerOperation => {
  const { spec, evaluated } = evidence;
  switch (spec.strategy) {
    case "posterior":
      return byWorth({ ...evidence, candidates }, round);
    case "bnas-ucb":
      return byUpperBound(evidence, { round, candidates, small });
    case "cp-nas":
      return scoresOf(candidates, small, evaluated.filter((one) => one.round === round).map(byParent));
    default:
      return scoresOf(
        candidates,
        small,
        evaluated.filter((one) => one.round === round),
      );
  }
};

/** beta of CP-NAS, for which about 2 is the best there. A whole number, so that sums of answers stay exact. */
const PARENT_WEIGHT = 2;

/**
 * A sample with z = beta (A_parent - A_child) + A_child in the place of its accuracy A_child (CP-NAS, arXiv 2005.00057): what it loses by
 * binarization is what training may still win back. A sample whose parent was not evaluated is its own.
 */
export const byParent = <S extends Evaluated>(sample: S): S => {
  const { correct, parent = correct } = sample;
  return { ...sample, correct: PARENT_WEIGHT * (parent - correct) + correct };
};

/** s of every candidate after a round: line 12 for the paper; an estimate of all samples has the rounds before in it already. */
export const likelihoodsAfter = (
  { spec }: Pick<Evidence, "spec">,
  candidates: Candidates,
  before: PerOperation,
  scores: PerOperation,
): PerOperation => (spec.strategy === "posterior" ? scores : updateLikelihoods(candidates, before, scores));

/** What the operations of each edge are worth after a round, by the estimate of all samples so far. */
export const worthsOfRound = (
  evidence: Evidence,
  round: number,
): { readonly estimate: Estimate; readonly worths: readonly (readonly Worth[])[] } => {
  const { space, candidates, spec } = evidence;
  const estimate = estimateOfEvidence(evidence);
  const drawn = stream(spec.seed, "worth", spec.strategy, round);
  return { estimate, worths: worthsOfOperations(estimate, coderOf(space).choicesOf(candidates), drawn) };
};

/** What each operation is worth by the estimate of all samples so far: normal scores of accuracies. */
const byWorth = (evidence: Evidence, round: number): PerOperation => {
  const { space, candidates } = evidence;
  const { worths } = worthsOfRound(evidence, round);
  const places = edgePlaces(space);
  const of = new Map(places.map((place, edge) => [`${place.cell} ${place.edge}`, nth(worths, edge)]));
  return mapEdges(candidates, (operations, { cell, edge }) =>
    row(operations, (operation) => {
      const index = space.operations.indexOf(operation);
      return of.get(`${cell} ${edge}`)?.find((one) => one.operation === index)?.mean ?? 0;
    }),
  );
};

/** delta: how much an operation that was seldom sampled is given credit for, in accuracy. */
const CREDIT = 0.01;

/**
 * Lines 10 and 11 with an upper confidence bound in the place of y (the journal version, arXiv 2009.04247): the mean accuracy of this round's
 * samples that drew the operation, plus delta sqrt(2 ln N / n), n of all N samples so far.
 */
const byUpperBound = ({ evaluated }: Evidence, { round, candidates, small }: RoundToScore): PerOperation => {
  const means = meanAccuracies(evaluated.filter((one) => one.round === round));
  return mapEdges(candidates, (operations, place) => {
    const sampled = onEdge(small, place);
    const bounds = sampled.map((operation) => {
      const count = evaluated.filter(({ network }) => at(network, place) === operation).length;
      const mean = at(means, place)?.[operation] ?? 0;
      return mean + CREDIT * Math.sqrt((2 * ln(evaluated.length)) / Math.max(1, count));
    });
    const { small: shares, large } = edgeScores(bounds);
    return row(operations, (operation) => shares[sampled.indexOf(operation)] ?? large);
  });
};
