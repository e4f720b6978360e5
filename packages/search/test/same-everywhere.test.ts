import { createHash } from "node:crypto";
import { aSpec, ofKind, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { STRATEGY_NAMES, type StrategyName } from "../src/spec/strategies.js";

/** Accuracies of which many follow from the network, by whole numbers alone: the same on every machine. */
const world: World = {
  seed: 11,
  images: 500,
  accuracy: (network, { round, pass, sample }) => {
    const worth = Object.values(network)
      .flat()
      .reduce((sum, operation, edge) => (31 * sum + operation.length * (edge + 3)) % 9973, round);
    return (worth + 100 * ((7 * pass + 3 * sample) % 10)) / 12_000;
  },
};

const decisions = (strategy: StrategyName, given: object, order = 0) => {
  const { facts } = simulate(aSpec({ strategy, seed: 9, ...given }), world, order);
  return [
    ...ofKind(facts, "pass.planned"),
    ...ofKind(facts, "round.scored"),
    ...ofKind(facts, "round.reduced"),
    ...ofKind(facts, "search.finished"),
  ];
};

describe("decisions by an estimate", () => {
  // A change of the estimate changes these digests. Then run this file on the three Nodes of CI, and write down what they agree on.
  it.each([
    ["darts", "5d17c2a3362b2f6859d66f46702896cd69e7b5d92819c6ca99c951b9e51be053"],
    ["nas-bench-201", "e5e2177650a5513099055fbb5b6e58751f2d934f64ff836712ce57db976ecfb2"],
  ])("in the space %s are the same to the last bit on every Node and processor", (space, digest) => {
    const text = JSON.stringify(decisions("posterior", { space, reduction: { passes: 2 } }));
    expect(createHash("sha256").update(text).digest("hex")).toBe(digest);
  });
});

describe.each(STRATEGY_NAMES)("the strategy %s", (strategy) => {
  it("decides the same whatever the order in which the samples of a pass were evaluated", () => {
    const given = { parallel: 4, reduction: { passes: 2 } };
    const first = decisions(strategy, given);
    for (const order of [1, 2, 3]) expect(decisions(strategy, given, order)).toEqual(first);
  });
});
