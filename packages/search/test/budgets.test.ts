import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betterFirst, cellFront, linksOfPoint, type NodeOffers } from "../src/budget/cell-front.js";
import { greatestOf, leastOf } from "../src/extremes.js";
import {
  type Budget,
  bestWithin,
  budgetFront,
  type Costs,
  darts,
  leastWithin,
  linksOf,
  METRICS,
  type Metric,
} from "../src/index.js";
import { everyCell, offers, type Whole } from "./whole-cells.js";

/** A space of more genotypes than these is not small: each is made, one by one. */
const MOST_WHOLES = 20_000;

const countCells = (nodes: readonly NodeOffers[]): number =>
  nodes.reduce((cells, { offers }) => {
    const counts = offers.map(({ choices }) => choices.length);
    const pairs = counts.flatMap((one, at) => counts.slice(at + 1).map((other) => one * other));
    return cells * pairs.reduce((sum, pair) => sum + pair, 0);
  }, 1);

const smallCase = fc
  .integer({ min: 1, max: 3 })
  .chain((metrics) =>
    fc.record({
      normal: fc.array(offers(metrics), { minLength: 1, maxLength: 2 }),
      reduce: fc.array(offers(metrics), { minLength: 1, maxLength: 2 }),
      bounds: fc.array(fc.option(fc.nat(30)), { minLength: metrics, maxLength: metrics }),
      base: fc.array(fc.nat(3), { minLength: metrics, maxLength: metrics }),
    }),
  )
  .filter(({ normal, reduce }) => countCells(normal) * countCells(reduce) <= MOST_WHOLES);

type Case = Parameters<Parameters<typeof smallCase.map>[0]>[0];

const budgetOf = ({ normal, reduce, bounds, base }: Case): { budget: Budget; most: Costs; wholes: Whole[] } => {
  const metrics = METRICS.slice(0, base.length);
  const most: Partial<Record<Metric, number>> = {};
  for (const [place, metric] of metrics.entries()) {
    const bound = bounds[place];
    if (bound != null) most[metric] = bound;
  }
  const reduces = everyCell(reduce, metrics.length);
  const wholes = everyCell(normal, metrics.length).flatMap((one) =>
    reduces.map((other) => ({
      worth: one.worth + other.worth,
      costs: one.costs.map((cost, place) => cost + (other.costs[place] ?? 0) + (base[place] ?? 0)),
      links: [...one.links, ...other.links],
    })),
  );
  const fronts = [cellFront(normal, metrics.length), cellFront(reduce, metrics.length)];
  return { budget: { space: darts, metrics, base, fronts }, most, wholes };
};

const fits = (budget: Budget, most: Costs, except?: Metric) => (whole: Whole) =>
  budget.metrics.every((metric, place) => {
    const bound = metric === except ? undefined : most[metric];
    return bound === undefined || (whole.costs[place] ?? 0) <= bound;
  });

describe("the best genotype within bounds", () => {
  it("is that of a search through all of them, on 1,000 small spaces with ties", () => {
    fc.assert(
      fc.property(smallCase, (one) => {
        const { budget, most, wholes } = budgetOf(one);
        const [best] = wholes.filter(fits(budget, most)).toSorted(betterFirst);
        const found = bestWithin(budget, most);
        expect(found === undefined).toBe(best === undefined);
        if (found === undefined || best === undefined) return;
        expect(found.worth).toBe(best.worth);
        expect(budget.metrics.map((metric) => found.costs[metric])).toEqual(best.costs);
      }),
      { numRuns: 1000 },
    );
  });

  it("has the links whose worth and costs it says", () => {
    fc.assert(
      fc.property(smallCase, (one) => {
        const { budget, most, wholes } = budgetOf(one);
        const found = bestWithin(budget, most);
        if (found === undefined) return;
        const links = [...linksOf(found.genotype, "normal"), ...linksOf(found.genotype, "reduce")]
          .map(String)
          .toSorted();
        // Of the wholes with these links one has the costs: an edge may have an operation twice, with other costs.
        const same = wholes.filter((whole) => whole.worth === found.worth && fits(budget, found.costs)(whole));
        expect(same.map((whole) => whole.links.map(String).toSorted())).toContainEqual(links);
      }),
      { numRuns: 300 },
    );
  });

  it("is there where the least of each metric says so, and the least is that of all genotypes within the other bounds", () => {
    fc.assert(
      fc.property(smallCase, (one) => {
        const { budget, most, wholes } = budgetOf(one);
        for (const [place, metric] of budget.metrics.entries()) {
          const costs = wholes.filter(fits(budget, most, metric)).map((whole) => whole.costs[place] ?? 0);
          expect(leastWithin(budget, metric, most)).toBe(costs.length === 0 ? undefined : leastOf(costs));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is the same from bounds that it meets exactly as from those that it was found with", () => {
    fc.assert(
      fc.property(smallCase, (one) => {
        const { budget, most } = budgetOf(one);
        const found = bestWithin(budget, most);
        if (found !== undefined) expect(bestWithin(budget, found.costs)).toEqual(found);
      }),
    );
  });

  it("of every cost is the Pareto front of all of them", () => {
    fc.assert(
      fc.property(smallCase, (one) => {
        const { budget, wholes } = budgetOf({ ...one, base: one.base.slice(0, 1), bounds: one.bounds.slice(0, 1) });
        const front = budgetFront(budget);
        for (const { cost, worth } of front) {
          const within = wholes.filter(({ costs }) => (costs[0] ?? 0) <= cost);
          expect(greatestOf(within.map((whole) => whole.worth))).toBe(worth);
        }
        expect(new Set(front.map(({ worth }) => worth)).size).toBe(front.length);
        for (const { worth, costs } of wholes) {
          expect(front.some((point) => point.cost <= (costs[0] ?? 0) && point.worth >= worth)).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });

  it("has the links of a node by worth, of equals the lower edge first", () => {
    const node = (worths: readonly number[]): NodeOffers => ({
      links: 2,
      offers: worths.map((worth, from) => ({ from, choices: [{ operation: "sep_conv_3x3", worth, costs: [] }] })),
    });
    const linksOf = (...worths: number[]) =>
      cellFront([node(worths)], 0).map((point) => linksOfPoint(point).map(([, from]) => from));
    expect(linksOf(1, 2, 3)).toEqual([[2, 1]]);
    expect(linksOf(2, 2)).toEqual([[0, 1]]);
    expect(linksOf(2, 2, 2)).toEqual([[0, 1]]);
  });
});
