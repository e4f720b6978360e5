import { aSpec, ID, ofKind, simulate, simulatedAnswer } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestAccuracy,
  checkpointBefore,
  darts,
  decide,
  decisionContent,
  differingField,
  edgePlaces,
  evolve,
  type Fact,
  fullSpace,
  perEdge,
  randomGenotype,
  replay,
  roundsDone,
  type Search,
  searchName,
  start,
  stream,
  subjectOf,
} from "../src/index.js";

const spec = aSpec();
const world = { seed: 3 };
const { facts, search: finished } = simulate(spec, world);
const fold = (some: readonly Fact[], from: Search = start(ID)): Search => some.reduce(evolve, from);
const bySubject = (some: readonly Fact[]) => new Map(some.map((fact) => [subjectOf(ID, fact), fact]));

describe("a search", () => {
  it("reaches its end after seven rounds, with every training job done once", () => {
    expect(finished.ended?.kind).toBe("search.finished");
    expect(roundsDone(finished)).toBe(7);
    expect(finished.jobsDone).toBe(finished.jobs);
    expect(finished.jobs).toBe(1 + 19 + 6);
    const jobs = [...ofKind(facts, "epoch.requested"), ...ofKind(facts, "sample.requested")].map(({ job }) => job);
    expect(jobs.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 26 }, (_, job) => job));
    expect(decide(finished)).toEqual([]);
  });

  it("samples for 57 epochs with the paper's T", () => {
    const paper = simulate(aSpec({ warmup: { epochs: 5 }, reduction: { passes: 3 } }), world);
    expect(ofKind(paper.facts, "sample.trained")).toHaveLength(57);
    expect(paper.search.jobs).toBe(68);
    expect(paper.search.ended?.kind).toBe("search.finished");
  });

  it("loses one operation on every edge in every round", () => {
    for (const { round, candidates, abandoned } of finished.rounds) {
      for (const { cell, edge } of edgePlaces(darts)) {
        expect(candidates[cell]?.[edge]).toHaveLength(9 - round);
        const gone = abandoned?.[cell]?.[edge];
        expect(candidates[cell]?.[edge]).toContain(gone);
        const next = finished.rounds[round]?.candidates ?? finished.candidates;
        expect(next[cell]?.[edge]).toEqual(candidates[cell]?.[edge]?.filter((operation) => operation !== gone));
      }
    }
  });

  it("trains one job at a time, each from the checkpoint of the job before it", () => {
    let checkpoint: string | null = null;
    let job = 0;
    for (const fact of facts) {
      if (fact.kind === "epoch.requested" || fact.kind === "sample.requested")
        expect(fact).toMatchObject({ job: job++, from: checkpoint });
      if (fact.kind === "epoch.trained" || fact.kind === "sample.trained") checkpoint = fact.checkpoint;
    }
    expect(checkpointBefore(finished, finished.jobs)).toBe(checkpoint);
  });

  it("asks for the next sample once one is trained, before it is evaluated", () => {
    const trained = facts.findIndex((fact) => fact.kind === "sample.trained");
    const [next] = decide(fold(facts.slice(0, trained + 1)));
    expect(next).toMatchObject({ kind: "sample.requested", round: 1, pass: 1, sample: 2 });
  });

  it("scores a round when its last sample is evaluated and not before", () => {
    let search = start(ID);
    for (const fact of facts) {
      if (fact.kind === "sample.evaluated") {
        const evaluated = search.work.filter(
          ({ job, evaluated }) => job.kind === "sample" && job.round === fact.round && evaluated,
        );
        expect(decide(search).filter(({ kind }) => kind === "round.scored")).toEqual([]);
        expect(evaluated.length).toBeLessThan(4);
      }
      search = evolve(search, fact);
    }
  });

  it("settles after every round but the last: nothing would follow from it", () => {
    const settled = ofKind(facts, "epoch.requested").flatMap((fact) => (fact.stage === "settle" ? [fact.round] : []));
    expect(settled).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it("goes from round to round without settling where V is 0", () => {
    const { search, facts: all } = simulate(aSpec({ reduction: { settleEpochs: 0 } }), world);
    expect(search.ended?.kind).toBe("search.finished");
    expect(ofKind(all, "epoch.requested")).toHaveLength(1);
  });

  it("draws O_small by the strengths of the epoch before the round", () => {
    const strengths = ofKind(facts, "epoch.trained").map(({ alpha }) => alpha);
    expect(finished.rounds.map(({ alpha }) => alpha)).toEqual(strengths);
  });

  it("samples every operation, and scores none by the rest, when all are sampled", () => {
    const { search } = simulate(aSpec({ sample: "all" }), world);
    expect(search.jobs).toBe(1 + 35 + 6);
    for (const { small, candidates } of search.rounds) expect(small).toEqual(candidates);
    expect(search.ended?.kind).toBe("search.finished");
  });

  it("of PC-DARTS trains its warm-up and ends by the strengths of its last epoch", () => {
    const { search, facts: all } = simulate(aSpec({ strategy: "pc-darts", warmup: { epochs: 3 } }), world);
    expect(all.map(({ kind }) => kind)).toEqual([
      "search.opened",
      ...Array(3).fill(["epoch.requested", "epoch.trained"]).flat(),
      "search.finished",
    ]);
    expect(search.strengths?.job).toBe(2);
  });

  it("at random ends at once by its seed", () => {
    const { facts: all } = simulate(aSpec({ strategy: "random", seed: 5 }), world);
    expect(all.map(({ kind }) => kind)).toEqual(["search.opened", "search.finished"]);
    expect(all[1]).toEqual({ kind: "search.finished", genotype: randomGenotype(darts, 5) });
  });

  it("is named by its strategy and seed", () => {
    expect(searchName(aSpec({ strategy: "pc-darts", seed: 4 }))).toBe("pc-darts-4");
  });

  it("tells the best accuracy of its samples", () => {
    const accuracies = ofKind(facts, "sample.evaluated").map(({ correct, total }) => correct / total);
    expect(bestAccuracy(finished)).toBe(Math.max(...accuracies));
    expect(bestAccuracy(start(ID))).toBeUndefined();
  });
});

describe("the fold of facts", () => {
  it("does not change by a fact that was folded before", () => {
    let search = start(ID);
    for (const [place, fact] of facts.entries()) {
      search = evolve(search, fact);
      const before = stream(place, "earlier").below(place + 1);
      for (const again of [fact, facts[before] ?? fact]) expect(evolve(search, again)).toBe(search);
    }
  });

  it("does not change by another fact on a subject that was taken", () => {
    for (const fact of facts) {
      const changed =
        fact.kind === "sample.evaluated"
          ? { ...fact, correct: 0 }
          : fact.kind === "round.reduced"
            ? { ...fact, likelihoods: perEdge(darts, () => ({ none: 0 })) }
            : fact;
      expect(evolve(finished, changed)).toBe(finished);
    }
  });

  it("is the same whatever the order of the facts within a pass", () => {
    const inPass = (fact: Fact) => ["sample.requested", "sample.trained", "sample.evaluated"].includes(fact.kind);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const drawn = stream(seed, "orders");
        const shuffled: Fact[] = [];
        let run: Fact[] = [];
        for (const fact of facts) {
          if (inPass(fact)) {
            run.push(fact);
            continue;
          }
          shuffled.push(...drawn.shuffle(run), fact);
          run = [];
        }
        expect(fold(shuffled)).toEqual(finished);
      }),
      { numRuns: 30 },
    );
  });

  it("leads to the same decisions whatever the order in which samples were evaluated", () => {
    const two = aSpec({ reduction: { passes: 2 } });
    const expected = bySubject(simulate(two, world).facts);
    for (let order = 1; order <= 20; order++) {
      const other = simulate(two, world, order);
      expect(bySubject(other.facts)).toEqual(expected);
    }
  });

  it("continues from any prefix to the very same facts", () => {
    const expected = bySubject(facts);
    for (let length = 0; length <= facts.length; length += 3) {
      // Answers to requests of the prefix that are not in it come again, as they do from a log.
      const resumed = simulate(spec, world, length, facts.slice(0, length));
      expect(bySubject(resumed.facts)).toEqual(expected);
    }
  });

  it("knows nothing before the search is opened", () => {
    for (const fact of facts.slice(1)) expect(evolve(start(ID), fact)).toEqual(start(ID));
    expect(decide(start(ID))).toEqual([]);
  });

  it("takes no fact of a job, sample or round that the search has not", () => {
    const open = fold(facts.slice(0, 4));
    const [trained] = ofKind(facts, "sample.trained");
    const [epoch] = ofKind(facts, "epoch.trained");
    const [opened] = ofKind(facts, "round.opened");
    const [scored] = ofKind(facts, "round.scored");
    const [reduced] = ofKind(facts, "round.reduced");
    if (!trained || !epoch || !opened || !scored || !reduced) throw new Error("the simulation lacks a fact");
    for (const foreign of [
      { ...trained, sample: 5 },
      { ...trained, pass: 2 },
      { ...trained, round: 2 },
      { ...epoch, stage: "warmup" as const, epoch: 2 },
      { ...opened, round: 3 },
      { ...opened, round: 1, small: fullSpace(darts) },
      { ...scored, round: 2 },
      reduced,
    ]) {
      expect(evolve(open, foreign)).toBe(open);
    }
  });

  it("starts from all operations with likelihood 0", () => {
    const opened = evolve(start(ID), { kind: "search.opened", spec });
    expect(opened.candidates).toEqual(fullSpace(darts));
    for (const { cell, edge } of edgePlaces(darts))
      expect(new Set(Object.values(opened.likelihoods[cell]?.[edge] ?? {}))).toEqual(new Set([0]));
  });
});

describe("a paused search", () => {
  const requested = facts.findIndex((fact) => fact.kind === "sample.requested");
  const running = fold(facts.slice(0, requested + 1));
  const paused = evolve(running, { kind: "search.paused", control: 1 });

  it("wants nothing, yet takes the work that was in progress", () => {
    const answer = simulatedAnswer(world, facts[requested] as Fact); // it is there: it was found
    if (answer === undefined) throw new Error("a request is answered");
    const later = evolve(paused, answer);
    expect(later.jobsDone).toBe(paused.jobsDone + 1);
    expect(decide(later)).toEqual([]);
    expect(decide(evolve(later, { kind: "search.resumed", control: 2 }))).toMatchObject([
      { kind: "sample.requested", sample: 2 },
    ]);
  });

  it("obeys the control of the highest number, each once", () => {
    const resumed = evolve(paused, { kind: "search.resumed", control: 2 });
    expect(resumed.paused).toBe(false);
    expect(evolve(resumed, { kind: "search.paused", control: 1 })).toBe(resumed);
    expect(evolve(resumed, { kind: "search.paused", control: 2 })).toBe(resumed);
    expect(evolve(resumed, { kind: "search.paused", control: 3 }).paused).toBe(true);
  });
});

describe("an ended search", () => {
  const cancelled: Fact = { kind: "search.cancelled", reason: "enough" };
  const failed: Fact = { kind: "search.failed", reason: "disk full", hint: "free some" };

  it("wants nothing, and its first end stays", () => {
    const half = fold(facts.slice(0, facts.findIndex((fact) => fact.kind === "sample.trained") + 1));
    expect(decide(half)).toHaveLength(1);
    const ended = evolve(half, cancelled);
    expect(decide(ended)).toEqual([]);
    expect(evolve(ended, failed)).toBe(ended);
    expect(evolve(finished, cancelled)).toBe(finished);
  });

  it("takes facts of work that was in progress", () => {
    const trained = facts.findIndex((fact) => fact.kind === "sample.trained");
    const ended = evolve(fold(facts.slice(0, trained)), cancelled);
    expect(evolve(ended, facts[trained] as Fact).jobsDone).toBe(ended.jobsDone + 1); // it is there: it was found
  });
});

describe("a replay", () => {
  it("agrees with every recorded decision, in whatever order samples were evaluated", () => {
    for (let order = 0; order < 5; order++) {
      const run = simulate(spec, world, order);
      const { search, disagreements } = replay(ID, run.facts);
      expect(disagreements).toEqual([]);
      expect(search).toEqual(run.search);
    }
  });

  it("names the subject and the field of a decision that does not follow", () => {
    const place = facts.findIndex((fact) => fact.kind === "round.reduced");
    const reduced = facts[place];
    if (reduced?.kind !== "round.reduced") throw new Error("no reduction");
    const other = finished.rounds[0]?.candidates.reduce?.[4]?.find(
      (operation) => operation !== reduced.abandoned.reduce?.[4],
    );
    const abandoned = { ...reduced.abandoned, reduce: (reduced.abandoned.reduce ?? []).with(4, other ?? "none") };
    const [first] = replay(ID, facts.with(place, { ...reduced, abandoned })).disagreements;
    expect(first).toEqual({
      path: "bnas.search.simulated.round.1.reduced.abandoned.reduce[4]",
      left: other,
      right: reduced.abandoned.reduce?.[4],
    });
  });

  it("names a decision that came before its time", () => {
    const place = facts.findIndex((fact) => fact.kind === "round.scored");
    const early = [...facts.slice(0, place - 1), ...facts.slice(place, place + 1)];
    expect(replay(ID, early).disagreements).toMatchObject([
      { path: "bnas.search.simulated.round.1.scored", right: undefined },
    ]);
  });

  it("agrees over a pause", () => {
    const paused = facts.toSpliced(9, 0, { kind: "search.paused", control: 1 });
    expect(replay(ID, paused).disagreements).toEqual([]);
  });
});

describe("what two runs must agree on", () => {
  it("is every fact but for seconds, images and loss", () => {
    const [trained] = ofKind(facts, "sample.trained");
    expect(decisionContent(trained as Fact)).toEqual({
      kind: "sample.trained",
      round: 1,
      pass: 1,
      sample: 1,
      checkpoint: trained?.checkpoint,
    });
    const [evaluated] = ofKind(facts, "sample.evaluated");
    expect(Object.keys(decisionContent(evaluated as Fact))).toEqual([
      "kind",
      "round",
      "pass",
      "sample",
      "correct",
      "total",
    ]);
    const [opened] = facts;
    expect(decisionContent(opened as Fact)).toEqual(opened);
  });

  it("is found to differ at the first field that does", () => {
    expect(differingField(aSpec(), aSpec({ network: { cells: 4 } }))).toEqual({
      path: "spec.network.cells",
      left: 3,
      right: 4,
    });
    expect(differingField(aSpec(), aSpec())).toBeUndefined();
    expect(differingField([1, [2]], [1, [2, 3]], "x")).toEqual({ path: "x[1]", left: [2], right: [2, 3] });
    expect(differingField({ a: 1 }, { a: 1, b: null }, "x")).toEqual({ path: "x.b", left: undefined, right: null });
    expect(differingField(1, 1 + 1e-12, "x", 1e-9)).toBeUndefined();
    expect(differingField(1, 1 + 1e-12, "x")).toBeDefined();
  });
});
