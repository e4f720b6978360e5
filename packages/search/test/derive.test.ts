import { everywhere } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkGenotype,
  darts,
  genotypeOfLikelihoods,
  genotypeOfStrengths,
  linksOf,
  type Operation,
  perEdge,
  randomGenotype,
  row,
} from "../src/index.js";

/** Edges of the normal cell in their order: 0, 1 lead to node 2; 2 to 4 to 3; 5 to 8 to 4; 9 to 13 to 5. */
const derived = (left: (edge: number) => Operation, likelihood: (edge: number) => number) => {
  const candidates = perEdge(darts, ({ edge }) => [left(edge)]);
  return genotypeOfLikelihoods(
    darts,
    candidates,
    perEdge(darts, ({ edge }) => row([left(edge)], () => likelihood(edge))),
  );
};

describe("the derived cell", () => {
  it("keeps for every node the two incoming edges of largest likelihood, the stronger first", () => {
    const genotype = derived(
      () => "sep_conv_3x3",
      (edge) => [0.1, 0.2, 0.5, 0.4, 0.6, 0.1, 0.2, 0.3, 0.4, 0.9, 0.1, 0.2, 0.3, 0.8][edge] ?? 0,
    );
    expect(linksOf(genotype, "normal").map(([, input]) => input)).toEqual([1, 0, 2, 0, 3, 2, 0, 4]);
    expect(genotype.reduce).toEqual(genotype.normal);
    expect(genotype.normal_concat).toEqual([2, 3, 4, 5]);
  });

  it("takes the lower edge of equals", () => {
    const genotype = derived(
      () => "dil_conv_5x5",
      () => 0.5,
    );
    expect(linksOf(genotype, "normal").map(([, input]) => input)).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });

  it("ranks an edge on which none is left behind all others, whatever its likelihood", () => {
    const none = new Set([2, 9, 10, 11, 12]);
    const genotype = derived(
      (edge) => (none.has(edge) ? "none" : "skip_connect"),
      (edge) => (none.has(edge) ? 1.9 + edge / 1000 : 0.1 * edge),
    );
    expect(genotype.normal?.slice(2, 4)).toEqual([
      ["skip_connect", 2],
      ["skip_connect", 1],
    ]);
    // Only edge 13 of node 5 has an operation; of the four with none the likeliest comes from node 3.
    expect(genotype.normal?.slice(6)).toEqual([
      ["skip_connect", 4],
      ["none", 3],
    ]);
  });
});

describe("the genotype of PC-DARTS", () => {
  const zeros = Array.from({ length: 14 }, () => 0);
  const flat = { normal: zeros, reduce: zeros };

  it("takes for every node the two edges of largest softmax(alpha) * softmax(beta), but never none", () => {
    const alpha = everywhere((cell, edge, operation) => {
      if (operation === "none") return 5;
      if (operation === "sep_conv_5x5") return cell === "normal" ? edge : -edge;
      return -50;
    });
    const { normal, reduce } = genotypeOfStrengths(darts, alpha, flat);
    expect(normal).toEqual([1, 0, 2, 1, 3, 2, 4, 3].map((input) => ["sep_conv_5x5", input]));
    expect(reduce).toEqual([0, 1, 0, 1, 0, 1, 0, 1].map((input) => ["sep_conv_5x5", input]));
  });

  it("weighs an edge by softmax(beta) over the edges into its node", () => {
    // Node 3: alpha alone prefers inputs 2 and 1, beta prefers 0 and 1 by far.
    const alpha = everywhere((_cell, edge, operation) => (operation === "skip_connect" ? edge / 10 : -9));
    const beta = { ...flat, normal: flat.normal.with(2, 6).with(3, 3) };
    expect(genotypeOfStrengths(darts, alpha, beta).normal?.slice(2, 4)).toEqual([
      ["skip_connect", 0],
      ["skip_connect", 1],
    ]);
    // Adding the same to all betas of another node changes nothing.
    const shifted = { ...beta, normal: beta.normal.map((one, edge) => (edge >= 9 ? one + 7 : one)) };
    expect(genotypeOfStrengths(darts, alpha, shifted)).toEqual(genotypeOfStrengths(darts, alpha, beta));
  });

  it("takes the lower operation and the lower edge of equals", () => {
    const { normal } = genotypeOfStrengths(
      darts,
      everywhere(() => 0),
      flat,
    );
    expect(normal).toEqual([0, 1, 0, 1, 0, 1, 0, 1].map((input) => ["max_pool_3x3", input]));
  });
});

describe("a random genotype", () => {
  it("is a genotype without none, and follows from its seed alone", () => {
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), (seed) => {
        const genotype = randomGenotype(darts, seed);
        expect(checkGenotype(genotype)).toEqual(genotype);
        expect(
          [...linksOf(genotype, "normal"), ...linksOf(genotype, "reduce")].map(([operation]) => operation),
        ).not.toContain("none");
        expect(randomGenotype(darts, seed)).toEqual(genotype);
      }),
    );
    expect(new Set(Array.from({ length: 50 }, (_, seed) => JSON.stringify(randomGenotype(darts, seed)))).size).toBe(50);
  });
});
