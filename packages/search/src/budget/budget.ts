import { type Genotype, genotypeKinds, genotypeOfCells, linksOf } from "../genotype/genotype.js";
import { nth } from "../nth.js";
import { type Cell, edgesInto, kindsOf, linksInto, nodesOf, type Space } from "../space/space.js";
import {
  betterFirst,
  cellFront,
  type FrontPoint,
  linksOfPoint,
  type NodeOffers,
  undominated,
  within,
} from "./cell-front.js";
import type { Costs, LinkCosts, Metric } from "./costs.js";
import { choosable, type Worths } from "./worth.js";

/** The best cells of every cost: made once for some facts and some costs, asked as often as there are budgets. */
export type Budget = {
  readonly space: Space;
  readonly metrics: readonly Metric[];
  readonly base: readonly number[];
  /** Of each kind of cell of the space. */
  readonly fronts: readonly (readonly FrontPoint[])[];
};

/** A genotype, what it costs and the sum of what the facts say for its links. */
export type Affordable = { readonly genotype: Genotype; readonly costs: Costs; readonly worth: number };

/**
 * Prepares the search for the best genotype under bounds on some metrics.
 * @param metrics those that are bounded; of genotypes of equal worth the one of least costs is better, by their order
 */
export const prepareBudget = (space: Space, worths: Worths, costs: LinkCosts, metrics: readonly Metric[]): Budget => ({
  space,
  metrics,
  base: metrics.map((metric) => costs.base[metric] ?? 0),
  fronts: space.cells.map((cell) => cellFront(nodeOffers(cell, worths, costs, metrics), metrics.length)),
});

/** Cells that were chosen, one of each kind in the order of the space, and their sums. */
type Chosen = { readonly worth: number; readonly costs: readonly number[]; readonly cells: readonly FrontPoint[] };

/**
 * The genotype of most worth whose costs are within the bounds, exactly: no other genotype of the space is better. Undefined where none
 * is within them.
 * @param bounds of metrics that the budget was prepared for; one that is absent does not bind
 */
export const bestWithin = (budget: Budget, bounds: Costs): Affordable | undefined => {
  const most = boundsOf(budget, bounds);
  // The most that the cells from a kind on can add: fronts begin with the best.
  const tops = budget.fronts.map((_, kind) => sum(budget.fronts.slice(kind).map(([first]) => first?.worth ?? 0)));
  let best: Chosen | undefined;
  const choose = (chosen: Chosen): void => {
    const kind = chosen.cells.length;
    const front = budget.fronts[kind];
    if (front === undefined) {
      if (best === undefined || betterFirst(chosen, best) < 0) best = chosen;
      return;
    }
    for (const point of front) {
      // Nothing that follows can be better.
      if (best !== undefined && chosen.worth + point.worth + (tops[kind + 1] ?? 0) < best.worth) break;
      const next = withCell(chosen, point);
      if (within(next.costs, most)) choose(next);
    }
  };
  choose(nothingChosen(budget));
  if (best === undefined) return undefined;
  const { worth, costs, cells } = best as Chosen; // The compiler does not see what a function assigns.
  const kinds = kindsOf(budget.space);
  const genotype = genotypeOfCells(budget.space, ({ kind }) => linksOfPoint(nth(cells, kinds.indexOf(kind))));
  return { genotype, costs: named(budget, costs), worth };
};

/** The least of a metric that a genotype can have whose other costs are within the bounds; undefined where there is none. */
export const leastWithin = (budget: Budget, metric: Metric, bounds: Costs): number | undefined => {
  const { [metric]: _, ...others } = bounds;
  const most = boundsOf(budget, others);
  const place = budget.metrics.indexOf(metric);
  let least = Number.POSITIVE_INFINITY;
  const choose = (chosen: Chosen): void => {
    const cost = chosen.costs[place] ?? 0;
    if (cost >= least || !within(chosen.costs, most)) return;
    const front = budget.fronts[chosen.cells.length];
    if (front === undefined) least = cost;
    for (const point of front ?? []) choose(withCell(chosen, point));
  };
  choose(nothingChosen(budget));
  return Number.isFinite(least) ? least + (budget.base[place] ?? 0) : undefined;
};

/** What the best genotype of every cost costs and is worth, of a budget of one metric: its whole Pareto front, the cheapest first. */
export const budgetFront = (budget: Budget): readonly { readonly cost: number; readonly worth: number }[] =>
  budget.fronts
    .reduce<readonly Chosen[]>(
      (chosen, front) => undominated(chosen.flatMap((one) => front.map((point) => withCell(one, point)))),
      [nothingChosen(budget)],
    )
    .map(({ worth, costs }) => ({ cost: (costs[0] ?? 0) + (budget.base[0] ?? 0), worth }))
    .toReversed();

const nothingChosen = ({ metrics }: Budget): Chosen => ({ worth: 0, costs: metrics.map(() => 0), cells: [] });

const withCell = ({ worth, costs, cells }: Chosen, point: FrontPoint): Chosen => ({
  worth: worth + point.worth,
  costs: costs.map((cost, metric) => cost + (point.costs[metric] ?? 0)),
  cells: [...cells, point],
});

/** What a genotype costs. */
export const costsOf = (genotype: Genotype, { base, of }: LinkCosts, metrics: readonly Metric[]): Costs =>
  Object.fromEntries(
    metrics.map((metric) => {
      const cells = genotypeKinds(genotype).map((cell) =>
        linksOf(genotype, cell).reduce((sum, [operation, from]) => sum + (of(cell, from, operation)[metric] ?? 0), 0),
      );
      return [metric, cells.reduce((sum, cost) => sum + cost, base[metric] ?? 0)];
    }),
  );

/** What all that may be chosen costs: the least, the mean of a genotype whose edges and then operations are drawn, and the most. */
export type CostRange = { readonly least: number; readonly middle: number; readonly most: number };

/** The range of a metric over the genotypes that may be chosen. */
export const costRange = (space: Space, worths: Worths, costs: LinkCosts, metric: Metric): CostRange => {
  const range = { least: costs.base[metric] ?? 0, middle: costs.base[metric] ?? 0, most: costs.base[metric] ?? 0 };
  for (const cell of space.cells) {
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

const nodeOffers = (cell: Cell, worths: Worths, costs: LinkCosts, metrics: readonly Metric[]): readonly NodeOffers[] =>
  nodesOf(cell).map((node) => ({
    links: linksInto(cell, node),
    inOrder: cell.links === "all",
    offers: edgesInto(cell, node).map(({ edge, from }) => ({
      from,
      choices: choosable(cell, worths, edge).map(([operation, worth]) => {
        const cost = costs.of(cell.kind, from, operation);
        return { operation, worth, costs: metrics.map((metric) => cost[metric] ?? 0) };
      }),
    })),
  }));
