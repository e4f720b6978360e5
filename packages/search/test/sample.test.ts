import { everywhere } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { darts, drawPass, edgePlaces, fullSpace, perEdge, smallest } from "../src/index.js";

const order: readonly string[] = darts.operations;
const byIndex = everywhere((_cell, _edge, operation) => order.indexOf(operation));

describe("O_small", () => {
  it("is the half of least alpha on every edge", () => {
    const small = smallest(fullSpace(darts), byIndex, "half");
    for (const { cell, edge } of edgePlaces(darts)) expect(small[cell]?.[edge]).toEqual(darts.operations.slice(0, 4));
  });

  it("is chosen for each edge by its own alpha, in the order of the operations", () => {
    const alpha = everywhere(
      (cell, edge, operation) => (cell === "reduce" && edge === 5 ? -1 : 1) * order.indexOf(operation),
    );
    const small = smallest(fullSpace(darts), alpha, "half");
    expect(small.normal?.[5]).toEqual(darts.operations.slice(0, 4));
    expect(small.reduce?.[5]).toEqual(darts.operations.slice(4));
  });

  it("rounds half of an odd number up", () => {
    for (const [left, drawn] of [
      [7, 4],
      [5, 3],
      [3, 2],
      [2, 1],
    ] as const) {
      const candidates = perEdge(darts, () => darts.operations.slice(0, left));
      expect(smallest(candidates, byIndex, "half").normal?.[0]).toHaveLength(drawn);
    }
  });

  it("takes the lower index of equal alphas", () => {
    const alike = everywhere(() => 0.25);
    expect(smallest(fullSpace(darts), alike, "half").normal?.[0]).toEqual(darts.operations.slice(0, 4));
    expect(smallest(fullSpace(darts), undefined, "half").normal?.[0]).toEqual(darts.operations.slice(0, 4));
  });

  it("is every candidate when all are sampled", () => {
    expect(smallest(fullSpace(darts), byIndex, "all")).toEqual(fullSpace(darts));
  });

  it("chooses among the candidates alone", () => {
    const candidates = perEdge(darts, () => darts.operations.slice(4));
    expect(smallest(candidates, byIndex, "half").reduce?.[13]).toEqual(["sep_conv_3x3", "sep_conv_5x5"]);
  });
});

describe("a pass", () => {
  const small = perEdge(darts, ({ edge }) => darts.operations.slice(edge % 4, (edge % 4) + 4));

  it("draws every operation of O_small once on every edge, so any two of its samples differ on every edge", () => {
    fc.assert(
      fc.property(
        fc.nat(0xffff_ffff),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 9 }),
        (seed, round, pass) => {
          const samples = drawPass(seed, round, pass, small);
          expect(samples).toHaveLength(4);
          for (const { cell, edge } of edgePlaces(darts)) {
            const drawn = samples.map((network) => network[cell]?.[edge]);
            expect(drawn.toSorted()).toEqual(small[cell]?.[edge]?.toSorted());
          }
        },
      ),
    );
  });

  it("follows from seed, round, pass and O_small alone", () => {
    expect(drawPass(5, 2, 3, small)).toEqual(drawPass(5, 2, 3, small));
    const others = [drawPass(6, 2, 3, small), drawPass(5, 3, 3, small), drawPass(5, 2, 2, small)];
    for (const other of others) expect(other).not.toEqual(drawPass(5, 2, 3, small));
  });

  it("draws every edge by itself: samples are no fixed mixture of operations", () => {
    const [first] = drawPass(1, 1, 1, fullSpace(darts));
    expect(new Set(first?.normal).size).toBeGreaterThan(3);
    expect(first?.normal).not.toEqual(first?.reduce);
  });

  it("puts every operation into the first sample about as often as another", () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 800; seed++) {
      const operation = drawPass(seed, 1, 1, fullSpace(darts))[0]?.normal?.[0] ?? "";
      counts.set(operation, (counts.get(operation) ?? 0) + 1);
    }
    // Four standard deviations of a count of mean 100 are 37.
    for (const operation of darts.operations) expect(Math.abs((counts.get(operation) ?? 0) - 100)).toBeLessThan(38);
  });
});
