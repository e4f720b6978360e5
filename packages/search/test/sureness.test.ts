import { aSpec, ID, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import {
  binomial,
  type EdgeShares,
  evaluatedOf,
  evolve,
  type Fact,
  leastLikely,
  likeliest,
  likelihoodsOf,
  narrow,
  resampled,
  type Search,
  scoresOf,
  start,
  stream,
  surenessOf,
  surenessSentence,
  updateLikelihoods,
} from "../src/index.js";
import { byRule } from "../src/verdict/rule-replay.js";

const fold = (facts: readonly Fact[]): Search => facts.reduce(evolve, start(ID));
const run = (world: Partial<World> = {}, spec: object = {}) =>
  simulate(aSpec(spec), { seed: 8, images: 200, ...world });
const sharesOf = (search: Search, how: "bootstrap" | "shuffle", resamples: number): readonly EdgeShares[] => {
  const shares = resampled(search, how, resamples);
  if (shares === undefined) throw new Error("its decisions do not follow from the algorithm");
  return shares;
};
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;

describe("a counterfactual replay", () => {
  it.each([
    ["half", 1],
    ["half", 3],
    ["all", 2],
  ] as const)(
    "of `sample: %s` and %i passes decides each round as the algorithm does with the same answers",
    (sample, passes) => {
      const { search } = run({}, { sample, reduction: { passes } });
      const resamples = 20;
      const went = new Map<string, number>();
      for (let resample = 0; resample < resamples; resample++) {
        const random = stream(search.spec?.seed ?? 0, "counterfactual", "bootstrap", resample);
        let candidates = search.rounds[0]?.candidates ?? search.candidates;
        let likelihoods = start(ID).likelihoods;
        for (const { round, small, abandoned } of search.rounds) {
          const answers = evaluatedOf(search, round).map(({ network, correct, total }) => ({
            network,
            correct: binomial(total, correct / total).quantile(random.next()),
            total,
          }));
          likelihoods = updateLikelihoods(candidates, likelihoods, scoresOf(candidates, small, answers));
          for (const cell of ["normal", "reduce"] as const) {
            for (const [edge, row] of (likelihoods[cell] ?? []).entries()) {
              const values = Object.values(row);
              const least = Math.min(...values);
              const gone = abandoned?.[cell]?.[edge];
              if (gone === undefined || row[gone] !== least) continue;
              const place = `${cell} ${edge} ${round}`;
              went.set(place, (went.get(place) ?? 0) + 1 / values.filter((value) => value === least).length);
            }
          }
          if (abandoned === undefined) continue;
          candidates = narrow(candidates, abandoned);
          likelihoods = likelihoodsOf(candidates, likelihoods);
        }
      }
      for (const { cell, edge, went: shares } of sharesOf(search, "bootstrap", resamples)) {
        for (const [index, share] of shares.entries()) {
          expect(share).toBeCloseTo((went.get(`${cell} ${edge} ${index + 1}`) ?? 0) / resamples, 12);
        }
      }
    },
  );

  it("repeats every decision where answers are certain and no two operations tie", () => {
    // Right on all images or on none: a rate of 1 or 0 answers the same again. The better sample of a pass of two is random.
    const { search } = run(
      { accuracy: (network, { sample }) => ((network.normal?.length ?? 0) > 0 && sample === 1 ? 0 : 1) },
      { sample: "all" },
    );
    const recorded = search.rounds.map(({ candidates, likelihoods, abandoned }) => ({
      again: likelihoods && leastLikely(candidates, likelihoods),
      abandoned,
    }));
    for (const { again, abandoned } of recorded) expect(again).toEqual(abandoned);
    // In the first round sample 1 alone is wrong: what it held goes from each edge, in every resample.
    for (const { went } of sharesOf(search, "bootstrap", 50)) expect(went[0]).toBe(1);
  });

  it("is the surer the more images there are, and nearly certain with a million", () => {
    for (const seed of [1, 2, 3]) {
      const sure = [20, 1000, 1_000_000].map((images) => {
        // The same accuracies for each number of images.
        const accuracy: World["accuracy"] = (_, { round, sample }) =>
          Math.round(20 * stream(seed, "accuracy", round, sample).next()) / 20;
        const { search } = run({ seed, images, accuracy }, { sample: "all" });
        return mean(sharesOf(search, "bootstrap", 100).map(({ left }) => left));
      });
      expect(sure).toEqual(sure.toSorted((a, b) => a - b));
      expect(sure[2]).toBeGreaterThan(0.9);
    }
  });

  it("where all samples tie has every operation left as often as another: the order is no evidence", () => {
    const { search } = run({ accuracy: () => 1 });
    for (const { left, went } of sharesOf(search, "bootstrap", 400)) {
      expect(left).toBeGreaterThan(0.05);
      expect(left).toBeLessThan(0.22);
      for (const [index, share] of went.entries()) expect(share).toBeCloseTo(1 / (8 - index), 12);
    }
  });

  it("with shuffled accuracies gives what chance gives: on average one of eight", () => {
    const left = mean(sharesOf(run({ images: 5000 }).search, "shuffle", 400).map((edge) => edge.left));
    expect(left).toBeGreaterThan(0.06);
    expect(left).toBeLessThan(0.25);
  });

  it("gives the same shares again, whatever the order of the facts", () => {
    const spec = aSpec({ parallel: 4 });
    const [one, other] = [0, 9].map((order) => simulate(spec, { seed: 3, images: 50 }, order).search);
    if (one === undefined || other === undefined) return;
    expect(sharesOf(one, "bootstrap", 50)).toEqual(sharesOf(other, "bootstrap", 50));
    expect(sharesOf(one, "shuffle", 50)).toEqual(sharesOf(one, "shuffle", 50));
  });

  it("by the functions that decide gives what the quick one gives", () => {
    for (const spec of [{ sample: "half" }, { sample: "all", reduction: { passes: 2 } }]) {
      const { search } = run({ images: 1000 }, spec);
      const quick = sharesOf(search, "bootstrap", 60);
      const slow = byRule(search, "bootstrap", 60);
      for (const [index, { went, left, ...place }] of quick.entries()) {
        const other = slow?.[index];
        expect(other).toMatchObject(place);
        for (const [round, share] of went.entries()) expect(other?.went[round]).toBeCloseTo(share, 12);
        // Ties go by chance, and each draws from the stream in another order.
        expect(Math.abs((other?.left ?? 9) - left)).toBeLessThan(0.2);
      }
      expect(mean(quick.map(({ left }) => left))).toBeCloseTo(mean((slow ?? []).map(({ left }) => left)), 1);
    }
  });

  it("of upper confidence bounds decides by these bounds", () => {
    const { search } = run({ images: 1_000_000 }, { strategy: "bnas-ucb", sample: "all" });
    for (const { went, left } of sharesOf(search, "bootstrap", 20)) {
      expect(mean(went)).toBeGreaterThan(0.9);
      expect(left).toBeGreaterThan(0.5);
    }
    expect(mean(sharesOf(search, "shuffle", 50).map(({ left }) => left))).toBeLessThan(0.4);
  });

  it("of a strategy that abandons nothing asks how often the best sample is the same on an edge", () => {
    const best: World["accuracy"] = (_, { round, pass, sample }) =>
      round === 1 && pass === 1 && sample === 2 ? 0.9 : 0.5;
    const { search } = run({ accuracy: best }, { strategy: "random-search" });
    for (const { left, went } of sharesOf(search, "bootstrap", 20)) expect([left, went]).toEqual([1, []]);
    const network = search.work.find(({ evaluated }) => evaluated?.correct === 180)?.network;
    for (const { cell, edge, left } of surenessOf(search, 20)?.edges ?? []) {
      expect(left).toBe(network?.[cell]?.[edge]);
    }
    // Where all are equal, each is as likely the best: an edge keeps its operation as often as samples have it.
    const equal = sharesOf(run({ accuracy: () => 0.5 }, { strategy: "random-search" }).search, "bootstrap", 100);
    expect(mean(equal.map(({ left }) => left))).toBeLessThan(0.4);
  });

  it("is none where nothing was abandoned, and where decisions do not follow from the algorithm", () => {
    expect(resampled(run({}, { strategy: "pc-darts" }).search, "bootstrap", 5)).toBeUndefined();
    const { facts } = run();
    const other = facts.map((fact): Fact => {
      if (fact.kind !== "round.reduced" || fact.round !== 3) return fact;
      const normal = (fact.likelihoods.normal ?? []).map((row) =>
        Object.fromEntries(Object.entries(row).map(([name, likelihood]) => [name, likelihood + 0.1])),
      );
      return { ...fact, likelihoods: { ...fact.likelihoods, normal } };
    });
    expect(resampled(fold(other), "bootstrap", 5)).toBeUndefined();
  });
});

describe("how sure a search is", () => {
  const { facts, search } = run();
  const sureness = surenessOf(search, 100);

  it("names what is left on each edge, what went in each round, and the share of resamples that agree", () => {
    expect(sureness?.edges).toHaveLength(28);
    for (const { cell, edge, left, sure, byChance, rounds } of sureness?.edges ?? []) {
      const kind = cell === "normal" ? "normal" : "reduce";
      expect([left]).toEqual(search.candidates[kind]?.[edge]);
      for (const share of [sure, byChance, ...rounds.map((one) => one.sure)]) {
        expect(share).toBeGreaterThanOrEqual(0);
        expect(share).toBeLessThanOrEqual(1);
      }
      expect(rounds.map(({ abandoned }) => abandoned)).toEqual(
        search.rounds.map(({ abandoned }) => abandoned?.[kind]?.[edge]),
      );
    }
  });

  it("counts the edges that are sure, that would be another, and that the order of equals decided", () => {
    const edges = sureness?.edges ?? [];
    expect(sureness?.sureEdges).toBe(edges.filter(({ sure }) => sure >= 0.8).length);
    expect(sureness?.otherEdges).toBe(edges.filter(({ sure }) => sure < 0.5).length);
    const ties = surenessOf(run({ accuracy: () => 1 }).search, 20);
    expect(ties).toMatchObject({ by: "counterfactual", resamples: 20, sureEdges: 0, otherEdges: 28, byOrderEdges: 28 });
    expect(ties && surenessSentence(ties)).toMatch(
      /^28 of 28 edges would be another under counting noise; 0 are decided with 80 % or more; on 28 the order of equals decided\. On average an edge stays as it is in \d+ % of resamples; chance gives \d+ %\.$/,
    );
  });

  it("is known while a search continues, for the likeliest of what is left", () => {
    const until = facts.findIndex(
      ({ kind, ...fact }) => kind === "round.reduced" && "round" in fact && fact.round === 2,
    );
    const part = surenessOf(fold(facts.slice(0, until + 1)), 20);
    expect(part?.edges[0]?.rounds.map(({ round }) => round)).toEqual([1, 2]);
    const { candidates, likelihoods } = fold(facts.slice(0, until + 1));
    const best = likeliest(candidates, likelihoods);
    for (const { cell, edge, left } of part?.edges ?? []) expect([left]).toEqual(best[cell]?.[edge]);
    expect(surenessOf(fold(facts.slice(0, 4)), 20)).toBeUndefined();
  });

  it("is nearly certain of the likeliest while a search continues, if a million answers say so", () => {
    const accuracy: World["accuracy"] = (_, { round, sample }) => stream(5, "accuracy", round, sample).next();
    const { facts } = run({ images: 1_000_000, accuracy }, { sample: "all" });
    const until = facts.findIndex((fact) => fact.kind === "round.reduced" && fact.round === 4);
    const { edges = [] } = surenessOf(fold(facts.slice(0, until + 1)), 50) ?? {};
    expect(mean(edges.map(({ sure }) => sure))).toBeGreaterThan(0.9);
  });

  it("of several that are equally likely to be left shares between them", () => {
    const equal = run({ accuracy: () => 1 }).facts;
    const until = equal.findIndex((fact) => fact.kind === "round.reduced" && fact.round === 2);
    const { edges = [] } = surenessOf(fold(equal.slice(0, until + 1)), 200) ?? {};
    // Of 8 operations two went at random, and the six that are left are equal.
    expect(mean(edges.map(({ sure }) => sure))).toBeCloseTo(1 / 8, 1);
  });

  it("stands beside what chance gives, which is little where a search is sure", () => {
    const accuracy: World["accuracy"] = (_, { round, sample }) => stream(5, "accuracy", round, sample).next();
    const { edges = [] } = surenessOf(run({ images: 1_000_000, accuracy }, { sample: "all" }).search, 100) ?? {};
    expect(mean(edges.map(({ sure }) => sure))).toBeGreaterThan(0.9);
    expect(mean(edges.map(({ byChance = 1 }) => byChance))).toBeLessThan(0.3);
  });
});
