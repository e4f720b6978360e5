import { aSpec, ID, ofKind, simulate, type World } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestEpoch,
  budgetSpent,
  checkpointsNeeded,
  completeSpec,
  decide,
  dropPathOf,
  endedEarly,
  evolve,
  type Fact,
  jobsInAll,
  jobsOpen,
  PUBLISHED,
  parseGenotype,
  parseSpec,
  planModels,
  printGenotype,
  replay,
  type Spec,
  start,
  trainedSeconds,
  trainRate,
} from "../src/index.js";

const world: World = { seed: 3 };

/** A genotype that is given, three epochs of each network. */
const given = (train: object = {}, more: object = {}): Spec =>
  aSpec({ strategy: "given", genotype: PUBLISHED, train: { seeds: 1, epochs: 3, ...train }, ...more });

const fold = (facts: readonly Fact[]) => facts.reduce(evolve, start(ID));

describe("the networks that a search trains", () => {
  it("are none by default, and in every spec that is older than they", () => {
    expect(planModels(parseSpec({}))).toEqual([]);
    const { train: _, genotype: __, ...older } = parseSpec({ preset: "smoke" });
    // The cast: a fact of an older version has fewer fields than the type says.
    expect(completeSpec(older as Spec).train.seeds).toBe(0);
  });

  it("are the answer first, then its rivals, each with every seed", () => {
    const spec = given({ seeds: 2, randomRivals: 2, fullPrecisionTwin: true, publishedRival: true });
    expect(planModels(spec).map(({ model, variant, number, repeat }) => [model, variant, number, repeat])).toEqual([
      [1, "answer", 1, 0],
      [2, "answer", 1, 1],
      [3, "full-precision", 1, 0],
      [4, "full-precision", 1, 1],
      [5, "published", 1, 0],
      [6, "published", 1, 1],
      [7, "random", 1, 0],
      [8, "random", 1, 1],
      [9, "random", 2, 0],
      [10, "random", 2, 1],
    ]);
  });

  it("have the genotype of their variant: the answer's twin the answer's, random ones one each", () => {
    const spec = aSpec({
      strategy: "random",
      train: { seeds: 2, epochs: 1, randomRivals: 2, fullPrecisionTwin: true, publishedRival: true },
    });
    const { facts, search } = simulate(spec, world);
    const [answer] = ofKind(facts, "genotype.derived");
    const asked = ofKind(facts, "model.epoch.requested").map(({ variant, genotype }) => [variant, genotype] as const);
    const of = (name: string) => asked.flatMap(([variant, genotype]) => (variant === name ? [genotype] : []));
    expect(of("answer")).toEqual([answer?.genotype, answer?.genotype]);
    expect(of("full-precision")).toEqual(of("answer"));
    expect(of("published")).toEqual([PUBLISHED, PUBLISHED]);
    const random = of("random");
    expect(random[0]).toEqual(random[1]);
    expect(random[2]).toEqual(random[3]);
    expect(random[0]).not.toEqual(random[2]);
    expect(random[0]).not.toEqual(answer?.genotype);
    expect(search.ended).toEqual({ kind: "search.finished", genotype: answer?.genotype });
  });
});

describe("a search that trains networks", () => {
  it("says its genotype first, trains epoch after epoch, each from the one before, and ends when all are evaluated", () => {
    const { facts, search } = simulate(given({ seeds: 2 }), world);
    expect(facts[1]).toEqual({ kind: "genotype.derived", genotype: PUBLISHED });
    const requests = ofKind(facts, "model.epoch.requested");
    expect(requests.map(({ model, epoch, job, jobs }) => [model, epoch, job, jobs])).toEqual(
      [1, 2].flatMap((model) => [1, 2, 3].map((epoch) => [model, epoch, 3 * (model - 1) + epoch - 1, 6])),
    );
    const trained = ofKind(facts, "model.epoch.trained");
    for (const { model, epoch, from } of requests) {
      const before = trained.find((one) => one.model === model && one.epoch === epoch - 1);
      expect(from).toBe(epoch === 1 ? null : before?.checkpoint);
    }
    expect(ofKind(facts, "model.epoch.evaluated")).toHaveLength(6);
    expect(facts.at(-1)?.kind).toBe("search.finished");
    expect(jobsInAll(search)).toEqual({ done: 6, total: 6 });
    expect(replay(ID, facts).disagreements).toEqual([]);
  });

  it("continues from any strategy's genotype, which stays the answer", () => {
    const without = simulate(aSpec(), world);
    const { facts, search } = simulate(aSpec({ train: { seeds: 1, epochs: 2 } }), world);
    expect(search.ended).toEqual(without.search.ended);
    expect(ofKind(facts, "sample.requested")).toEqual(ofKind(without.facts, "sample.requested"));
    expect(jobsInAll(search).total).toBe(without.search.jobs + 2);
    expect(replay(ID, facts).disagreements).toEqual([]);
  });

  it("trains as many side by side as `parallel` says, and the same whatever it says", () => {
    const content = (facts: readonly Fact[]) =>
      new Set(ofKind(facts, "model.epoch.requested").map((fact) => JSON.stringify(fact)));
    const one = simulate(given({ seeds: 4 }), world);
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 8 }), fc.nat(1000), (parallel, order) => {
        const other = simulate(given({ seeds: 4 }, { parallel }), world, order);
        expect(content(other.facts)).toEqual(content(one.facts));
        expect(replay(ID, other.facts).disagreements).toEqual([]);
        let search = start(ID);
        for (const fact of other.facts) {
          search = evolve(search, fact);
          expect(jobsOpen(search)).toBeLessThanOrEqual(parallel);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("finds an epoch that was asked for with another genotype or from another checkpoint", () => {
    const { facts } = simulate(given(), world);
    const altered = facts.map((fact) =>
      fact.kind === "model.epoch.requested" && fact.epoch === 2 ? { ...fact, from: "f".repeat(64) } : fact,
    );
    expect(replay(ID, altered).disagreements.map(({ path }) => path)).toEqual([
      `bnas.search.${ID}.model.1.epoch.2.requested.from`,
    ]);
  });

  it("ends when its budget is spent, with the genotype that it has", () => {
    // Each epoch takes a quarter of a second in the simulated world.
    const { facts, search } = simulate(given({ epochs: 40 }, { budget: { gpuSeconds: 2 } }), world);
    expect(trainedSeconds(search)).toBe(2);
    expect(budgetSpent(search)).toBe(true);
    expect(ofKind(facts, "model.epoch.trained")).toHaveLength(8);
    expect(search.ended).toEqual({ kind: "search.finished", genotype: PUBLISHED });
    expect(endedEarly(search)).toContain("8 of 40 training jobs");
  });

  it("keeps the checkpoints that come next, the last and the best of every network, and those not evaluated", () => {
    const { facts } = simulate(given({ epochs: 6 }), world);
    for (let count = 2; count < facts.length; count++) {
      const search = fold(facts.slice(0, count));
      const needed = checkpointsNeeded(search);
      const [model] = search.models;
      for (const fact of decide(search)) if ("from" in fact && fact.from !== null) expect(needed).toContain(fact.from);
      for (const { trained, evaluated } of model?.epochs ?? []) {
        if (trained !== undefined && evaluated === undefined) expect(needed).toContain(trained.checkpoint);
      }
      const best = model && bestEpoch(model);
      if (best !== undefined && search.ended === undefined) {
        expect(needed).toContain(model?.epochs[best - 1]?.trained?.checkpoint);
      }
    }
  });

  it("does not change by a fact that comes twice, nor by one of a network or an epoch that is not planned", () => {
    const { facts, search } = simulate(given(), world);
    for (const fact of facts.slice(1, -1)) expect(evolve(search, fact)).toBe(search);
    const [evaluated] = ofKind(facts, "model.epoch.evaluated");
    if (evaluated === undefined) throw new Error("it evaluates");
    expect(evolve(search, { ...evaluated, model: 2 })).toBe(search);
    expect(evolve(search, { ...evaluated, epoch: 4 })).toBe(search);
  });
});

describe("the recipe of a network", () => {
  const { train } = parseSpec({});

  it("lets the rate fall along half a cosine from the first epoch to the last", () => {
    expect(trainRate(train, 1)).toBe(0.025);
    expect(trainRate(train, 301)).toBeCloseTo(0.0125, 12);
    expect(trainRate(train, 600)).toBeGreaterThan(0);
  });

  it("lets it fall along a line where the schedule is linear", () => {
    const { train: linear } = parseSpec({ preset: "imagenet" });
    expect(linear.schedule).toBe("linear");
    expect(trainRate(linear, 1)).toBe(0.1);
    expect(trainRate(linear, 126)).toBeCloseTo(0.05, 12);
  });

  it("drops no path in the first epoch, and more from epoch to epoch", () => {
    expect(dropPathOf(train, 1)).toBe(0);
    expect(dropPathOf(train, 301)).toBeCloseTo(0.1, 12);
  });
});

describe("a genotype that is given", () => {
  it.each([
    ["an object", PUBLISHED],
    ["a Genotype(...) line", printGenotype(PUBLISHED)],
    ["JSON", JSON.stringify(PUBLISHED)],
    ["published", "published"],
  ])("may be %s", (_, genotype) => {
    expect(parseSpec({ strategy: "given", genotype }).genotype).toEqual(parseGenotype(printGenotype(PUBLISHED)));
  });

  it("may have a scale for each output channel of 1-bit weights", () => {
    const spec = parseSpec({ conventions: { xnor: "channel" }, train: { seeds: 1 } });
    expect(spec.conventions.xnor).toBe("channel");
  });

  it("gives itself again from a complete spec", () => {
    const spec = given();
    expect(parseSpec(spec)).toEqual(spec);
  });

  it.each([
    [{ strategy: "given" }, "spec.genotype", "strategy given"],
    [{ genotype: "published" }, "spec.genotype", "none with strategy bnas"],
    [{ strategy: "given", genotype: "Genotype(normal=[" }, "spec.genotype", "a list"],
    [{ strategy: "given", genotype: { ...PUBLISHED, normal: [] } }, "spec.genotype.normal", "8 links"],
    [{ strategy: "given", genotype: "published", space: "nas-bench-201" }, "spec.genotype.normal", "cell"],
    [{ train: { seeds: 1, leastRate: 1 } }, "spec.train.leastRate", "train.rate"],
    [{ preset: "smoke", train: { seeds: 1, batch: 801 } }, "spec.train.batch", "data.limit"],
    [{ data: { imageSize: 32 }, train: { seeds: 1, cutout: 33 } }, "spec.train.cutout", "data.imageSize"],
    [{ space: "nas-bench-201", train: { seeds: 1, publishedRival: true } }, "spec.train.publishedRival", "false"],
    [{ train: { schedule: "cosin" } }, "spec.train.schedule", "cosine"],
    [{ train: { seed: 1 } }, "spec.train.seed", "seeds"],
    [{ train: { policy: "autoaugment" } }, "spec.train.policy", "autoaugment-cifar10"],
  ])("is refused by field: %j", (input, field, allowed) => {
    expect(() => parseSpec(input)).toThrow(expect.objectContaining({ field }));
    expect(() => parseSpec(input)).toThrow(allowed);
  });
});
