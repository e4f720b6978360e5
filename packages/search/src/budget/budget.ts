import { type DartsGenotype, type Genotype, linksOf } from "../genotype/genotype.js";
import { darts } from "../space/darts.js";
import { type CellKind, cellOf, edgesInto, kindsOf, nodesOf, outputsOf } from "../space/space.js";
import { betterFirst, cellFront, type FrontPoint, linksOfPoint, type NodeOffers, within } from "./cell-front.js";
import type { Costs, LinkCosts, Metric } from "./costs.js";
import { choosable, type Worths } from "./worth.js";

/** The best networks of every cost: made once for some facts and some costs, asked as often as there are budgets. */
export type Budget = {
  readonly metrics: readonly Metric[];
  readonly base: readonly number[];
  readonly fronts: { readonly normal: readonly FrontPoint[]; readonly reduce: readonly FrontPoint[] };
};

/** A genotype, what it costs and the sum of what the facts say for its links. */
export type Affordable = { readonly genotype: DartsGenotype; readonly costs: Costs; readonly worth: number };

/**
 * Prepares the search for the best genotype under bounds on some metrics.
 * @param metrics those that are bounded; of genotypes of equal worth the one of least costs is better, by their order
 */
export const prepareBudget = (worths: Worths, costs: LinkCosts, metrics: readonly Metric[]): Budget => ({
  metrics,
  base: metrics.map((metric) => costs.base[metric] ?? 0),
  fronts: {
    normal: cellFront(nodeOffers("normal", worths, costs, metrics), metrics.length),
    reduce: cellFront(nodeOffers("reduce", worths, costs, metrics), metrics.length),
  },
});

/**
 * The genotype of most worth whose costs are within the bounds, exactly: no other genotype of the space is better. Undefined where none
 * is within them.
 * @param bounds of metrics that the budget was prepared for; one that is absent does not bind
 */
export const bestWithin = (budget: Budget, bounds: Costs): Affordable | undefined => {
  const most = boundsOf(budget, bounds);
  let best: { worth: number; costs: readonly number[]; normal: FrontPoint; reduce: FrontPoint } | undefined;
  const { normal: normals, reduce: reduces } = budget.fronts;
  const top = reduces[0]?.worth ?? 0;
  for (const normal of normals) {
    // Fronts begin with the best, so nothing that follows can be better.
    if (best !== undefined && normal.worth + top < best.worth) break;
    const left = most.map((bound, metric) => bound - (normal.costs[metric] ?? 0));
    for (const reduce of reduces) {
      const worth = normal.worth + reduce.worth;
      if (best !== undefined && worth < best.worth) break;
      if (!within(reduce.costs, left)) continue;
      const costs = reduce.costs.map((cost, metric) => cost + (normal.costs[metric] ?? 0));
      if (best === undefined || betterFirst({ worth, costs }, best) < 0) best = { worth, costs, normal, reduce };
    }
  }
  if (best === undefined) return undefined;
  const { worth, costs, normal, reduce } = best;
  return { genotype: genotypeOfPoints(normal, reduce), costs: named(budget, costs), worth };
};

/** The least of a metric that a genotype can have whose other costs are within the bounds; undefined where there is none. */
export const leastWithin = (budget: Budget, metric: Metric, bounds: Costs): number | undefined => {
  const { [metric]: _, ...others } = bounds;
  const most = boundsOf(budget, others);
  const place = budget.metrics.indexOf(metric);
  let least = Number.POSITIVE_INFINITY;
  for (const normal of budget.fronts.normal) {
    const left = most.map((bound, other) => bound - (normal.costs[other] ?? 0));
    for (const reduce of budget.fronts.reduce) {
      const cost = (normal.costs[place] ?? 0) + (reduce.costs[place] ?? 0);
      if (cost < least && within(reduce.costs, left)) least = cost;
    }
  }
  return Number.isFinite(least) ? least + (budget.base[place] ?? 0) : undefined;
};

/** What the best genotype of every cost costs and is worth, of a budget of one metric: its whole Pareto front, the cheapest first. */
export const budgetFront = ({ base, fronts }: Budget): readonly { readonly cost: number; readonly worth: number }[] => {
  const cells = fronts.normal.flatMap((normal) =>
    fronts.reduce.map((reduce) => ({
      cost: (base[0] ?? 0) + (normal.costs[0] ?? 0) + (reduce.costs[0] ?? 0),
      worth: normal.worth + reduce.worth,
    })),
  );
  let best = Number.NEGATIVE_INFINITY;
  return cells
    .sort((one, other) => one.cost - other.cost || other.worth - one.worth)
    .filter(({ worth }) => {
      if (worth <= best) return false;
      best = worth;
      return true;
    });
};

/** What a genotype costs. */
export const costsOf = (genotype: Genotype, { base, of }: LinkCosts, metrics: readonly Metric[]): Costs =>
  Object.fromEntries(
    metrics.map((metric) => {
      const cells = kindsOf(darts).map((cell) =>
        linksOf(genotype, cell).reduce((sum, [operation, from]) => sum + (of(cell, from, operation)[metric] ?? 0), 0),
      );
      return [metric, cells.reduce((sum, cost) => sum + cost, base[metric] ?? 0)];
    }),
  );

/** What all that may be chosen costs: the least, the mean of a genotype whose edges and then operations are drawn, and the most. */
export type CostRange = { readonly least: number; readonly middle: number; readonly most: number };

/** The range of a metric over the genotypes that may be chosen. */
export const costRange = (worths: Worths, costs: LinkCosts, metric: Metric): CostRange => {
  const range = { least: costs.base[metric] ?? 0, middle: costs.base[metric] ?? 0, most: costs.base[metric] ?? 0 };
  for (const cell of kindsOf(darts)) {
    for (const { links, offers } of nodeOffers(cell, worths, costs, [metric])) {
      const edges = offers.map(({ choices }) => choices.map((choice) => choice.costs[0] ?? 0));
      const lowest = edges.map((edge) => Math.min(...edge)).toSorted((a, b) => a - b);
      const highest = edges.map((edge) => Math.max(...edge)).toSorted((a, b) => b - a);
      const means = edges.map((edge) => sum(edge) / edge.length);
      range.least += sum(lowest.slice(0, links));
      range.most += sum(highest.slice(0, links));
      range.middle += (links * sum(means)) / edges.length;
    }
  }
  return { ...range, middle: Math.round(range.middle) };
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

const boundsOf = ({ metrics, base }: Budget, bounds: Costs): readonly number[] =>
  metrics.map((metric, place) => (bounds[metric] ?? Number.POSITIVE_INFINITY) - (base[place] ?? 0));

const named = ({ metrics, base }: Budget, costs: readonly number[]): Costs =>
  Object.fromEntries(metrics.map((metric, place) => [metric, (costs[place] ?? 0) + (base[place] ?? 0)]));

const genotypeOfPoints = (normal: FrontPoint, reduce: FrontPoint): DartsGenotype => ({
  normal: linksOfPoint(normal),
  normal_concat: outputsOf(cellOf(darts, "normal")),
  reduce: linksOfPoint(reduce),
  reduce_concat: outputsOf(cellOf(darts, "reduce")),
});

/** Links of a node in a genotype of DARTS. */
const LINKS = 2;

const nodeOffers = (
  cell: CellKind,
  worths: Worths,
  costs: LinkCosts,
  metrics: readonly Metric[],
): readonly NodeOffers[] =>
  nodesOf(cellOf(darts, cell)).map((node) => ({
    links: LINKS,
    offers: edgesInto(cellOf(darts, cell), node).map(({ edge, from }) => ({
      from,
      choices: choosable(worths, { cell, edge }).map(([operation, worth]) => {
        const cost = costs.of(cell, from, operation);
        return { operation, worth, costs: metrics.map((metric) => cost[metric] ?? 0) };
      }),
    })),
  }));
