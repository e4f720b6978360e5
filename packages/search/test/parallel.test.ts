import { aSpec, ID, ofKind, simulate, simulatedAnswer } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  checkpointBefore,
  checkpointsNeeded,
  countJobs,
  decide,
  evolve,
  type Fact,
  planMerges,
  replay,
  resultSubject,
  type Search,
  start,
  stream,
  subjectOf,
} from "../src/index.js";

const given = { reduction: { passes: 2 } };
const spec = aSpec({ ...given, parallel: 3 });
const world = { seed: 3 };
const { facts, search: finished } = simulate(spec, world);
const fold = (some: readonly Fact[], from: Search = start(ID)): Search => some.reduce(evolve, from);
const content = (some: readonly Fact[]) =>
  new Map(some.filter(({ kind }) => kind !== "search.opened").map((fact) => [subjectOf(ID, fact), fact]));
const asked = (search: Search): number =>
  search.work.filter(({ requested, trained }) => requested && trained === undefined).length;

describe("samples side by side", () => {
  it("have as many training jobs as one after another, with the same numbers and networks", () => {
    const sequential = simulate(aSpec({ ...given, parallel: 1 }), world);
    const numbers = (some: readonly Fact[]) =>
      new Map(
        ofKind(some, "sample.requested").map(({ from: _, ...fact }) => [subjectOf(ID, { ...fact, from: "" }), fact]),
      );
    expect(countJobs(spec)).toBe(sequential.search.jobs);
    expect(finished.jobsDone).toBe(countJobs(spec));
    // What is drawn in a round follows from its strengths, which differ from the second round on.
    const firstRound = [...numbers(facts)].filter(([, { round }]) => round === 1);
    expect(firstRound).toHaveLength(8);
    for (const [subject, fact] of firstRound) expect(numbers(sequential.facts).get(subject)).toEqual(fact);
    const jobs = (some: readonly Fact[]) => [...numbers(some)].map(([subject, { job }]) => [subject, job]).sort();
    expect(jobs(facts)).toEqual(jobs(sequential.facts));
  });

  it("are not merged when they go one after another", () => {
    const sequential = simulate(aSpec({ ...given, parallel: 1 }), world);
    expect(ofKind(sequential.facts, "pass.merge.requested")).toEqual([]);
    expect(planMerges(aSpec({ ...given, parallel: 1 }))).toEqual([]);
  });

  it("are merged after every pass", () => {
    const passes = [1, 2, 3, 4, 5, 6, 7].flatMap((round) => [1, 2].map((pass) => ({ round, pass })));
    expect(planMerges(spec)).toEqual(passes);
    expect(ofKind(facts, "pass.merged").map(({ round, pass }) => ({ round, pass }))).toEqual(passes);
    expect(planMerges(aSpec({ parallel: 4, strategy: "pc-darts" }))).toEqual([]);
  });

  it.each([2, 3, 4, 8])(
    "are asked for and not yet trained %i at a time at most, and so many where there are",
    (parallel) => {
      const run = simulate(aSpec({ parallel, sample: "all" }), world, parallel, [], 3);
      let search = start(ID);
      let most = 0;
      for (const fact of run.facts) {
        search = evolve(search, fact);
        most = Math.max(most, asked(search));
      }
      expect(most).toBe(parallel);
    },
  );

  it("lead to the same facts whatever `parallel`, the number of trainers and the order in which they end", () => {
    const expected = content(facts);
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 8 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        (parallel, trainers, order) => {
          const run = simulate(aSpec({ ...given, parallel }), world, order, [], trainers);
          expect(run.search.ended?.kind).toBe("search.finished");
          expect(content(run.facts)).toEqual(expected);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("are asked to be merged when the last of them is trained, in the order of their numbers", () => {
    const first = facts.filter((fact) => fact.kind === "sample.requested").slice(0, 4);
    expect(first.map((fact) => "sample" in fact && fact.sample)).toEqual([1, 2, 3, 4]);
    const answers = first.map((fact) => simulatedAnswer(world, fact) as Fact); // A request is answered.
    const before = fold(
      facts.slice(
        0,
        facts.findIndex((fact) => fact.kind === "sample.requested"),
      ),
    );
    const open = fold(first, before);
    for (const order of [0, 1, 2, 3]) {
      const shuffled = stream(order, "ends").shuffle(answers);
      const merges = (search: Search) => decide(search).filter(({ kind }) => kind === "pass.merge.requested");
      expect(merges(fold(shuffled.slice(0, 3), open))).toEqual([]);
      expect(merges(fold(shuffled, open))).toEqual([
        {
          kind: "pass.merge.requested",
          round: 1,
          pass: 1,
          from: checkpointBefore(before, 1),
          samples: ofKind(answers, "sample.trained").map(({ checkpoint, images }) => ({ checkpoint, images })),
        },
      ]);
    }
  });

  it("let nothing begin after their pass until it is merged", () => {
    let search = start(ID);
    for (const fact of facts) {
      if (fact.kind === "pass.merged") {
        const wanted = decide(search).map(({ kind }) => kind);
        for (const kind of wanted) expect(["round.scored", "round.reduced"]).toContain(kind);
      }
      search = evolve(search, fact);
    }
  });

  it("end the search with a merge, so that its last checkpoint holds all", () => {
    const last = ofKind(facts, "pass.merged").at(-1);
    expect(checkpointBefore(finished, finished.jobs)).toBe(last?.checkpoint);
    const early = fold(facts.filter((fact) => fact !== last && fact.kind !== "search.finished"));
    expect(decide(early)).toEqual([]);
    expect(decide(evolve(early, last as Fact))).toMatchObject([{ kind: "search.finished" }]); // It is there.
  });

  it("wait while the search is paused, and take what was in progress", () => {
    const place = facts.findIndex((fact) => fact.kind === "sample.trained");
    const paused = evolve(fold(facts.slice(0, place)), { kind: "search.paused", control: 1 });
    const later = evolve(paused, facts[place] as Fact); // It was found.
    expect(later.jobsDone).toBe(paused.jobsDone + 1);
    expect(decide(later)).toEqual([]);
    const resumed = evolve(later, { kind: "search.resumed", control: 2 });
    expect(decide(resumed)).toMatchObject([{ kind: "sample.requested", sample: 4 }]);
  });
});

describe("the fold of facts of samples side by side", () => {
  it("does not change by a fact that was folded before, or by another on its subject", () => {
    let search = start(ID);
    for (const [place, fact] of facts.entries()) {
      search = evolve(search, fact);
      const before = stream(place, "earlier").below(place + 1);
      for (const again of [fact, facts[before] ?? fact]) expect(evolve(search, again)).toBe(search);
      if (fact.kind === "pass.merged") expect(evolve(search, { ...fact, checkpoint: "f".repeat(64) })).toBe(search);
    }
  });

  it("is the same whatever the order of the facts within a round", () => {
    const inRound = (fact: Fact) => /^(sample|pass)\./.test(fact.kind);
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const drawn = stream(seed, "orders");
        const shuffled: Fact[] = [];
        let run: Fact[] = [];
        for (const fact of facts) {
          if (inRound(fact)) {
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

  it("continues from any prefix to the very same facts", () => {
    const expected = content(facts);
    for (let length = 0; length <= facts.length; length += 7) {
      const resumed = simulate(spec, world, length, facts.slice(0, length), 2);
      expect(content(resumed.facts)).toEqual(expected);
    }
  });

  it("takes no merge that is not planned or of a round that is not open", () => {
    const open = fold(
      facts.slice(
        0,
        facts.findIndex((fact) => fact.kind === "pass.merged"),
      ),
    );
    const [merged] = ofKind(facts, "pass.merged");
    if (merged === undefined) throw new Error("nothing was merged");
    for (const foreign of [{ pass: 3 }, { round: 2 }, { round: 8 }])
      expect(evolve(open, { ...merged, ...foreign })).toBe(open);
    const sequential = simulate(aSpec({ ...given, parallel: 1 }), world).search;
    expect(evolve(sequential, merged)).toBe(sequential);
  });

  it("replays to every recorded decision, in whatever order samples ended", () => {
    for (let order = 0; order < 5; order++) {
      const run = simulate(spec, world, order, [], 3);
      expect(replay(ID, run.facts)).toEqual({ search: run.search, disagreements: [] });
    }
  });

  it("replays to a disagreement where a merge was asked of other checkpoints", () => {
    const place = facts.findIndex((fact) => fact.kind === "pass.merge.requested");
    const request = facts[place];
    if (request?.kind !== "pass.merge.requested") throw new Error("no merge was asked for");
    const swapped = facts.with(place, { ...request, samples: request.samples.toReversed() });
    expect(replay(ID, swapped).disagreements).toMatchObject([
      { path: "bnas.search.simulated.round.1.pass.1.merge.requested.samples[0].checkpoint" },
    ]);
  });
});

describe("the checkpoints that are needed to continue", () => {
  it.each([1, 3])("are those that later facts are made of, and no others, with parallel %i", (parallel) => {
    const run = simulate(aSpec({ ...given, parallel }), world, 5);
    const usedBy = (fact: Fact): string[] => {
      switch (fact.kind) {
        case "epoch.trained":
        case "sample.trained":
        case "pass.merged": {
          // A request is there for every answer, and says what it is made of.
          const request = run.facts.find((one) => resultSubject(ID, one) === subjectOf(ID, fact));
          const samples = request?.kind === "pass.merge.requested" ? request.samples : [];
          const from = request !== undefined && "from" in request ? request.from : null;
          return [...(from === null ? [] : [from]), ...samples.map(({ checkpoint }) => checkpoint)];
        }
        case "sample.evaluated": {
          const evaluated = run.facts.find((one) => resultSubject(ID, one) === subjectOf(ID, fact));
          return evaluated?.kind === "sample.trained" ? [evaluated.checkpoint] : [];
        }
        default:
          return [];
      }
    };
    const uses = run.facts.map(usedBy);
    const known = new Set<string>();
    let search = start(ID);
    for (const [place, fact] of run.facts.entries()) {
      search = evolve(search, fact);
      if ("checkpoint" in fact && fact.checkpoint !== null) known.add(fact.checkpoint);
      const coming = uses.slice(place + 1).flat();
      expect(new Set(checkpointsNeeded(search))).toEqual(new Set(coming.filter((one) => known.has(one))));
    }
  });
});
