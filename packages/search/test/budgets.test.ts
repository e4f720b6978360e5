import { aSpec, ID, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { betterFirst, cellFront, linksOfPoint, type NodeOffers } from "../src/budget/cell-front.js";
import {
  type Budget,
  bestWithin,
  budgetFront,
  type Costs,
  cellOf,
  costRange,
  costsOf,
  darts,
  edgePlaces,
  edgesInto,
  evolve,
  kindsOf,
  type Link,
  type LinkCosts,
  leastWithin,
  linksOf,
  METRICS,
  type Metric,
  mapEdges,
  nasBench201,
  type Operation,
  perEdge,
  prepareBudget,
  row,
  type Search,
  start,
  stream,
  type Worths,
  worthOf,
  worthsOf,
} from "../src/index.js";

/** A cell that was chosen whole, straight from the definition. */
type Whole = { readonly worth: number; readonly costs: readonly number[]; readonly links: readonly Link[] };

/** Every cell: the product over nodes of every choice of different edges and an operation on each. */
const everyCell = (nodes: readonly NodeOffers[], metrics: number): Whole[] =>
  nodes.reduce<Whole[]>(
    (cells, { links, offers }) => {
      const subsets = offers.reduce<(typeof offers)[]>(
        (sets, offer) => sets.concat(sets.map((set) => [...set, offer])),
        [[]],
      );
      const picks = subsets
        .filter((set) => set.length === links)
        .flatMap((set) =>
          set.reduce<Whole[]>(
            (wholes, { from, choices }) =>
              wholes.flatMap((whole) =>
                choices.map(({ operation, worth, costs }) => ({
                  worth: whole.worth + worth,
                  costs: whole.costs.map((cost, metric) => cost + (costs[metric] ?? 0)),
                  links: [...whole.links, [operation, from] as const],
                })),
              ),
            [{ worth: 0, costs: Array.from({ length: metrics }, () => 0), links: [] }],
          ),
        );
      return cells.flatMap((cell) =>
        picks.map((pick) => ({
          worth: cell.worth + pick.worth,
          costs: cell.costs.map((cost, metric) => cost + (pick.costs[metric] ?? 0)),
          links: [...cell.links, ...pick.links],
        })),
      );
    },
    [{ worth: 0, costs: Array.from({ length: metrics }, () => 0), links: [] }],
  );

/** Small numbers, so that there are many ties. */
const offers = (metrics: number): fc.Arbitrary<NodeOffers> =>
  fc
    .array(
      fc.array(
        fc.record({
          operation: fc.constantFrom(...darts.operations),
          worth: fc.nat(6),
          costs: fc.array(fc.nat(5), { minLength: metrics, maxLength: metrics }),
        }),
        { minLength: 1, maxLength: 3 },
      ),
      { minLength: 2, maxLength: 3 },
    )
    .map((edges) => ({ links: 2, offers: edges.map((choices, from) => ({ from, choices })) }));

const smallCase = fc.integer({ min: 1, max: 3 }).chain((metrics) =>
  fc.record({
    normal: fc.array(offers(metrics), { minLength: 1, maxLength: 2 }),
    reduce: fc.array(offers(metrics), { minLength: 1, maxLength: 2 }),
    bounds: fc.array(fc.option(fc.nat(30)), { minLength: metrics, maxLength: metrics }),
    base: fc.array(fc.nat(3), { minLength: metrics, maxLength: metrics }),
  }),
);

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
          expect(leastWithin(budget, metric, most)).toBe(costs.length === 0 ? undefined : Math.min(...costs));
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
          expect(Math.max(...within.map((whole) => whole.worth))).toBe(worth);
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

describe("budgets of DARTS' space", () => {
  /** Two operations an edge, of costs that no sum of others has. */
  const costs: LinkCosts = {
    base: { bits: 1000, ops: 50 },
    of: (cell, from, operation) => {
      const size = darts.operations.indexOf(operation);
      const halves = cell === "reduce" && from < 2;
      return { bits: size * size + (halves ? 7 : 0), ops: (halves ? 2 : 5) * size };
    },
  };
  const drawn = (seed: number, operations: readonly Operation[]): Worths => {
    const { below } = stream(seed, "worths");
    return perEdge(darts, () => row(operations, () => below(1000)));
  };
  const dartsOffers = (worths: Worths, cell: "normal" | "reduce"): NodeOffers[] =>
    [2, 3, 4, 5].map((node) => ({
      links: 2,
      offers: edgesInto(cellOf(darts, cell), node).map(({ edge, from }) => ({
        from,
        choices: Object.entries(worths[cell]?.[edge] ?? {}).map(([name, worth]) => {
          const operation = name as Operation; // A key of a Row.
          const { bits = 0, ops = 0 } = costs.of(cell, from, operation);
          return { operation, worth: worth ?? 0, costs: [bits, ops] };
        }),
      })),
    }));

  it("have the best of all genotypes, of two operations an edge", () => {
    for (let seed = 0; seed < 5; seed++) {
      const worths: Worths = {
        normal: (drawn(seed, ["sep_conv_5x5"]).normal ?? []).map((one, edge) =>
          edge < 5 ? { ...one, skip_connect: 400 } : one,
        ),
        reduce: (drawn(seed + 100, ["skip_connect"]).reduce ?? []).map((one, edge) =>
          edge > 11 ? { ...one, max_pool_3x3: 700 } : one,
        ),
      };
      const budget = prepareBudget(darts, worths, costs, ["bits", "ops"]);
      const [normals, reduces] = [
        everyCell(dartsOffers(worths, "normal"), 2),
        everyCell(dartsOffers(worths, "reduce"), 2),
      ];
      for (const bits of [1130, 1200, 1260, 1300]) {
        let best: Whole | undefined;
        for (const one of normals) {
          for (const other of reduces) {
            const whole = {
              ...one,
              worth: one.worth + other.worth,
              costs: [
                1000 + (one.costs[0] ?? 0) + (other.costs[0] ?? 0),
                50 + (one.costs[1] ?? 0) + (other.costs[1] ?? 0),
              ],
            };
            if ((whole.costs[0] ?? 0) <= bits && (best === undefined || betterFirst(whole, best) < 0)) best = whole;
          }
        }
        const found = bestWithin(budget, { bits });
        expect(found?.worth).toBe(best?.worth);
        expect([found?.costs.bits, found?.costs.ops]).toEqual(best === undefined ? [undefined, undefined] : best.costs);
      }
    }
  });

  it("cost what the sum over the links says, and lie in the range of the space", () => {
    const worths = drawn(1, darts.operations);
    const budget = prepareBudget(darts, worths, costs, ["bits", "ops"]);
    for (const metric of ["bits", "ops"] as const) {
      const { least, middle, most } = costRange(darts, worths, costs, metric);
      expect(leastWithin(budget, metric, {})).toBe(least);
      expect(bestWithin(budget, { [metric]: least - 1 })).toBeUndefined();
      expect(least).toBeLessThan(middle);
      expect(middle).toBeLessThan(most);
      const found = bestWithin(budget, { [metric]: middle });
      expect(found && costsOf(found.genotype, costs, ["bits", "ops"])).toEqual(found?.costs);
    }
    // By hand, of the last operation: 8 links of the normal cell, and of the reduction cell two that halve, one and one, four that do not.
    expect(costRange(darts, worths, costs, "ops").most).toBe(50 + 8 * 35 + 2 * 14 + (14 + 35) + 4 * 35);
  });

  it("have the mean of all genotypes in the middle, where all edges have as many operations", () => {
    const worths = perEdge(darts, ({ edge }) => ({ skip_connect: edge, sep_conv_5x5: edge }));
    for (const metric of ["bits", "ops"] as const) {
      const means = (["normal", "reduce"] as const).map((cell) => {
        const cells = everyCell(dartsOffers(worths, cell), 2);
        return cells.reduce((sum, whole) => sum + (whole.costs[metric === "bits" ? 0 : 1] ?? 0), 0) / cells.length;
      });
      const mean = means.reduce((sum, one) => sum + one, costs.base[metric] ?? 0);
      expect(costRange(darts, worths, costs, metric).middle).toBe(Math.round(mean));
    }
  });

  it("never choose none, which DARTS never derives", () => {
    const worths = perEdge(darts, () => ({ none: 1000, skip_connect: 1, max_pool_3x3: 2 }));
    const found = bestWithin(prepareBudget(darts, worths, costs, ["bits"]), {});
    const names = kindsOf(darts).flatMap((cell) => linksOf(found?.genotype ?? {}, cell).map(([name]) => name));
    expect(names).toEqual(Array.from({ length: 16 }, () => "max_pool_3x3"));
  });
});

describe("budgets of NAS-Bench-201", () => {
  const { operations, cells } = nasBench201;
  const [cell] = cells;
  const costs: LinkCosts = {
    base: { bits: 100, ops: 9 },
    of: (_, from, operation) => ({
      bits: operations.indexOf(operation) ** 2,
      ops: operation === "none" ? 0 : 3 + (from === 0 ? 2 : 0),
    }),
  };

  it("have the best of all 15,625 cells, of which an edge may be left out by none", () => {
    for (let seed = 0; seed < 2; seed++) {
      const { below } = stream(seed, "worths");
      const worths = perEdge(nasBench201, () => row(operations, () => below(100)));
      const offers = [1, 2, 3].map((node): NodeOffers => {
        const into = cell === undefined ? [] : edgesInto(cell, node);
        const choices = (edge: number, from: number) =>
          operations.map((operation) => {
            const { bits = 0, ops = 0 } = costs.of("cell", from, operation);
            return { operation, worth: worths.cell?.[edge]?.[operation] ?? 0, costs: [100 + bits, 9 + ops] };
          });
        return {
          links: into.length,
          offers: into.map(({ edge, from }) => ({ from, choices: choices(edge, from) })),
        };
      });
      // The base is counted with each of the 6 edges there, and once here.
      const all = everyCell(offers, 2).map((whole) => ({
        ...whole,
        costs: whole.costs.map((cost, at) => cost - 5 * (at === 0 ? 100 : 9)),
      }));
      expect(all).toHaveLength(5 ** 6);
      const budget = prepareBudget(nasBench201, worths, costs, ["bits", "ops"]);
      for (const bounds of [{}, { bits: 120 }, { ops: 25 }, { bits: 110, ops: 20 }, { bits: 100 }, { ops: 8 }]) {
        const { bits = 1e9, ops = 1e9 } = bounds as Costs;
        let best: Whole | undefined;
        for (const whole of all) {
          const fit = (whole.costs[0] ?? 0) <= bits && (whole.costs[1] ?? 0) <= ops;
          if (fit && (best === undefined || betterFirst(whole, best) < 0)) best = whole;
        }
        const found = bestWithin(budget, bounds);
        expect(found?.worth).toBe(best?.worth);
        expect(found && [found.costs.bits, found.costs.ops]).toEqual(best?.costs);
        if (found !== undefined) {
          expect(worthOf(nasBench201, found.genotype, worths)).toBe(found.worth);
          expect(costsOf(found.genotype, costs, ["bits", "ops"])).toEqual(found.costs);
        }
      }
    }
  });

  it("have the search's own answer where nothing binds", () => {
    const { search } = simulate(aSpec({ space: "nas-bench-201", seed: 2 }), { seed: 2 });
    const free: LinkCosts = { base: {}, of: () => ({}) };
    const found = bestWithin(prepareBudget(nasBench201, worthsOf(search), free, []), {});
    expect(found?.genotype).toEqual(search.ended?.kind === "search.finished" ? search.ended.genotype : undefined);
  });
});

describe("what the facts say for an operation", () => {
  const free: LinkCosts = { base: {}, of: () => ({}) };
  const answer = (search: Search) => (search.ended?.kind === "search.finished" ? search.ended.genotype : undefined);

  it("makes the search's own answer the best without bounds, of pc-darts", () => {
    for (let seed = 0; seed < 12; seed++) {
      const { search } = simulate(aSpec({ strategy: "pc-darts", seed }), { seed });
      expect(bestWithin(prepareBudget(darts, worthsOf(search), free, []), {})?.genotype).toEqual(answer(search));
    }
  });

  it("makes the survivors the best without bounds, of strategies whose rounds abandon without none", () => {
    for (const strategy of ["bnas", "bnas-ucb", "posterior"] as const) {
      const spec = aSpec({ strategy, derive: "survivors", none: "excluded", seed: 4 });
      const { search } = simulate(spec, { seed: 4 });
      const found = bestWithin(prepareBudget(darts, worthsOf(search), free, []), {})?.genotype;
      expect(found).toEqual(answer(search));
    }
  });

  it("makes the search's own answer the best without bounds, of bnas, where none is left on no edge that would be chosen", () => {
    let compared = 0;
    for (let seed = 0; seed < 40; seed++) {
      const { search } = simulate(aSpec({ seed }), { seed });
      const genotype = bestWithin(prepareBudget(darts, worthsOf(search), free, []), {})?.genotype;
      // Such an edge ranks last in the search itself; here another operation of it may be chosen.
      const left = (["normal", "reduce"] as const).flatMap((cell) =>
        [2, 3, 4, 5].flatMap((node) =>
          linksOf(genotype ?? {}, cell)
            .slice(2 * node - 4, 2 * node - 2)
            .map(
              ([, input]) =>
                search.candidates[cell]?.[
                  edgesInto(cellOf(darts, cell), node).find(({ from }) => from === input)?.edge ?? 0
                ]?.[0],
            ),
        ),
      );
      if (left.includes("none")) continue;
      expect(genotype).toEqual(answer(search));
      compared++;
    }
    expect(compared).toBeGreaterThan(3);
  });

  it("is least for the one that went of least likelihood, and most for the one that is left, on every edge of a round", () => {
    const { search } = simulate(aSpec(), { seed: 3 });
    const worths = worthsOf(search);
    for (const { cell, edge } of edgePlaces(darts)) {
      const worth = worths[cell]?.[edge] ?? {};
      const [left] = search.candidates[cell]?.[edge] ?? [];
      expect(Object.keys(worth)).toHaveLength(8);
      for (const other of Object.values(worth)) expect(other).toBeLessThanOrEqual(worth[left ?? "none"] ?? 0);
      const { likelihoods, abandoned, candidates } = search.rounds[2] ?? {};
      const gone = abandoned?.[cell]?.[edge] ?? "none";
      const best = Math.max(
        ...(candidates?.[cell]?.[edge] ?? []).map((one) => likelihoods?.[cell]?.[edge]?.[one] ?? 0),
      );
      const share = (likelihoods?.[cell]?.[edge]?.[gone] ?? 0) / best;
      expect(worth[gone]).toBeCloseTo(share * (worth[left ?? "none"] ?? 0), -2);
    }
  });

  it("is the difference to the best of its edge and round of posterior, whose likelihoods are estimates, some below 0", () => {
    const { search } = simulate(aSpec(), { seed: 3 });
    const estimates = search.rounds.map((round) => ({
      ...round,
      likelihoods: mapEdges(round.likelihoods ?? {}, (edge) =>
        row(Object.keys(edge), (operation) => 10 * (edge[operation] ?? 0) - 8),
      ),
    }));
    const spec = search.spec && { ...search.spec, strategy: "posterior" as const };
    const worths = worthsOf({ ...search, spec, rounds: estimates });
    for (const { cell, edge } of edgePlaces(darts)) {
      const [left = ""] = search.candidates[cell]?.[edge] ?? [];
      const { likelihoods, abandoned } = estimates[2] ?? {};
      const gone = abandoned?.[cell]?.[edge] ?? "";
      const known = likelihoods?.[cell]?.[edge] ?? {};
      const behind = Math.max(...Object.values(known)) - (known[gone] ?? 0);
      expect(worths[cell]?.[edge]?.[gone]).toBeCloseTo((worths[cell]?.[edge]?.[left] ?? 0) - 1e9 * behind, -2);
    }
  });

  it("is there as soon as a round has ended", () => {
    const { facts } = simulate(aSpec(), { seed: 3 });
    const reduced = facts.findIndex(({ kind }) => kind === "round.reduced");
    const until = facts.slice(0, reduced + 1);
    const cut = until.reduce(evolve, start(ID));
    expect(bestWithin(prepareBudget(darts, worthsOf(cut), free, []), {})?.genotype.normal).toHaveLength(8);
    expect(() => worthsOf(until.slice(0, -1).reduce(evolve, start(ID)))).toThrow(
      /FACTS.*round of it has ended.*--resume/,
    );
  });

  it("is nothing for a search that draws its answer", () => {
    expect(() => worthsOf(simulate(aSpec({ strategy: "random" }), { seed: 1 }).search)).toThrow(
      /FACTS.*random.*compares whole networks, or nothing/,
    );
  });
});
