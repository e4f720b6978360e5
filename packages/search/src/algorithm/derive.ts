import type { PerOperation } from "../facts/fact-parts.js";
import { type Genotype, genotypeOfCells, type Link } from "../genotype/genotype.js";
import { nth } from "../nth.js";
import { stream } from "../random/random.js";
import { at, type EdgePlace, onEdge } from "../space/per-edge.js";
import {
  type Candidates,
  type Cell,
  edgesInto,
  fullSpace,
  linksInto,
  type Network,
  nodesOf,
  type Operation,
  type PerEdge,
  type Space,
} from "../space/space.js";
import { softmax } from "./score.js";

/** What an edge offers to its node: its best operation and how strong that is. */
type Offer = { readonly operation: Operation; readonly strength: number };

/**
 * The derived cell of Algorithm 1: for every node the incoming edges (in DARTS two) whose left operation has the largest likelihood.
 * An edge on which `none` is left ranks behind all others; ties go to the lower edge. The stronger link comes first, as in DARTS.
 * @example
 * ```ts
 * import { darts, genotypeOfLikelihoods, perEdge } from "@bnas/search";
 *
 * const left = perEdge(darts, () => ["sep_conv_3x3"]);
 * const likelihoods = perEdge(darts, ({ edge }) => ({ sep_conv_3x3: edge / 10 }));
 * genotypeOfLikelihoods(darts, left, likelihoods).normal?.slice(0, 4);
 * // => [["sep_conv_3x3", 1], ["sep_conv_3x3", 0], ["sep_conv_3x3", 2], ["sep_conv_3x3", 1]]
 * ```
 */
export const genotypeOfLikelihoods = (space: Space, left: Candidates, likelihoods: PerOperation): Genotype =>
  genotypeOf(
    space,
    (place) => {
      const operation = nth(onEdge(left, place), 0);
      return { operation, strength: at(likelihoods, place)?.[operation] ?? 0 };
    },
    (offer) => offer.operation === "none",
  );

/**
 * The genotype of PC-DARTS: an edge offers its operation of the largest softmax(alpha) other than `none`, as strong as that
 * times softmax(beta) over the edges into its node; the strongest edges of a node are taken (paper.md section 3). Where a node keeps
 * all of its edges, `none` is the only way to leave one out, so it is offered too.
 * @param beta of each edge
 */
export const genotypeOfStrengths = (space: Space, alpha: PerOperation, beta: PerEdge<number>): Genotype => {
  const all = fullSpace(space);
  const offerOf = (place: EdgePlace, cell: Cell): Offer => {
    const row = onEdge(alpha, place);
    const operations = onEdge(all, place);
    const shares = softmax(operations.map((operation) => row[operation] ?? Number.NEGATIVE_INFINITY));
    const into = edgesInto(cell, nth(cell.edges, place.edge).to).map(({ edge }) => edge);
    const share = nth(softmax(into.map((edge) => onEdge(beta, { cell: place.cell, edge }))), into.indexOf(place.edge));
    const choices = operations.map((operation, index) => ({ operation, strength: nth(shares, index) * share }));
    return strongest(choices.filter(({ operation }) => isChoice(cell, operation)));
  };
  return genotypeOf(space, offerOf, () => false);
};

/**
 * The genotype of one network: of every node the edges whose operation is strongest, those with `none` behind all others.
 * @param strengthOf how strong the operation of an edge is
 */
export const genotypeOfNetwork = (space: Space, network: Network, strengthOf: (place: EdgePlace) => number): Genotype =>
  genotypeOf(
    space,
    (place) => ({ operation: onEdge(network, place), strength: strengthOf(place) }),
    (offer) => offer.operation === "none",
  );

/** A genotype drawn by seed: for every node as many different inputs as it keeps, and any operation that the cell may keep. */
export const randomGenotype = (space: Space, seed: number): Genotype => {
  const drawn = stream(seed, "random genotype");
  const all = fullSpace(space);
  return genotypeOfCells(space, (cell) =>
    nodesOf(cell).flatMap((node) => {
      const edges = edgesInto(cell, node);
      const kept = cell.links === "all" ? edges : drawn.shuffle(edges).slice(0, linksInto(cell, node));
      return kept.map(({ edge, from }): Link => {
        const operations = onEdge(all, { cell: cell.kind, edge }).filter((operation) => isChoice(cell, operation));
        return [nth(operations, drawn.below(operations.length)), from];
      });
    }),
  );
};

/** A cell that keeps some of its edges leaves others out by that; one that keeps all leaves one out by `none`. */
const isChoice = ({ links }: Cell, operation: Operation): boolean => links === "all" || operation !== "none";

const genotypeOf = (
  space: Space,
  offerOf: (place: EdgePlace, cell: Cell) => Offer,
  last: (offer: Offer) => boolean,
): Genotype =>
  genotypeOfCells(space, (cell) =>
    nodesOf(cell).flatMap((node) => {
      const offers = edgesInto(cell, node).map(({ edge, from }) => ({
        ...offerOf({ cell: cell.kind, edge }, cell),
        from,
      }));
      // The sort is stable, so equal edges keep their order.
      const ranked =
        cell.links === "all"
          ? offers
          : offers.sort((one, other) => Number(last(one)) - Number(last(other)) || other.strength - one.strength);
      return ranked.slice(0, linksInto(cell, node)).map(({ operation, from }): Link => [operation, from]);
    }),
  );

/** The strongest of some offers; of equals the first. */
const strongest = (offers: readonly Offer[]): Offer =>
  offers.reduce((best, next) => (next.strength > best.strength ? next : best));
