import { genotypeOfLikelihoods, genotypeOfNetwork } from "../algorithm/derive.js";
import { meanAccuracies } from "../algorithm/score.js";
import type { Estimate } from "../estimate/estimate.js";
import type { PerOperation } from "../facts/fact-parts.js";
import type { Genotype } from "../genotype/genotype.js";
import { nth } from "../nth.js";
import { at, type EdgePlace, edgePlaces, mapEdges, onEdge } from "../space/per-edge.js";
import { type Candidates, fullSpace, type Network } from "../space/space.js";
import { coderOf, type Evidence, estimateOfEvidence } from "./evidence.js";

/** What is left when all rounds are over. */
export type Left = { readonly candidates: Candidates; readonly likelihoods: PerOperation };

/** The answer of a search, and which network it is of. */
export type Answer = { readonly genotype: Genotype; readonly by: "survivors" | "best-sample" };

/**
 * The genotype by `spec.derive`. `survivors`: of what is left. `best-sample`: of the sample of greatest accuracy, the first of equals.
 * `estimate`: of the better of these, as the estimate sees all samples and what is left: greatest mean less 0.3 deviations.
 * @param left undefined for a strategy that abandons nothing
 * @returns undefined while nothing can be answered: no sample was evaluated, and nothing is left over
 */
export const derivedAnswer = (evidence: Evidence, left: Left | undefined): Answer | undefined => {
  const { spec, space, evaluated } = evidence;
  const survivors = left === undefined ? undefined : mapEdges(left.candidates, (operations) => nth(operations, 0));
  if (spec.derive === "survivors" || evaluated.length === 0) return left && ofSurvivors(evidence, left);
  if (spec.derive === "best-sample") {
    const best = evaluated.reduce((most, next) =>
      next.correct * most.total > most.correct * next.total ? next : most,
    );
    const accuracies = meanAccuracies(evaluated);
    const strengthOf = (place: EdgePlace) => at(accuracies, place)?.[onEdge(best.network, place)] ?? 0;
    return { genotype: genotypeOfNetwork(space, best.network, strengthOf), by: "best-sample" };
  }
  const estimate = estimateOfEvidence(evidence);
  const { codeOf } = coderOf(space);
  const offers = [
    ...(survivors === undefined ? [] : [{ network: survivors, by: "survivors" as const }]),
    ...evaluated.map(({ network }) => ({ network, by: "best-sample" as const })),
  ].map((offer) => {
    const { mean, deviation } = estimate.predict(codeOf(offer.network));
    return { ...offer, bound: mean - DOUBT * deviation };
  });
  const best = offers.reduce((most, next) => (next.bound > most.bound ? next : most));
  const strengths = contributions(evidence, estimate, best.network);
  return {
    genotype: genotypeOfNetwork(space, best.network, (place) => onEdge(strengths, place)),
    by: best.by,
  };
};

/** How many deviations a network is doubted by: one that was evaluated is surer than one that never was. */
const DOUBT = 0.3;

const ofSurvivors = ({ space }: Evidence, { candidates, likelihoods }: Left): Answer => ({
  genotype: genotypeOfLikelihoods(space, candidates, likelihoods),
  by: "survivors",
});

/** What the operation of each edge adds to a network, by the estimate: less `none` there, or without such, less the mean of all. */
const contributions = ({ space }: Evidence, estimate: Estimate, network: Network) => {
  const { coding, codeOf } = coderOf(space);
  const code = codeOf(network);
  const mean = estimate.mean(code);
  const all = fullSpace(space);
  const places = edgePlaces(space);
  const added = places.map((place, edge) => {
    const others = onEdge(all, place).map((operation) => space.operations.indexOf(operation));
    const instead = others.includes(coding.none) ? [coding.none] : others;
    const values = instead.map((operation) => {
      const other = Uint8Array.from(code);
      other[edge] = operation;
      return estimate.mean(other);
    });
    return mean - values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  let next = 0;
  return mapEdges(network, () => nth(added, next++));
};
