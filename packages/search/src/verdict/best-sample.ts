import { evaluatedInAll, type Search } from "../life/search.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import { traitsOf } from "../spec/strategies.js";
import type { EdgeShares } from "./counterfactual.js";
import { edgesOf, edgeValue } from "./edges.js";
import { extremes, otherAnswers, type Resampling } from "./resampling.js";

/** The network of greatest accuracy, of equals the first: what a strategy that abandons nothing answers with. */
export const bestSampleOf = (search: Search): Readonly<Record<string, readonly string[]>> | undefined => {
  const samples = evaluatedInAll(search);
  if (search.spec === undefined || traitsOf(search.spec.strategy).trains !== "samples" || samples.length === 0) {
    return undefined;
  }
  return samples.reduce((most, next) => (next.correct * most.total > most.correct * next.total ? next : most)).network;
};

/**
 * The counterfactual replay of a strategy that abandons nothing (`random-search`, `evolution`): how often the best of its samples has
 * the same operation on an edge as the best one that is recorded.
 * @returns undefined for other strategies, and where no sample was evaluated
 */
export const bySamples = (search: Search, how: Resampling, resamples: number): readonly EdgeShares[] | undefined => {
  const best = bestSampleOf(search);
  if (best === undefined) return undefined;
  const samples = evaluatedInAll(search);
  const answer = otherAnswers(samples, how);
  const counts = edgesOf(best).map((place) => ({ ...place, left: 0 }));
  const indices = samples.map((_, index) => index);
  for (let resample = 0; resample < resamples; resample++) {
    const { correct, total } = answer(stream(search.spec?.seed ?? 0, "counterfactual", how, resample));
    const equals = extremes(indices, (index) => nth(correct, index) / nth(total, index), 1);
    for (const count of counts) {
      const same = equals.filter((index) => edgeValue(nth(samples, index).network, count) === edgeValue(best, count));
      count.left += same.length / equals.length;
    }
  }
  return counts.map(({ left, ...place }) => ({ ...place, left: left / resamples, went: [] }));
};
