import type { Search } from "../life/search.js";
import { nth } from "../nth.js";
import { bestSampleOf } from "./best-sample.js";
import { resampled } from "./counterfactual.js";
import { type EdgeOf, edgeValue, leftOn } from "./edges.js";
import { ownProbabilities } from "./own-probabilities.js";
import { tiesOf } from "./ties.js";

/** How sure a search is of the operation that is left on an edge, or that its best sample has there where nothing is abandoned. */
export type EdgeSureness = EdgeOf & {
  readonly left: string;
  /** The probability in [0, 1] that it would be left again. */
  readonly sure: number;
  /** The same if the samples of each round exchange their accuracies: what chance alone gives. Undefined where it cannot be computed. */
  readonly byChance: number | undefined;
  /** Only the order of the operations kept it. */
  readonly byOrder: boolean;
  /** For each round that has ended: what went, and the probability that it would go again. */
  readonly rounds: readonly { readonly round: number; readonly abandoned: string; readonly sure: number }[];
};

/** How sure a search is of its answer. */
export type Sureness = {
  /** `counterfactual`: from redrawn answers; `estimate`: from what the strategy itself estimates. */
  readonly by: "counterfactual" | "estimate";
  /** Times that the answers were redrawn; 0 for an estimate. */
  readonly resamples: number;
  readonly edges: readonly EdgeSureness[];
  /** Edges of which `sure` is 80 % or more. */
  readonly sureEdges: number;
  /** Edges of which `sure` is less than a half: more often than not they would be another. */
  readonly otherEdges: number;
  /** Edges on which only the order of the operations decided. */
  readonly byOrderEdges: number;
};

/** From here on a decision counts as sure. */
const SURE = 0.8;
/** Below this a decision would more often be another. */
const OTHER = 0.5;
const RESAMPLES = 1000;

/**
 * How sure a search is of each decision: the probability that a strategy gives itself, or else the share of resamples of a counterfactual
 * replay (`resampled`). It knows counting noise alone: that training the same network again gives another accuracy is not in
 * facts.
 * @returns undefined where no round has ended, and where neither can be computed
 */
export const surenessOf = (search: Search, resamples = RESAMPLES): Sureness | undefined => {
  const own = ownProbabilities(search);
  const shares = own ?? resampled(search, "bootstrap", resamples);
  if (shares === undefined) return undefined;
  const chance = resampled(search, "shuffle", resamples);
  const ended = search.rounds.filter(({ abandoned }) => abandoned !== undefined);
  const byOrder = tiesOf(search).byOrder;
  const best = bestSampleOf(search);
  const edges = shares.map(({ cell, edge, left, went }, index): EdgeSureness => {
    const place = { cell, edge };
    return {
      cell,
      edge,
      left: best === undefined ? leftOn(search, place) : (edgeValue(best, place) ?? ""),
      sure: left,
      byChance: chance?.[index]?.left,
      byOrder: byOrder.some((other) => other.cell === cell && other.edge === edge),
      rounds: ended.map(({ round, abandoned }, at) => ({
        round,
        abandoned: edgeValue(abandoned, place) ?? "",
        sure: nth(went, at),
      })),
    };
  });
  return {
    by: own === undefined ? "counterfactual" : "estimate",
    resamples: own === undefined ? resamples : 0,
    edges,
    sureEdges: edges.filter(({ sure }) => sure >= SURE).length,
    otherEdges: edges.filter(({ sure }) => sure < OTHER).length,
    byOrderEdges: byOrder.length,
  };
};

/** The sureness of a search in sentences. */
export const surenessSentence = ({ by, edges, sureEdges, otherEdges, byOrderEdges }: Sureness): string => {
  const all = edges.length;
  const ties = byOrderEdges === 0 ? "" : `; on ${byOrderEdges} the order of equals decided`;
  if (by === "estimate") {
    return `By its own estimate, ${sureEdges} of ${all} edges are decided with 80 % or more, and ${otherEdges} with less than a half${ties}.`;
  }
  const stays = percent(edges.map(({ sure }) => sure));
  const byChance = edges.flatMap(({ byChance }) => byChance ?? []);
  const chance = byChance.length === 0 ? "" : `; chance gives ${percent(byChance)}`;
  return (
    `${otherEdges} of ${all} edges would be another under counting noise; ${sureEdges} are decided with 80 % or more${ties}. ` +
    `On average an edge stays as it is in ${stays} of resamples${chance}.`
  );
};

const percent = (shares: readonly number[]): string =>
  `${((100 * shares.reduce((sum, share) => sum + share, 0)) / shares.length).toFixed(0)} %`;
