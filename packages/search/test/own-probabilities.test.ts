import { aSpec, ID, ofKind, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { edgePlaces, evolve, type Fact, nasBench201, start, surenessOf, surenessSentence } from "../src/index.js";
import { ownProbabilities } from "../src/verdict/own-probabilities.js";

const run = (accuracy: World["accuracy"], given: object = {}) =>
  simulate(aSpec({ strategy: "posterior", space: "nas-bench-201", seed: 4, ...given }), {
    seed: 2,
    images: 10_000,
    ...(accuracy === undefined ? {} : { accuracy }),
  });
const sharesOf = (facts: readonly Fact[]) => {
  const search = facts.reduce(evolve, start(ID));
  const shares = ownProbabilities(search);
  if (shares === undefined) throw new Error("it has an estimate");
  return { search, shares };
};
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe("the probability that posterior gives its decisions", () => {
  it("is near 1 where accuracy follows one operation exactly: what is left is the best, on every edge", () => {
    const { facts } = run(
      ({ cell = [] }) => 0.3 + 0.05 * cell.filter((operation) => operation === "nor_conv_3x3").length,
      { reduction: { passes: 3 } },
    );
    const { search, shares } = sharesOf(facts);
    expect(search.candidates).toEqual({ cell: Array.from({ length: 6 }, () => ["nor_conv_3x3"]) });
    for (const { left } of shares) expect(left).toBeGreaterThan(0.8);
    expect(mean(shares.map(({ left }) => left))).toBeGreaterThan(0.9);
  });

  it("is near 1 for what went, too, where it costs all of the accuracy", () => {
    const { facts } = run(
      ({ cell = [] }) => 0.8 - 0.1 * cell.filter((operation) => operation === "avg_pool_3x3").length,
      { reduction: { passes: 3 }, none: "excluded" },
    );
    const { search, shares } = sharesOf(facts);
    expect(search.rounds[0]?.abandoned).toEqual({ cell: Array.from({ length: 6 }, () => "avg_pool_3x3") });
    for (const { went } of shares) expect(went[0]).toBeGreaterThan(0.7);
    expect(mean(shares.map(({ went }) => went[0] ?? 0))).toBeGreaterThan(0.8);
  });

  it("is about that of chance where all accuracies are equal: it knows nothing", () => {
    const { facts } = run(() => 0.5);
    const { search, shares } = sharesOf(facts);
    expect(mean(shares.map(({ left }) => left))).toBeLessThan(0.4);
    for (const [index, { candidates }] of search.rounds.entries()) {
      const among = candidates.cell?.[0]?.length ?? 0;
      const went = mean(shares.map((edge) => edge.went[index] ?? 1));
      expect(Math.abs(went - 1 / among)).toBeLessThan(0.2);
    }
  });

  it("grows with what is known: the same effect in more passes is surer", () => {
    const accuracy: World["accuracy"] = ({ cell = [] }, { pass, sample }) =>
      0.3 +
      0.01 * cell.filter((operation) => operation === "nor_conv_3x3").length +
      0.01 * ((5 * pass + 3 * sample) % 4);
    const [few, many] = [1, 6].map((passes) =>
      mean(sharesOf(run(accuracy, { reduction: { passes } }).facts).shares.map(({ left }) => left)),
    );
    expect(many).toBeGreaterThan(few ?? 1);
  });

  it("is a share for every edge, and for every round that has ended", () => {
    const { facts } = run(undefined);
    const until = facts.findIndex((fact) => fact.kind === "round.reduced" && fact.round === 2);
    for (const [some, rounds] of [
      [facts, 4],
      [facts.slice(0, until + 1), 2],
    ] as const) {
      const { search, shares } = sharesOf(some);
      expect(shares.map(({ cell, edge }) => ({ cell, edge }))).toEqual(edgePlaces(nasBench201));
      for (const { left, went } of shares) {
        expect(went).toHaveLength(rounds);
        for (const share of [left, ...went]) {
          expect(share).toBeGreaterThanOrEqual(0);
          expect(share).toBeLessThanOrEqual(1);
        }
      }
      expect(surenessOf(search)).toMatchObject({ by: "estimate", resamples: 0 });
    }
  });

  it("follows from facts alone: what a round decided is as sure when later rounds are known, and asking twice gives the same", () => {
    const { facts } = run(undefined);
    const { search, shares } = sharesOf(facts);
    const until = facts.findIndex((fact) => fact.kind === "round.reduced" && fact.round === 2);
    const then = sharesOf(facts.slice(0, until + 1)).shares;
    expect(shares.map(({ went }) => went.slice(0, 2))).toEqual(then.map(({ went }) => went));
    expect(sharesOf(facts).shares).toEqual(shares);
    expect(ownProbabilities(search)).toBe(shares);
  });

  it("is none before a round has ended, and for a strategy without an estimate", () => {
    const { facts } = run(undefined);
    const until = facts.findIndex(({ kind }) => kind === "round.reduced");
    expect(ownProbabilities(facts.slice(0, until).reduce(evolve, start(ID)))).toBeUndefined();
    for (const strategy of ["bnas", "bnas-ucb", "evolution"]) {
      expect(ownProbabilities(run(undefined, { strategy }).search)).toBeUndefined();
    }
  });

  it("is said in one sentence, without a word of resamples", () => {
    const { facts } = run(undefined);
    const sureness = surenessOf(sharesOf(facts).search);
    expect(sureness && surenessSentence(sureness)).toMatch(
      /^By its own estimate, \d of 6 edges are decided with 80 % or more, and \d with less than a half/,
    );
    expect(ofKind(facts, "search.finished")).toHaveLength(1);
  });
});
