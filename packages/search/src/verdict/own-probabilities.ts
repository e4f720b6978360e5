import type { Search } from "../life/search.js";
import type { EdgeShares } from "./counterfactual.js";

/**
 * The probabilities that a strategy itself gives to its decisions, from its estimate, in the place of a counterfactual replay: an
 * edge of the space each, in the order of the candidates.
 * @returns undefined for a strategy that has no estimate
 */
export const ownProbabilities = (_search: Search): readonly EdgeShares[] | undefined => undefined;
