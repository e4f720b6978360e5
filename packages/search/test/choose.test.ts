import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Choices, drawCode, networksOf } from "../src/estimate/candidates.js";
import { choosePass, climb } from "../src/estimate/choose.js";
import { liveCode, type NetworkCode } from "../src/estimate/coding.js";
import { estimateOf } from "../src/estimate/estimate.js";
import { worthsOfOperations } from "../src/estimate/worth.js";
import { nasBench201, type Space, stream } from "../src/index.js";
import { fullSpace } from "../src/space/space.js";
import { coderOf } from "../src/strategy/evidence.js";

const { coding } = coderOf(nasBench201);
const does = (code: NetworkCode) => liveCode(coding, code).join();

/** Choices of one to three operations an edge, and some of their networks, evaluated. */
const drawn = (seed: number, most: number, count: number) => {
  const random = stream(seed, "choose test");
  const choices: Choices = coding.edges.map(() => random.shuffle([0, 1, 2, 3, 4]).slice(0, 1 + random.below(most)));
  const observations = Array.from({ length: count }, () => ({
    code: drawCode(choices, random),
    accuracy: random.below(100) / 100,
    round: 1,
  }));
  return { random, choices, observations };
};

describe("a pass that the estimate chooses", () => {
  it("never trains what does the same as an evaluated network, or as another of the pass, while there is another", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 1, max: 16 }), (seed, count) => {
        const { random, choices, observations } = drawn(seed, 2, count);
        const all = new Set(networksOf(choices, 64, random).map(does));
        const known = new Set(observations.map(({ code }) => does(code)));
        for (const { code } of choosePass(estimateOf(coding, observations), choices, 4, random)) {
          if (known.size < all.size) expect(known).not.toContain(does(code));
          known.add(does(code));
          for (const [edge, operation] of code.entries()) expect(choices[edge]).toContain(operation);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is as large as a pass may be: one network for each operation, of the 64 that a space may have", () => {
    const operations = Array.from({ length: 64 }, (_, operation) => `operation_${operation}`);
    const large = coderOf({ ...nasBench201, operations }).coding;
    const choices: Choices = large.edges.map(() => operations.map((_, operation) => operation));
    const random = stream(1, "large pass");
    const observations = Array.from({ length: 6 }, (_, sample) => ({
      code: drawCode(choices, random),
      accuracy: sample / 10,
      round: 1,
    }));
    const chosen = choosePass(estimateOf(large, observations), choices, 64, random);
    expect(new Set(chosen.map(({ code }) => code.join())).size).toBe(64);
  });

  it("says what is expected of each network before it is evaluated, those of the pass before it counted", () => {
    const { random, choices, observations } = drawn(3, 5, 20);
    const estimate = estimateOf(coding, observations);
    const chosen = choosePass(estimate, choices, 4, random);
    const again = estimateOf(coding, observations);
    for (const { code, mean, deviation } of chosen) {
      expect({ mean, deviation, known: false }).toEqual(again.predict(code));
      again.pretend(code);
    }
  });

  it("climbs until no change of one edge is better", () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), (seed) => {
        const { random, choices } = drawn(seed, 5, 1);
        const table = choices.map(() => Array.from({ length: 5 }, () => random.gaussian()));
        const bounded = (code: NetworkCode) => ({
          code,
          bound: table.reduce((sum, edge, index) => sum + (edge[code[index] as number] ?? 0), 0),
        });
        // Worths of edges add up, so the summit is the best of each edge.
        const { code } = climb(bounded(drawCode(choices, random)), choices, bounded);
        expect([...code]).toEqual(
          choices.map((operations, edge) =>
            operations.reduce((most, next) => ((table[edge]?.[next] ?? 0) > (table[edge]?.[most] ?? 0) ? next : most)),
          ),
        );
      }),
    );
  });
});

describe("what an operation is worth", () => {
  it("is the mean of the best fifth of the networks that hold it, all of them where there are at most 600", () => {
    const { random, choices, observations } = drawn(8, 3, 30);
    const estimate = estimateOf(coding, observations);
    const all = networksOf(choices, 600, random);
    for (const [edge, worths] of worthsOfOperations(estimate, choices, random).entries()) {
      expect(worths.map(({ operation }) => operation)).toEqual(choices[edge]);
      for (const { operation, mean, best } of worths) {
        const means = all.filter((code) => code[edge] === operation).map(estimate.mean);
        const fifth = means.sort((one, other) => other - one).slice(0, Math.max(1, Math.floor(means.length / 5)));
        expect(best).toHaveLength(fifth.length);
        expect(mean).toBeCloseTo(fifth.reduce((sum, value) => sum + value, 0) / fifth.length, 12);
      }
    }
  });

  it("is a number too where so many operations compete that no drawn network holds one of them", () => {
    const space: Space = {
      ...nasBench201,
      name: "many",
      operations: Array.from({ length: 64 }, (_, index) => `operation_${index}`),
    };
    const many = coderOf(space);
    const choices = many.choicesOf(fullSpace(space));
    const random = stream(1, "many");
    const observations = Array.from({ length: 8 }, (_, index) => ({
      code: drawCode(choices, random),
      accuracy: index / 8,
      round: 1,
    }));
    const estimate = estimateOf(many.coding, observations);
    const found = Array.from({ length: 100 }, () => worthsOfOperations(estimate, choices, random)).flat(2);
    expect(found.filter(({ mean, best }) => !Number.isFinite(mean) || best.length === 0)).toEqual([]);
  });
});
