import { aSpec, everywhere, ID, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import {
  assess,
  evolve,
  explain,
  type Fact,
  ledger,
  type Network,
  printGenotype,
  start,
  surenessOf,
} from "../src/index.js";

const { facts, search } = simulate(aSpec({ reduction: { passes: 2 } }), { seed: 8 });
const rounds = ledger(search);
const fold = (some: readonly Fact[]) => some.reduce(evolve, start(ID));

describe("the ledger", () => {
  it("has every operation of every edge of every round", () => {
    expect(rounds.map(({ round }) => round)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    for (const { round, edges } of rounds) {
      expect(edges).toHaveLength(28);
      for (const { operations, abandoned } of edges) {
        expect(operations).toHaveLength(9 - round);
        expect(operations.map(({ operation }) => operation)).toContain(abandoned);
      }
    }
    expect(rounds[0]?.edges[16]).toMatchObject({ cell: "reduce", edge: 2, from: 0, to: 3 });
  });

  it("shows what the facts say", () => {
    const [alpha] = ofKind(facts, "epoch.trained").map((fact) => fact.alpha);
    const [scored] = ofKind(facts, "round.scored");
    const [reduced] = ofKind(facts, "round.reduced");
    for (const { cell, edge, operations, abandoned } of rounds[0]?.edges ?? []) {
      expect(abandoned).toBe(reduced?.abandoned[cell]?.[edge]);
      for (const { operation, ...numbers } of operations) {
        expect(numbers.alpha).toBe(alpha?.[cell]?.[edge]?.[operation]);
        expect(numbers.score).toBe(scored?.scores[cell]?.[edge]?.[operation]);
        expect(numbers.likelihood).toBe(reduced?.likelihoods[cell]?.[edge]?.[operation]);
      }
    }
  });

  it("has the sureness of each abandonment where it is given, and none where not", () => {
    const sureness = surenessOf(search, 10);
    const sure = ledger(search, sureness).flatMap(({ round, edges }) =>
      edges.map(({ cell, edge, abandoned, sure }) => ({ cell, edge, round, abandoned, sure })),
    );
    for (const { cell, edge, ...one } of sure) {
      const own = sureness?.edges.find((other) => other.cell === cell && other.edge === edge);
      expect(own?.rounds).toContainEqual(one);
    }
    expect(sure).toHaveLength(28 * 7);
    expect(rounds.every(({ edges }) => edges.every((edge) => edge.sure === undefined))).toBe(true);
  });

  it("shows the mean accuracy over the passes of what was sampled, and none for the rest", () => {
    const requests = ofKind(facts, "sample.requested").filter(({ round }) => round === 1);
    const answers = ofKind(facts, "sample.evaluated").filter(({ round }) => round === 1);
    const accuracyOf = (operation: string) =>
      requests
        .filter(({ network }) => network.normal?.[0] === operation)
        .map(
          ({ pass, sample }) =>
            answers.find((one) => one.pass === pass && one.sample === sample)?.correct ?? Number.NaN,
        );
    for (const { operation, accuracy } of rounds[0]?.edges[0]?.operations ?? []) {
      const [first, second] = accuracyOf(operation);
      if (first === undefined || second === undefined) expect(accuracy).toBeUndefined();
      else expect(accuracy).toBeCloseTo((first + second) / 200, 12);
    }
    expect(rounds[0]?.edges[0]?.operations.filter(({ accuracy }) => accuracy !== undefined)).toHaveLength(4);
  });

  it("is empty until a round has ended", () => {
    const place = facts.findIndex((fact) => fact.kind === "round.reduced");
    expect(ledger(fold(facts.slice(0, place)))).toEqual([]);
    expect(ledger(fold(facts.slice(0, place + 1)))).toHaveLength(1);
    expect(ledger(start(ID))).toEqual([]);
  });
});

describe("the reason of a reduction", () => {
  it("names the likelihood, the next operation and the accuracy", () => {
    // The four of least alpha are none to skip_connect; of every pass exactly one sample holds none on edge 0.
    const order = (operation: string) => ["none", "max_pool_3x3", "avg_pool_3x3", "skip_connect"].indexOf(operation);
    const alpha = everywhere((_cell, _edge, operation) => (order(operation) < 0 ? 1 : -1));
    const accuracy = (network: Network) => (network.normal?.[0] === "none" ? 0.2 : 0.6);
    const run = simulate(aSpec(), { seed: 1, alpha: () => alpha, accuracy });
    const reason = ledger(run.search)[0]?.edges[0]?.reason;
    // e^0.2 / (e^0.2 + 3 e^0.6) = 0.1826, the other three (1 - 0.1826) / 3 = 0.2725,
    // and those that were not sampled (0.2725 + 0.25) / 2 = 0.2612
    expect(reason).toBe(
      "least likelihood 0.1826 of 8; next is sep_conv_3x3 with 0.2612; sampled, mean accuracy 0.2000, score 0.1826",
    );
  });

  it("says when operations tie", () => {
    const run = simulate(aSpec(), { seed: 1, alpha: () => everywhere(() => 0), accuracy: () => 0.5 });
    expect(ledger(run.search)[0]?.edges[3]?.reason).toBe(
      "least likelihood 0.2500 of 8; max_pool_3x3 has the same, and of equals the lower index goes; sampled, mean accuracy 0.5000, score 0.2500",
    );
  });

  it("says when an operation was not sampled", () => {
    const reasons = rounds.flatMap(({ edges }) =>
      edges.filter(({ operations, abandoned }) =>
        operations.some((one) => one.operation === abandoned && one.accuracy === undefined),
      ),
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const { reason } of reasons)
      expect(reason).toMatch(
        /; not sampled \(alpha -?\d\.\d{4} is not among the least\), score of the rest \d\.\d{4}$/,
      );
  });
});

describe("the reason of a reduction by another measure than likelihoods", () => {
  const posterior = simulate(aSpec({ strategy: "posterior", space: "nas-bench-201" }), { seed: 8 }).search;

  it("of posterior says what was worth least, what is next, and how sure that is where it was computed", () => {
    const sureness = surenessOf(posterior, 10);
    for (const { edges } of ledger(posterior, sureness)) {
      for (const { operations, abandoned, reason, sure, sureBy, measure } of edges) {
        expect([measure, sureBy]).toEqual(["worth", "estimate"]);
        const gone = operations.find(({ operation }) => operation === abandoned);
        expect(reason).toMatch(
          /^of \d left, \w+ is worth least: -?\d\.\d\d; next \w+ -?\d\.\d\d; the worst with \d+ %$/,
        );
        expect(reason).toContain(
          `of ${operations.length} left, ${abandoned} is worth least: ${gone?.likelihood.toFixed(2)}`,
        );
        expect(reason).toContain(`with ${(100 * (sure ?? 0)).toFixed(0)} %`);
      }
    }
    for (const { reason } of ledger(posterior).flatMap(({ edges }) => edges)) expect(reason).not.toContain("with");
  });

  it("of posterior speaks of no likelihood, alpha or resample in the whole explanation, and names what the answer is of", () => {
    const text = explain(posterior, surenessOf(posterior, 10)).join("\n");
    expect(text).not.toMatch(/likelihood|alpha|resample|score of the rest/);
    expect(text).toMatch(/finished with (what is left|the best sample): Genotype\(/);
    expect(text).toContain("By its own estimate");
  });

  it("of bnas-ucb names the upper bound, and the samples of all rounds so far", () => {
    const { search, facts } = simulate(aSpec({ strategy: "bnas-ucb" }), { seed: 8 });
    const [, second] = ledger(search);
    let ofBoth = 0;
    for (const { cell, edge, abandoned, reason } of second?.edges ?? []) {
      const held = [1, 2].map(
        (number) =>
          ofKind(facts, "sample.requested").filter(
            ({ round, network }) => round === number && network[cell]?.[edge] === abandoned,
          ).length,
      );
      const [first = 0, then = 0] = held;
      if (first > 0 && then > 0) ofBoth++;
      expect(reason).toMatch(
        /^least upper bound \d\.\d{4} of 7; next is \w+ with \d\.\d{4}; mean accuracy \d\.\d{4} of/,
      );
      expect(reason).toContain(`of the ${first + then} samples so far that held it`);
    }
    expect(ofBoth).toBeGreaterThan(0);
  });

  it("of a strategy that abandons nothing is none: its samples are one line, and no round is open", () => {
    const { search } = simulate(aSpec({ strategy: "evolution" }), { seed: 8 });
    expect(ledger(search)).toEqual([]);
    const lines = explain(search);
    expect(lines[1]).toMatch(/^19 of 19 samples evaluated, accuracy 0\.\d{4} to /);
    expect(lines.join("\n")).not.toContain("open");
    expect(lines.at(-1)).toMatch(/^finished with the best sample: Genotype\(/);
  });
});

describe("the explanation of a search", () => {
  const lines = explain(search);

  it("has a line for every operation that went, and ends with the genotype", () => {
    expect(lines.filter((line) => / abandons /.test(line))).toHaveLength(7 * 28);
    expect(lines[0]).toBe("search simulated: strategy bnas, seed 0, 45 of 45 training jobs done");
    if (search.ended?.kind !== "search.finished") throw new Error("it is finished");
    expect(lines.at(-1)).toBe(`finished: ${printGenotype(search.ended.genotype)}`);
  });

  it("gives the verdict before the end, its gravest finding first, and what to do next", () => {
    const equal = simulate(aSpec(), { seed: 8, accuracy: () => 1 }).search;
    const lines = explain(equal);
    const at = lines.findIndex((line) => line.startsWith("verdict: decided-by-ties. "));
    expect(lines[at]).toContain("28 of 28 edges were decided by ties");
    expect(lines[at + 1]).toMatch(/^also: not-distinguishable\. .*data\.reductionImages/);
    expect(lines.at(-1)).toMatch(/^finished: /);
    expect(explain(fold(facts.slice(0, -1))).join("\n")).not.toContain("verdict:");
  });

  it("says in which rounds the scores decided nothing", () => {
    expect(lines.filter((line) => line.includes("every candidate the same score"))).toEqual([
      "round 7 gave every candidate the same score: the rounds before it decided what went",
    ]);
  });

  it("says how sure each abandonment is, where that was computed", () => {
    const { sureness } = assess(search);
    const sure = explain(search, sureness);
    expect(sure.filter((line) => line.endsWith(" % of resamples"))).toHaveLength(28 * 7);
    expect(sure.join("\n")).toMatch(/sureness: \d+ of 28 edges would be another under counting noise/);
    expect(lines.join("\n")).not.toContain("resamples");
  });

  it("says how far a search is that continues, or how it ended otherwise", () => {
    expect(explain(start("x"))).toEqual(["search x: not opened"]);
    const opened = fold(facts.slice(0, 1));
    expect(explain(opened).at(-1)).toBe("goes on");
    expect(explain(evolve(opened, { kind: "search.paused", control: 1 })).at(-1)).toBe("paused");
    expect(explain(evolve(opened, { kind: "search.cancelled", reason: "enough" })).at(-1)).toBe("cancelled: enough");
    expect(explain(evolve(opened, { kind: "search.failed", reason: "a", hint: "b" })).at(-1)).toBe("failed: a; b");
    const evaluated = facts.findIndex((fact) => fact.kind === "sample.evaluated");
    expect(explain(fold(facts.slice(0, evaluated + 1))).at(-2)).toMatch(
      /^round 1 is open: 1 of 8 samples evaluated, accuracy 0\.\d{4} to /,
    );
  });
});
