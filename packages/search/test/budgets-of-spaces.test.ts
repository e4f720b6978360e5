import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { betterFirst, type NodeOffers } from "../src/budget/cell-front.js";
import {
  bestWithin,
  type Costs,
  cellOf,
  costRange,
  costsOf,
  darts,
  edgesInto,
  kindsOf,
  type LinkCosts,
  leastWithin,
  linksOf,
  nasBench201,
  type Operation,
  perEdge,
  prepareBudget,
  row,
  stream,
  type Worths,
  worthOf,
  worthsOf,
} from "../src/index.js";
import { everyCell, type Whole } from "./whole-cells.js";

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
