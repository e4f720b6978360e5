import { aSpec, ID, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import {
  type Fact,
  type Network,
  parseRecorded,
  parseSpec,
  record,
  replay,
  scoresOf,
  surenessOf,
} from "../src/index.js";

const spec = aSpec({ strategy: "cp-nas", seed: 4 });

/** How many edges of a network hold an operation. */
const count = (network: Network, operation: string): number =>
  Object.values(network)
    .flat()
    .filter((one) => one === operation).length;

/** Samples are all alike; what differs is what their twins gain, with each edge that holds a max-pool. */
const world = {
  seed: 2,
  images: 1000,
  accuracy: () => 0.5,
  twin: (network: Network) => 0.4 + 0.01 * count(network, "max_pool_3x3"),
};

describe("the score of CP-NAS", () => {
  const { facts } = simulate(spec, world);
  const [opened] = ofKind(facts, "round.opened");
  const [scored] = ofKind(facts, "round.scored");
  const samples = ofKind(facts, "sample.requested").filter(({ round }) => round === 1);
  const evaluated = ofKind(facts, "sample.evaluated").filter(({ round }) => round === 1);

  it("is z = 2 (A_parent - A_child) + A_child in the place of the accuracy, lines 9 to 11 as they are", () => {
    const byHand = samples.map(({ network, sample }) => {
      const { correct = 0, parent = 0, total = 1 } = evaluated.find((one) => one.sample === sample) ?? {};
      return { network, correct: 2 * (parent - correct) + correct, total };
    });
    expect(scored?.scores).toEqual(scoresOf(opened?.candidates ?? {}, opened?.small ?? {}, byHand));
  });

  it("lets an operation live whose twin gains, where the accuracies of all samples are equal", () => {
    const [first] = ofKind(facts, "round.reduced");
    const sampled = Object.values(opened?.small ?? {}).flat();
    const gone = Object.values(first?.abandoned ?? {}).flat();
    const [withPool, without] = [true, false].map((has) =>
      sampled.flatMap((operations, edge) => (operations.includes("max_pool_3x3") === has ? [gone[edge]] : [])),
    );
    expect(withPool?.length).toBeGreaterThan(0);
    expect(withPool).not.toContain("max_pool_3x3");
    expect(without?.length).toBeGreaterThan(0);
  });

  it("takes a sample whose twin was not evaluated as its own twin", () => {
    const withoutTwins = simulate(spec, { seed: 2, accuracy: world.accuracy });
    const paper = simulate(aSpec({ strategy: "bnas", seed: 4 }), { seed: 2, accuracy: world.accuracy });
    expect(ofKind(withoutTwins.facts, "round.scored")).toEqual(ofKind(paper.facts, "round.scored"));
  });

  it("follows from facts, twins included: a replay finds a twin that was altered", () => {
    const altered = facts.map(
      (fact): Fact =>
        fact.kind === "sample.evaluated" && fact.sample === 1 && fact.round === 1 ? { ...fact, parent: 900 } : fact,
    );
    expect(replay(ID, facts).disagreements).toEqual([]);
    expect(replay(ID, altered).disagreements[0]?.path).toMatch(/round\.1\.scored/);
  });

  it("says how sure its decisions are, by its own rule", () => {
    const sureness = surenessOf(simulate(spec, world).search, 20);
    expect(sureness?.edges).toHaveLength(28);
  });
});

describe("a search by cp-nas", () => {
  it("is refused without binarization, where a sample is its own twin", () => {
    expect(() => parseSpec({ strategy: "cp-nas", binarize: "none" })).toThrow(
      /spec\.binarize: "none" is not allowed.*weights or weights\+activations with strategy cp-nas/,
    );
  });

  it("has facts whose twins are whole answers, at most as many as there are images", () => {
    const body = { round: 1, pass: 1, sample: 1, correct: 3, total: 8, seconds: 0 };
    const recorded = (parent: number) =>
      parseRecorded(
        {
          ...record(ID, { kind: "sample.evaluated", ...body }, "evaluator", "2026-01-01T00:00:00.000Z"),
          fact: { kind: "sample.evaluated", ...body, parent },
        },
        "line",
      );
    expect(recorded(8).fact).toMatchObject({ parent: 8 });
    expect(() => recorded(9)).toThrow(/line\.fact\.parent: 9.*at most 8/);
    expect(() => recorded(1.5)).toThrow(/line\.fact\.parent: 1\.5/);
  });
});
