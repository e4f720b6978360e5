import { aSpec, ID, ofKind, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkpointBefore,
  evolve,
  type Fact,
  parseRecorded,
  planMerges,
  record,
  type Spec,
  start,
  trainsAsJob,
} from "../src/index.js";

const given = { reduction: { passes: 2 } };
const spec = aSpec({ ...given, protocol: "fair" });
const world = { seed: 5 };
const { facts } = simulate(spec, world);
const afterOpened = (some: readonly Fact[]) => some.filter(({ kind }) => kind !== "search.opened");

describe("the fair protocol", () => {
  it("lets every sample of a pass start from the checkpoint of the pass, also one at a time", () => {
    let search = start(ID);
    let pass: string | null | undefined;
    for (const fact of facts) {
      if (fact.kind === "sample.requested") {
        if (fact.sample === 1) pass = checkpointBefore(search, fact.job);
        expect(fact.from).toBe(pass);
      }
      search = evolve(search, fact);
      const open = search.work.filter(({ requested, trained }) => requested && trained === undefined);
      expect(open.length).toBeLessThanOrEqual(1);
    }
    expect(search.ended?.kind).toBe("search.finished");
  });

  it("merges every pass, whatever `parallel` is", () => {
    expect(planMerges(spec)).toHaveLength(14);
    expect(ofKind(facts, "pass.merged").map(({ round, pass }) => ({ round, pass }))).toEqual(planMerges(spec));
  });

  it("decides the same for one sample at a time as for eight, on one trainer or many", () => {
    const bySubject = (some: readonly Fact[]) => new Set(afterOpened(some).map((fact) => JSON.stringify(fact)));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (parallel, trainers, order) => {
          const run = simulate({ ...spec, parallel }, world, order, [], trainers);
          expect(bySubject(run.facts)).toEqual(bySubject(facts));
        },
      ),
      { numRuns: 20 },
    );
  });

  it("gives all samples of a pass the images and the rate of its first job, and no two passes the same", () => {
    const requested = ofKind(facts, "sample.requested");
    const jobs = new Map<string, Set<number>>();
    for (const fact of requested) {
      const pass = `${fact.round}.${fact.pass}`;
      jobs.set(pass, (jobs.get(pass) ?? new Set()).add(trainsAsJob(spec, fact)));
    }
    for (const [pass, of] of jobs) {
      const first = requested.find(({ round, pass: t, sample }) => `${round}.${t}` === pass && sample === 1);
      expect([...of]).toEqual([first?.job]);
    }
    expect(new Set([...jobs.values()].flatMap((of) => [...of])).size).toBe(14);
  });
});

describe.each(["posterior", "bnas-ucb", "random-search", "evolution"] as const)(
  "the fair protocol with %s",
  (strategy) => {
    it("ends, and every sample of a pass starts from the checkpoint of the pass", () => {
      const run = simulate(aSpec({ strategy, protocol: "fair" }), world);
      expect(run.search.ended?.kind).toBe("search.finished");
      const starts = new Map<string, Set<string>>();
      for (const { round, pass, from } of ofKind(run.facts, "sample.requested")) {
        starts.set(`${round}.${pass}`, (starts.get(`${round}.${pass}`) ?? new Set()).add(from));
      }
      expect([...starts.values()].map(({ size }) => size)).toEqual([...starts.keys()].map(() => 1));
    });
  },
);

describe("the paper's protocol", () => {
  const paper = simulate(aSpec({ ...given, protocol: "paper" }), world);

  it("gives every sample the images and the rate of its own job", () => {
    for (const fact of ofKind(paper.facts, "sample.requested")) {
      expect(trainsAsJob(aSpec({ ...given, protocol: "paper" }), fact)).toBe(fact.job);
    }
  });

  it("is what a search has that does not say", () => {
    expect(aSpec(given).protocol).toBe("paper");
    expect(afterOpened(simulate(aSpec(given), world).facts)).toEqual(afterOpened(paper.facts));
  });

  it("is what facts mean that are older than the word", () => {
    const { protocol: _, ...older } = aSpec(given);
    // As a release before this one wrote it.
    const opened = record(ID, { kind: "search.opened", spec: older as Spec }, "pruner", "2026-01-02T03:04:05.000Z");
    const search = evolve(start(ID), parseRecorded(opened, "line").fact);
    expect(search.merges).toEqual([]);
    const sample = { job: 7, sample: 3 };
    expect(search.spec && trainsAsJob(search.spec, sample)).toBe(7);
  });
});
