import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { drawCode, networksOf } from "../src/estimate/candidates.js";
import { type Coding, liveCode, type NetworkCode } from "../src/estimate/coding.js";
import { estimateOf, type Observation, type Scales } from "../src/estimate/estimate.js";
import { normalScores } from "../src/estimate/normal-scores.js";
import { darts, nasBench201, type Space, stream } from "../src/index.js";
import { fullSpace } from "../src/space/space.js";
import { coderOf } from "../src/strategy/evidence.js";

/** Two kinds of cell of unlike size, and no `none`. */
const small: Space = {
  name: "small",
  operations: ["a", "b", "c"],
  cells: [
    { kind: "one", inputs: 1, nodes: 2, edges: edges([0, 1], [0, 2], [1, 2]), links: "all", output: "last" },
    { kind: "two", inputs: 2, nodes: 1, edges: edges([0, 2], [1, 2]), links: 1, output: "concat" },
  ],
  network: "darts",
};

function edges(...pairs: (readonly [number, number])[]) {
  return pairs.map(([from, to]) => ({ from, to }));
}

/** The prior covariance as docs/strategies.md writes it, edge by edge and operation by operation, without the rounds. */
const priorOf = (coding: Coding, scales: Scales, strengthOf: (code: NetworkCode) => number) => {
  const size = coding.edges.length;
  return (one: NetworkCode, other: NetworkCode): number => {
    const [a, b] = [liveCode(coding, one), liveCode(coding, other)];
    const count = (code: NetworkCode, cell: number, operation: number) =>
      coding.edges.filter((edge, index) => edge.cell === cell && code[index] === operation).length;
    let shared = 0;
    for (const cell of coding.cells.keys()) {
      for (let operation = 0; operation < coding.operations; operation++) {
        if (operation !== coding.none) shared += count(a, cell, operation) * count(b, cell, operation);
      }
    }
    const equal = a.filter((operation, edge) => operation === b[edge]).length;
    return (
      4 +
      (scales.operations * shared) / size +
      (scales.edges * equal) / size +
      scales.whole * (1 - 1 / (1 + 0.097 * size)) ** (size - equal) +
      scales.strengths * strengthOf(one) * strengthOf(other)
    );
  };
};

/** Inverse and logarithm of the determinant of a positive definite matrix, by Gauss and Jordan. */
const inverted = (matrix: readonly (readonly number[])[]) => {
  const rows = matrix.map((row, i) => [...row, ...matrix.map((_, j) => (i === j ? 1 : 0))]);
  let logDeterminant = 0;
  for (const [i, row] of rows.entries()) {
    const pivot = row[i] as number;
    logDeterminant += Math.log(pivot);
    for (const j of row.keys()) row[j] = (row[j] as number) / pivot;
    for (const [k, other] of rows.entries()) {
      if (k === i) continue;
      const factor = other[i] as number;
      for (const j of other.keys()) other[j] = (other[j] as number) - factor * (row[j] as number);
    }
  }
  return { inverse: rows.map((row) => row.slice(matrix.length)), logDeterminant };
};

const dot = (one: readonly number[], other: readonly number[]) =>
  one.reduce((sum, value, index) => sum + value * (other[index] as number), 0);

/** A Gaussian process by the inverse of its whole matrix. */
const dense = (
  coding: Coding,
  observations: readonly Observation[],
  scales: Scales,
  strengthOf: (code: NetworkCode) => number,
) => {
  const prior = priorOf(coding, scales, strengthOf);
  const y = normalScores(observations.map(({ accuracy }) => accuracy));
  const { inverse, logDeterminant } = inverted(
    observations.map((one, i) =>
      observations.map((other, j) => {
        const rise = one.round * other.round + (one.round === other.round ? 1 / 8 : 0);
        return prior(one.code, other.code) + scales.rounds * rise + (i === j ? scales.noise : 0);
      }),
    ),
  );
  const weights = inverse.map((row) => dot(row, y));
  const towards = (code: NetworkCode) => observations.map((one) => prior(code, one.code));
  const covariance = (one: NetworkCode, other: NetworkCode) =>
    prior(one, other) -
    dot(
      towards(one),
      inverse.map((row) => dot(row, towards(other))),
    );
  return {
    mean: (code: NetworkCode) => dot(towards(code), weights),
    covariance,
    log: -dot(y, weights) / 2 - logDeterminant / 2,
  };
};

/** Networks of a space with accuracies of a coarse grid, so that some tie, in one to three rounds. */
const drawn = (space: Space, seed: number, count: number) => {
  const random = stream(seed, "estimate test");
  const { coding, choicesOf } = coderOf(space);
  const choices = choicesOf(fullSpace(space));
  const observations = Array.from(
    { length: count },
    (_, index): Observation => ({
      code: drawCode(choices, random),
      accuracy: random.below(30) / 30,
      round: 1 + Math.floor((3 * index) / count),
    }),
  );
  const others = Array.from({ length: 5 }, () => drawCode(choices, random));
  const strengths = choices.map(() => space.operations.map(() => random.gaussian() / 3));
  const strengthOf = (code: NetworkCode) =>
    strengths.reduce((sum, edge, index) => sum + (edge[code[index] as number] ?? 0), 0);
  return { coding, choices, observations, others, strengthOf, random };
};

const spaces = [darts, nasBench201, small];
const aSpace = fc.constantFrom(...spaces);
const aSeed = fc.nat(1_000_000);
const variance = fc.constantFrom(0, 0.06, 0.3, 1);
const someScales = fc.record({
  operations: variance,
  edges: variance,
  whole: variance,
  strengths: variance,
  rounds: variance,
  noise: fc.constantFrom(0.02, 0.15, 0.7),
});

describe("the estimate", () => {
  it("is the Gaussian process that the inverse of the whole matrix gives: means, deviations and covariances", () => {
    fc.assert(
      fc.property(aSpace, aSeed, fc.integer({ min: 1, max: 14 }), someScales, (space, seed, count, scales) => {
        const { coding, observations, others, strengthOf } = drawn(space, seed, count);
        const estimate = estimateOf(coding, observations, strengthOf, [scales]);
        const reference = dense(coding, observations, scales, strengthOf);
        for (const code of [...others, ...observations.map((one) => one.code)]) {
          const { mean, deviation } = estimate.predict(code);
          expect(mean).toBeCloseTo(reference.mean(code), 7);
          expect(estimate.mean(code)).toBeCloseTo(reference.mean(code), 7);
          expect(deviation ** 2).toBeCloseTo(Math.max(0, reference.covariance(code, code)), 7);
        }
        const groups = [others.slice(0, 1), others.slice(1, 3), others.slice(3)];
        const covariance = estimate.covariance(groups);
        for (const [a, one] of groups.entries()) {
          for (const [b, other] of groups.entries()) {
            const pairs = one.flatMap((left) => other.map((right) => reference.covariance(left, right)));
            const mean = pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
            expect(covariance[a * groups.length + b]).toBeCloseTo(mean, 7);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it("weighs the means of several scales by how likely each makes the accuracies, and takes the deviation of the likeliest", () => {
    fc.assert(
      fc.property(aSpace, aSeed, fc.array(someScales, { minLength: 2, maxLength: 4 }), (space, seed, scales) => {
        const { coding, observations, others, strengthOf } = drawn(space, seed, 10);
        const parts = scales.map((one) => dense(coding, observations, one, strengthOf));
        const most = Math.max(...parts.map(({ log }) => log));
        const weights = parts.map(({ log }) => Math.exp(log - most));
        // What is next to the least weight that counts may fall on either side by rounding.
        fc.pre(weights.every((weight) => Math.abs(weight - 0.005) > 1e-6 && (weight === 1 || weight < 1 - 1e-9)));
        const counted = weights.map((weight) => (weight < 0.005 ? 0 : weight));
        const total = counted.reduce((sum, weight) => sum + weight, 0);
        const estimate = estimateOf(coding, observations, strengthOf, scales);
        expect(estimate.scales).toEqual(scales[weights.indexOf(1)]);
        for (const code of others) {
          const mean = parts.reduce((sum, part, index) => sum + ((counted[index] ?? 0) / total) * part.mean(code), 0);
          expect(estimate.predict(code).mean).toBeCloseTo(mean, 7);
          const likeliest = parts[weights.indexOf(1)];
          expect(estimate.predict(code).deviation ** 2).toBeCloseTo(
            Math.max(0, likeliest?.covariance(code, code) ?? 0),
            7,
          );
        }
      }),
      { numRuns: 60 },
    );
  });

  it("becomes no less sure of any network by one more that is evaluated, where the scales stay", () => {
    fc.assert(
      fc.property(aSpace, aSeed, fc.integer({ min: 1, max: 20 }), someScales, (space, seed, count, scales) => {
        const { coding, observations, others, strengthOf } = drawn(space, seed, count + 1);
        const before = estimateOf(coding, observations.slice(0, -1), strengthOf, [scales]);
        const after = estimateOf(coding, observations, strengthOf, [scales]);
        for (const code of others) {
          expect(after.predict(code).deviation ** 2).toBeLessThanOrEqual(before.predict(code).deviation ** 2 + 1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("that pretends is as sure as one that evaluated the network, and moves no mean", () => {
    fc.assert(
      fc.property(aSpace, aSeed, fc.integer({ min: 2, max: 15 }), someScales, (space, seed, count, given) => {
        // A pretended network is of no round.
        const scales = { ...given, rounds: 0 };
        const { coding, observations, others, strengthOf } = drawn(space, seed, count);
        const estimate = estimateOf(coding, observations, strengthOf, [scales]);
        const means = () => others.flatMap((code) => [estimate.mean(code), estimate.predict(code).mean]);
        const before = means();
        const pretended = others.slice(0, 2);
        for (const code of pretended) {
          estimate.pretend(code);
          expect(estimate.predict(code).known).toBe(true);
        }
        expect(means()).toEqual(before);
        const evaluated = [...observations, ...pretended.map((code) => ({ code, accuracy: 0.5, round: 1 }))];
        const real = estimateOf(coding, evaluated, strengthOf, [scales]);
        for (const code of others) {
          expect(estimate.predict(code).deviation).toBeCloseTo(real.predict(code).deviation, 7);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("knows a network that does what an evaluated one does, whatever its dead edges hold", () => {
    const { coding, codeOf } = coderOf(nasBench201);
    const evaluated = codeOf({
      cell: ["none", "skip_connect", "nor_conv_3x3", "nor_conv_1x1", "nor_conv_3x3", "none"],
    });
    const same = codeOf({ cell: ["none", "skip_connect", "avg_pool_3x3", "nor_conv_1x1", "skip_connect", "none"] });
    const estimate = estimateOf(coding, [{ code: evaluated, accuracy: 0.5, round: 1 }]);
    expect(estimate.predict(same).known).toBe(true);
    expect(estimate.predict(Uint8Array.from(same, (one, edge) => (edge === 3 ? 3 : one))).known).toBe(false);
  });

  it("finds a rise from round to round, and does not credit it to the networks of later rounds", () => {
    // Accuracy is the number of 3x3 convolutions, and half a network more each round; the later networks have no more of them.
    const { choices, coding, random } = drawn(nasBench201, 5, 1);
    const worth = (code: NetworkCode) => code.filter((operation) => operation === 3).length;
    const observations = Array.from({ length: 36 }, (_, index): Observation => {
      const code = drawCode(choices, random);
      const round = 1 + Math.floor(index / 12);
      return { code, round, accuracy: (worth(code) + 4 * round + 0.2 * random.gaussian()) / 30 };
    });
    expect(estimateOf(coding, observations).scales.rounds).toBeGreaterThan(0);
    // One round's networks say nothing of a rise.
    expect(estimateOf(coding, observations.slice(0, 12)).scales.rounds).toBe(0);
    const all = networksOf(choices, 15_625, random).map((code) => liveCode(coding, code));
    const byRounds = correlation(all.map(estimateOf(coding, observations).mean), all.map(worth));
    const blind = estimateOf(
      coding,
      observations.map((one) => ({ ...one, round: 1 })),
    );
    expect(byRounds).toBeGreaterThan(correlation(all.map(blind.mean), all.map(worth)));
  });

  it("is better with strengths that inform, and not ruined by those that mislead", () => {
    // What an operation is worth on its edge is drawn; strengths say it, say nothing, or say the opposite, each with noise.
    const found = { informative: 0, random: 0, adverse: 0, without: 0 };
    const seeds = 30;
    for (let seed = 0; seed < seeds; seed++) {
      const { choices, coding, random } = drawn(nasBench201, seed, 1);
      const table = choices.map((operations) => operations.map(() => random.gaussian()));
      const noise = choices.map((operations) => operations.map(() => random.gaussian()));
      const sum = (of: number[][], code: NetworkCode) =>
        of.reduce((total, edge, index) => total + (edge[code[index] as number] ?? 0), 0) / Math.sqrt(of.length);
      const truth = (code: NetworkCode) => sum(table, liveCode(coding, code));
      const observations = Array.from({ length: 14 }, (): Observation => {
        const code = drawCode(choices, random);
        return { code, round: 1, accuracy: 0.5 + (truth(code) + 0.3 * random.gaussian()) / 100 };
      });
      const others = Array.from({ length: 300 }, () => drawCode(choices, random));
      const quality = (strengthOf?: (code: NetworkCode) => number) =>
        correlation(others.map(estimateOf(coding, observations, strengthOf).mean), others.map(truth)) / seeds;
      found.without += quality();
      found.informative += quality((code) => (2 * sum(table, code) + sum(noise, code)) / Math.sqrt(5));
      found.adverse += quality((code) => (-2 * sum(table, code) + sum(noise, code)) / Math.sqrt(5));
      found.random += quality((code) => sum(noise, code));
    }
    expect(found.informative).toBeGreaterThan(found.without + 0.1);
    expect(found.random).toBeGreaterThan(found.without - 0.05);
    expect(found.adverse).toBeGreaterThan(found.without - 0.05);
  });
});

const correlation = (one: readonly number[], other: readonly number[]): number => {
  const centred = [one, other].map((numbers) => {
    const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
    return numbers.map((value) => value - mean);
  });
  const [a = [], b = []] = centred;
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};
