import type { Link } from "../genotype/genotype.js";
import type { Operation } from "../space/space.js";

/** An operation on an edge: what the facts say for it, and what it costs. Whole numbers, so that sums have no order. */
export type Choice = { readonly operation: Operation; readonly worth: number; readonly costs: readonly number[] };

/** The choices of the edge from a node. */
export type Offer = { readonly from: number; readonly choices: readonly Choice[] };

/** The edges into a node, of which `links` are chosen. */
export type NodeOffers = {
  readonly links: number;
  readonly offers: readonly Offer[];
  /** Whether the links stay in the order of the edges, as where a cell keeps all of them; else the one of most worth comes first. */
  readonly inOrder?: boolean;
};

/** Part of a cell: sums over its links, and what was chosen last. */
export type FrontPoint = {
  readonly worth: number;
  readonly costs: readonly number[];
  readonly links: readonly Link[];
  readonly before: FrontPoint | undefined;
};

/**
 * The Pareto front of a cell: each sum of worth and costs of which no other cell has the same or more worth at the same or less of
 * every cost, and one cell for each. The best first: by worth, then by the first cost, and so on; of equals the one of lower edges
 * and operations.
 *
 * The choices of a node do not touch those of another, and costs and worth add up. So what is dominated at a node stays dominated
 * whatever the later nodes choose, and the front of all nodes is made of points of the front of the first ones (Bellman).
 */
export const cellFront = (nodes: readonly NodeOffers[], metrics: number): readonly FrontPoint[] =>
  nodes.reduce<readonly FrontPoint[]>(
    (front, node) => {
      const options = undominated(choicesOf(node, metrics));
      return undominated(front.flatMap((before) => options.map((option) => added(before, option))));
    },
    [{ worth: 0, costs: Array.from({ length: metrics }, () => 0), links: [], before: undefined }],
  );

/** The links of a point, from the first node to the last; those of a node by worth. */
export const linksOfPoint = ({ links, before }: FrontPoint): readonly Link[] =>
  before === undefined ? links : [...linksOfPoint(before), ...links];

/** Less than 0 where `one` is better: more worth, or as much at less cost, the first cost first. */
export const betterFirst = (
  one: Pick<FrontPoint, "worth" | "costs">,
  other: Pick<FrontPoint, "worth" | "costs">,
): number => {
  if (one.worth !== other.worth) return other.worth - one.worth;
  for (let metric = 0; metric < one.costs.length; metric++) {
    const difference = (one.costs[metric] ?? 0) - (other.costs[metric] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const added = (before: FrontPoint, option: FrontPoint): FrontPoint => ({
  worth: before.worth + option.worth,
  costs: before.costs.map((cost, metric) => cost + (option.costs[metric] ?? 0)),
  links: option.links,
  before,
});

type Picked = Choice & { readonly from: number };

/** Every way to choose the links of a node: different edges, one operation each. */
const choicesOf = ({ links, offers, inOrder = false }: NodeOffers, metrics: number): FrontPoint[] => {
  const found: FrontPoint[] = [];
  const choose = (first: number, picked: readonly Picked[]): void => {
    if (picked.length === links) {
      found.push(pointOf(inOrder ? picked : byWorth(picked), metrics));
      return;
    }
    for (const [edge, { from, choices }] of offers.entries()) {
      if (edge < first) continue;
      for (const choice of choices) choose(edge + 1, [...picked, { ...choice, from }]);
    }
  };
  choose(0, []);
  return found;
};

/** The sort is stable: of equals the lower edge comes first, as in DARTS. */
const byWorth = (picked: readonly Picked[]): readonly Picked[] =>
  picked.toSorted((one, other) => other.worth - one.worth);

const pointOf = (picked: readonly Picked[], metrics: number): FrontPoint => ({
  worth: picked.reduce((sum, { worth }) => sum + worth, 0),
  costs: Array.from({ length: metrics }, (_, metric) =>
    picked.reduce((sum, { costs }) => sum + (costs[metric] ?? 0), 0),
  ),
  links: picked.map(({ operation, from }): Link => [operation, from]),
  before: undefined,
});

/** Without the points that another is as good as in everything; of equals the first stays. The best first. */
export const undominated = <P extends Pick<FrontPoint, "worth" | "costs">>(points: readonly P[]): P[] => {
  const kept: P[] = [];
  // The sort is stable, and what dominates a point comes before it.
  for (const point of points.toSorted(betterFirst)) {
    if (!kept.some((better) => within(better.costs, point.costs))) kept.push(point);
  }
  return kept;
};

/** Whether no cost is above its bound. */
export const within = (costs: readonly number[], bounds: readonly number[]): boolean => {
  for (let metric = 0; metric < costs.length; metric++) {
    if ((costs[metric] ?? 0) > (bounds[metric] ?? 0)) return false;
  }
  return true;
};
