import { aSpec, ID, ofKind, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  budgetSpent,
  checkGenotype,
  darts,
  explain,
  genotypeOfStrengths,
  jobsOpen,
  likeliest,
  linksOf,
  parseRecorded,
  parseSpec,
  record,
  replay,
  trainedSeconds,
} from "../src/index.js";

// Every job of the simulated world takes a quarter of a second.
const world = { seed: 5 };
const run = (gpuSeconds: number, given: object = {}) => simulate(aSpec({ budget: { gpuSeconds }, ...given }), world);
const { search: whole } = run(0);

describe("a budget of GPU seconds", () => {
  it("of zero is no limit", () => {
    expect(budgetSpent(whole)).toBe(false);
    expect(whole.jobsDone).toBe(whole.jobs);
  });

  it("ends the search with the job that spends it, by a genotype that is valid", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.constantFrom(1, 2), (gpuSeconds, parallel) => {
        const { search, facts } = run(gpuSeconds, { parallel });
        expect(search.ended?.kind).toBe("search.finished");
        expect(trainedSeconds(search)).toBeGreaterThanOrEqual(gpuSeconds);
        // Those that ran beside the last may still come.
        expect(trainedSeconds(search)).toBeLessThan(gpuSeconds + 0.25 * parallel);
        expect(search.jobsDone).toBeLessThan(search.jobs);
        for (const { genotype } of ofKind(facts, "search.finished")) checkGenotype(genotype);
      }),
    );
  });

  it("that is not spent changes nothing", () => {
    expect(run(1_000_000).search.ended).toEqual(whole.ended);
  });

  it("spent before the first round is reduced gives what PC-DARTS would take", () => {
    const { search } = run(1);
    const strengths = search.strengths;
    if (strengths === undefined) throw new Error("the warm-up is trained");
    expect(search.ended).toEqual({
      kind: "search.finished",
      genotype: genotypeOfStrengths(darts, strengths.alpha, strengths.beta),
    });
  });

  it("spent later gives the likeliest operation that is left on each of its edges", () => {
    const { search } = run(4);
    if (search.ended?.kind !== "search.finished") throw new Error("the budget ends the search");
    const best = likeliest(search.candidates, search.likelihoods);
    const normal = linksOf(search.ended.genotype, "normal");
    // Node 2 has only the edges 0-2 and 1-2, which come first.
    for (const [operation, input] of normal.slice(0, 2)) expect(best.normal?.[input]).toEqual([operation]);
    expect(search.candidates.normal?.[0]?.length).toBeGreaterThan(1);
  });

  it("is told to whoever takes the genotype", () => {
    const { search } = run(4);
    expect(explain(search).at(-1)).toMatch(
      /^ended after \d+ of 26 training jobs, when its budget of 4 GPU seconds was spent: Genotype\(/,
    );
    expect(explain(whole).at(-1)).toMatch(/^finished: Genotype\(/);
  });

  it("is replayed from the facts to the same end", () => {
    expect(replay(ID, run(4).facts).disagreements).toEqual([]);
  });
});

describe("jobs open", () => {
  it("are those asked for and not answered: none when the search has ended", () => {
    expect(jobsOpen(whole)).toBe(0);
    const { facts } = run(0);
    const until = facts.findIndex(({ kind }) => kind === "sample.requested");
    expect(jobsOpen(replay(ID, facts.slice(0, until + 1)).search)).toBe(1);
  });
});

describe("a spec of a fact that is older than weight, dedicated and budget", () => {
  const spec = parseSpec({ preset: "smoke" });
  const { weight: _, dedicated: __, budget: ___, ...older } = spec;
  const written = record(ID, { kind: "search.opened", spec }, "pruner", "2026-01-02T03:04:05.000Z");
  const parsed = parseRecorded({ ...written, fact: { kind: "search.opened", spec: older } }, "line 1");

  it("is kept as it was written", () => {
    expect(parsed.fact).toEqual({ kind: "search.opened", spec: older });
  });

  it("means their defaults in the search", () => {
    expect(replay(ID, [parsed.fact]).search.spec).toEqual(spec);
  });
});
