import { aSpec, ID, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import {
  bestWithin,
  cellOf,
  darts,
  edgePlaces,
  edgesInto,
  evolve,
  type LinkCosts,
  linksOf,
  mapEdges,
  prepareBudget,
  row,
  type Search,
  start,
  worthsOf,
} from "../src/index.js";

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
