import type { PerOperation } from "../facts/fact-parts.js";
import { CONCAT, type Genotype, type Link } from "../genotype/genotype.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import type { Operation } from "../space/operations.js";
import { OPERATIONS } from "../space/operations.js";
import type { PerEdge } from "../space/per-edge.js";
import { type Candidates, type CellKind, EDGES, edgesInto, STEPS } from "../space/space.js";
import { softmax } from "./score.js";

/** What an edge offers to its node: its best operation and how strong that is. */
type Offer = { readonly operation: Operation; readonly strength: number };

/**
 * The derived cell of Algorithm 1: for every node the two incoming edges whose left operation has the largest likelihood.
 * An edge on which `none` is left ranks behind all others; ties go to the lower edge. The stronger link comes first, as in DARTS.
 * @example
 * ```ts
 * import { genotypeOfLikelihoods, perEdge } from "@bnas/search";
 *
 * const left = perEdge(() => ["sep_conv_3x3"] as const);
 * const likelihoods = perEdge(({ edge }) => ({ sep_conv_3x3: edge / 10 }));
 * genotypeOfLikelihoods(left, likelihoods).normal.slice(0, 4);
 * // => [["sep_conv_3x3", 1], ["sep_conv_3x3", 0], ["sep_conv_3x3", 2], ["sep_conv_3x3", 1]]
 * ```
 */
export const genotypeOfLikelihoods = (left: Candidates, likelihoods: PerOperation): Genotype =>
  genotypeOf(
    (cell, edge) => {
      const operation = nth(nth(left[cell], edge), 0);
      return { operation, strength: nth(likelihoods[cell], edge)[operation] ?? 0 };
    },
    (offer) => offer.operation === "none",
  );

/**
 * The genotype of PC-DARTS: an edge offers its operation of the largest softmax(alpha) other than `none`, as strong as that
 * times softmax(beta) over the edges into its node; the two strongest edges of a node are taken (paper.md section 3).
 * @param beta of each of the 14 edges
 */
export const genotypeOfStrengths = (alpha: PerOperation, beta: PerEdge<number>): Genotype => {
  const offers = (cell: CellKind) =>
    EDGES.map(({ to }, edge): Offer => {
      const row = nth(alpha[cell], edge);
      const shares = softmax(OPERATIONS.map((operation) => row[operation] ?? Number.NEGATIVE_INFINITY));
      const into = edgesInto(to).map((other) => other.edge);
      const share = nth(softmax(into.map((other) => nth(beta[cell], other))), into.indexOf(edge));
      const choices = OPERATIONS.map((operation, index) => ({ operation, strength: nth(shares, index) * share }));
      return strongest(choices.filter(({ operation }) => operation !== "none"));
    });
  const all = { normal: offers("normal"), reduce: offers("reduce") };
  return genotypeOf(
    (cell, edge) => nth(all[cell], edge),
    () => false,
  );
};

/** A genotype drawn by seed: for every node two different inputs, and any operation but `none` for each. */
export const randomGenotype = (seed: number): Genotype => {
  const drawn = stream(seed, "random genotype");
  const operations = OPERATIONS.filter((operation) => operation !== "none");
  const cell = (): Link[] =>
    nodes().flatMap((node) =>
      drawn
        .shuffle(Array.from({ length: node }, (_, input) => input))
        .slice(0, 2)
        .map((input): Link => [nth(operations, drawn.below(operations.length)), input]),
    );
  return { normal: cell(), normal_concat: CONCAT, reduce: cell(), reduce_concat: CONCAT };
};

const genotypeOf = (offerOf: (cell: CellKind, edge: number) => Offer, last: (offer: Offer) => boolean): Genotype => {
  const cell = (kind: CellKind): Link[] =>
    nodes().flatMap((node) =>
      edgesInto(node)
        .map(({ edge, from }) => ({ ...offerOf(kind, edge), from }))
        // The sort is stable, so equal edges keep their order.
        .sort((one, other) => Number(last(one)) - Number(last(other)) || other.strength - one.strength)
        .slice(0, 2)
        .map(({ operation, from }): Link => [operation, from]),
    );
  return { normal: cell("normal"), normal_concat: CONCAT, reduce: cell("reduce"), reduce_concat: CONCAT };
};

const nodes = (): number[] => Array.from({ length: STEPS }, (_, step) => step + 2);

/** The strongest of some offers; of equals the first. */
const strongest = (offers: readonly Offer[]): Offer =>
  offers.reduce((best, next) => (next.strength > best.strength ? next : best));
