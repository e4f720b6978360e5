import { aSpec, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { darts, edgePlaces, type Fact, type PerOperation } from "../src/index.js";
import { algorithm1, orderOfUpdates, type ReferenceJob } from "./reference.js";

const close = (recorded: PerOperation, reference: Map<string, number>[] | undefined) => {
  for (const [place, { cell, edge }] of edgePlaces(darts).entries()) {
    const row = Object.entries(recorded[cell]?.[edge] ?? {});
    expect(row.map(([operation]) => operation)).toEqual([...(reference?.[place]?.keys() ?? [])]);
    for (const [operation, number] of row)
      expect(number).toBeCloseTo(reference?.[place]?.get(operation) ?? Number.NaN, 12);
  }
};

describe("the decisions of a search are those of Algorithm 1 as an independent reference finds them", () => {
  it.each([
    ["with half sampled", { sample: "half" }, 100],
    ["with all sampled", { sample: "all" }, 100],
    ["with few images, so that accuracies tie", { sample: "half" }, 3],
    ["with all sampled and few images", { sample: "all" }, 3],
    ["with three passes", { sample: "half", reduction: { passes: 3 } }, 50],
    ["without settling", { sample: "half", reduction: { settleEpochs: 0 } }, 20],
    ["side by side", { sample: "half", parallel: 4, reduction: { passes: 2 } }, 50],
    ["with two epochs of settling", { sample: "half", reduction: { settleEpochs: 2 } }, 20],
  ])("%s", (_how, given, images) => {
    for (let seed = 0; seed < 15; seed++) {
      const { facts } = simulate(aSpec({ ...given, seed }), { seed: seed + 100, images }, seed);
      const reference = algorithm1(facts);
      const opened = ofKind(facts, "round.opened");
      const reduced = ofKind(facts, "round.reduced");
      expect(opened.map(({ small }) => Object.values(small).flat())).toEqual(
        reference.rounds.map(({ small }) => small),
      );
      expect(reduced.map(({ abandoned }) => Object.values(abandoned).flat())).toEqual(
        reference.rounds.map(({ abandoned }) => abandoned),
      );
      for (const { round, scores } of ofKind(facts, "round.scored")) close(scores, reference.rounds[round - 1]?.scores);
      for (const { round, likelihoods } of reduced) close(likelihoods, reference.rounds[round - 1]?.likelihoods);
      const [finished] = ofKind(facts, "search.finished");
      expect(finished?.genotype.normal).toEqual(reference.normal);
      expect(finished?.genotype.reduce).toEqual(reference.reduce);
    }
  });
});

/** What was asked for, by the names of the reference. */
const requests = (facts: readonly Fact[]): Map<string, ReferenceJob> => {
  const asked = new Map<string, ReferenceJob>();
  for (const fact of facts) {
    if (fact.kind === "epoch.requested") {
      const name = fact.stage === "warmup" ? `w${fact.epoch}` : `${fact.round}v${fact.epoch}`;
      asked.set(name, { from: fact.from, job: fact.job });
    }
    if (fact.kind === "sample.requested") {
      asked.set(`${fact.round}.${fact.pass}.${fact.sample}`, { from: fact.from, job: fact.job });
    }
    if (fact.kind === "pass.merge.requested") {
      asked.set(`${fact.round}.${fact.pass}`, { from: fact.from, parts: [...fact.samples] });
    }
  }
  return asked;
};

describe("the order of updates is that of an independent reference", () => {
  it.each([
    ["one after another", { parallel: 1, reduction: { passes: 2 } }],
    ["one after another, without settling", { parallel: 1, reduction: { settleEpochs: 0 } }],
    ["side by side", { parallel: 2, reduction: { passes: 2 } }],
    ["side by side, with all sampled", { parallel: 8, sample: "all" }],
    ["side by side, without settling", { parallel: 3, reduction: { passes: 2, settleEpochs: 0 } }],
    ["fair, one after another", { protocol: "fair", parallel: 1, reduction: { passes: 2 } }],
    ["fair, side by side", { protocol: "fair", parallel: 4, sample: "all" }],
    ["side by side, with two epochs of settling", { parallel: 4, reduction: { settleEpochs: 2 } }],
  ])("%s", (_how, given) => {
    for (let seed = 0; seed < 5; seed++) {
      const { facts } = simulate(aSpec({ ...given, seed }), { seed }, seed);
      expect(requests(facts)).toEqual(orderOfUpdates(facts));
    }
  });
});
