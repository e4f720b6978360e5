import { aSpec, everywhere, ID, ofKind, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { darts, parseSpec, replay } from "../src/index.js";
import { withoutNone } from "../src/space/without-none.js";
import { STRATEGY_NAMES, traitsOf } from "../src/spec/strategies.js";

/** Accuracies that follow from how many edges of a network hold a 3x3 separable convolution. */
const world: World = {
  seed: 3,
  images: 1000,
  accuracy: (network) =>
    0.2 +
    0.02 *
      Object.values(network)
        .flat()
        .filter((operation) => operation === "sep_conv_3x3").length,
};

describe.each(STRATEGY_NAMES)("the strategy %s", (strategy) => {
  const spec = aSpec({ strategy, seed: 5 });

  it("ends with a genotype, whatever order answers come in", () => {
    const one = simulate(spec, world, 1);
    const other = simulate(spec, world, 2);
    expect(ofKind(one.facts, "search.finished")).toHaveLength(1);
    expect(ofKind(other.facts, "search.finished")).toEqual(ofKind(one.facts, "search.finished"));
  });

  it("gives facts that follow from themselves", () => {
    const { facts } = simulate(spec, world);
    expect(replay(ID, facts).disagreements).toEqual([]);
  });

  it("finds a planned network that was altered, if it plans", () => {
    const { facts } = simulate(spec, world);
    const altered = facts.map((fact) =>
      fact.kind === "pass.planned" && fact.pass === 1 && fact.round === 1
        ? {
            ...fact,
            networks: fact.networks.map(() => everywhere(() => 0) && fact.networks[0]) as typeof fact.networks,
          }
        : fact,
    );
    const found = replay(ID, altered).disagreements.some(({ path }) => path.includes("planned"));
    expect(found).toBe(traitsOf(strategy).plans);
  });
});

describe("strategies that train samples", () => {
  it("train as many samples and epochs of the supernet, each", () => {
    const counts = STRATEGY_NAMES.filter((name) => ["rounds", "samples"].includes(traitsOf(name).trains)).map(
      (strategy) => {
        const { facts } = simulate(aSpec({ strategy }), world);
        return [ofKind(facts, "sample.requested").length, ofKind(facts, "epoch.requested").length];
      },
    );
    expect(new Set(counts.map((count) => count.join()))).toEqual(new Set(["19,7"]));
  });
});

describe("derive", () => {
  it("is refused where the strategy has no such answer, with those that have it", () => {
    expect(() => parseSpec({ strategy: "bnas", derive: "estimate" })).toThrow(
      /posterior, random-search, evolution can do/,
    );
  });

  it.each(["survivors", "best-sample", "estimate"])("%s says what the genotype is of", (derive) => {
    const { facts } = simulate(aSpec({ strategy: "posterior", derive }), world);
    const [finished] = ofKind(facts, "search.finished");
    if (derive === "survivors") expect(finished?.by).toBeUndefined();
    else expect(["survivors", "best-sample"]).toContain(finished?.by);
  });
});

describe("none: excluded", () => {
  it("leaves none out of every sample and takes a round less", () => {
    const { facts } = simulate(aSpec({ none: "excluded" }), {
      ...world,
      alpha: () => everywhere(() => 0.1, withoutNone(darts)),
    });
    const networks = ofKind(facts, "sample.requested").flatMap(({ network }) => Object.values(network).flat());
    expect(networks).not.toContain("none");
    expect(ofKind(facts, "round.reduced")).toHaveLength(6);
  });
});
