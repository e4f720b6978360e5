import { isInvalidInput } from "@bnas/errors";
import { aSpec, ID, ofKind, simulate, type World } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { estimateOf, type Observation } from "../src/estimate/estimate.js";
import {
  evolve,
  type Fact,
  type Network,
  parseRecorded,
  parseSpec,
  record,
  replay,
  spaceOf,
  start,
} from "../src/index.js";
import { evidenceOf } from "../src/life/search.js";
import { coderOf, estimateOfEvidence } from "../src/strategy/evidence.js";
import { ownProbabilities } from "../src/verdict/own-probabilities.js";

const spec = (untrained: number, more: object = {}) =>
  aSpec({ strategy: "posterior", space: "nas-bench-201", seed: 5, reduction: { untrained }, ...more });

/** How many edges of a network hold a 3x3 convolution. */
const good = ({ cell = [] }: Network): number => cell.filter((operation) => operation === "nor_conv_3x3").length;
/** Luck that follows from the place of a sample, much larger than what a network is worth. */
const luck = (...numbers: readonly number[]): number =>
  (numbers.reduce((sum, one) => (sum * 31 + one) % 97, 7) % 10) / 20;
const world: World = {
  seed: 3,
  images: 1000,
  accuracy: (network, { round, pass, sample }) => 0.3 + 0.01 * good(network) + luck(round, pass, sample),
  untrained: (network) => 0.1 + 0.02 * good(network),
};

describe("networks that are evaluated without training", () => {
  it("are asked for once a round, with the weights that its first sample starts from, before any sample", () => {
    const { facts } = simulate(spec(2), world);
    const rounds = ofKind(facts, "round.opened").length;
    const asked = ofKind(facts, "untrained.requested");
    expect(asked.map(({ round }) => round)).toEqual(Array.from({ length: rounds }, (_, round) => round + 1));
    for (const { round, from } of asked) {
      const sample = (fact: Fact) => fact.kind === "sample.requested" && fact.round === round;
      const first = facts.find(sample);
      expect(first).toMatchObject({ from });
      const answered = facts.findIndex((fact) => fact.kind === "untrained.evaluated" && fact.round === round);
      expect(facts.findIndex(sample)).toBeGreaterThan(answered);
    }
  });

  it("hold every operation that is left in each pass, drawn by seed and round", () => {
    const asked = ofKind(simulate(spec(2), world).facts, "untrained.requested");
    const opened = ofKind(simulate(spec(2), world).facts, "round.opened");
    for (const [index, { networks }] of asked.entries()) {
      const left = opened[index]?.candidates.cell ?? [];
      const most = Math.max(...left.map(({ length }) => length));
      expect(networks).toHaveLength(2 * most);
      for (const pass of [networks.slice(0, most), networks.slice(most)]) {
        for (const [edge, operations] of left.entries()) {
          expect(new Set(pass.map(({ cell = [] }) => cell[edge]))).toEqual(new Set(operations));
        }
      }
    }
    const other = ofKind(simulate(spec(2, { seed: 6 }), world).facts, "untrained.requested");
    expect(other[0]?.networks).not.toEqual(asked[0]?.networks);
  });

  it("lead to the same facts whatever order answers come in, and those follow from themselves", () => {
    const one = simulate(spec(2), world, 1);
    const other = simulate(spec(2), world, 2);
    expect(ofKind(other.facts, "search.finished")).toEqual(ofKind(one.facts, "search.finished"));
    expect(replay(ID, one.facts).disagreements).toEqual([]);
    const altered = one.facts.map((fact) =>
      fact.kind === "untrained.requested" ? { ...fact, networks: fact.networks.toReversed() } : fact,
    );
    expect(
      replay(ID, altered)
        .disagreements.map(({ path }) => path)
        .join(),
    ).toContain("untrained");
  });

  it("find what the luck of training hides", () => {
    const found = (untrained: number) => {
      const searches = [1, 2, 3, 4, 5, 6].map((seed) => simulate(spec(untrained, { seed }), world).search);
      const left = searches.flatMap(({ candidates }) => candidates.cell?.flat() ?? []);
      return left.filter((operation) => operation === "nor_conv_3x3").length / left.length;
    };
    expect(found(8)).toBeGreaterThan(found(0) + 0.2);
  });

  it("do not count as trained: one of them may still be sampled", () => {
    const { facts } = simulate(spec(8), world);
    const untrained = ofKind(facts, "untrained.requested").flatMap(({ networks }) =>
      networks.map((one) => JSON.stringify(one)),
    );
    const sampled = ofKind(facts, "sample.requested").map(({ network }) => JSON.stringify(network));
    expect(sampled.some((network) => untrained.includes(network))).toBe(true);
  });

  it("are in the probabilities that posterior gives its decisions, up to the round of each", () => {
    const { facts, search } = simulate(spec(8), world);
    const went = (of: typeof search) => (ownProbabilities(of) ?? []).map((edge) => edge.went[0]);
    const reduced = facts.findIndex(({ kind }) => kind === "round.reduced");
    const cut = (those: readonly Fact[]) => those.slice(0, reduced + 1).reduce(evolve, start(ID));
    expect(went(cut(facts))).toEqual(went(search));
    const others = facts.map((fact) =>
      fact.kind === "untrained.evaluated" ? { ...fact, correct: fact.correct.toReversed() } : fact,
    );
    expect(went(cut(others))).not.toEqual(went(search));
  });

  it("are no part of a search that does not ask for them: an old spec, or 0", () => {
    const { untrained: _, ...reduction } = spec(0).reduction;
    const old = simulate({ ...spec(0), reduction }, world).facts.slice(1);
    expect(old).toEqual(simulate(spec(0), world).facts.slice(1));
    expect(old.map(({ kind }) => kind).join()).not.toContain("untrained");
  });

  it("are refused where the strategy makes nothing of them", () => {
    for (const strategy of ["bnas", "evolution", "pc-darts"]) {
      expect(() => parseSpec({ strategy, reduction: { untrained: 1 } })).toThrow(/reduction\.untrained.*posterior/);
    }
    expect(parseSpec({ preset: "quick", reduction: { untrained: 4 } }).reduction.untrained).toBe(4);
  });
});

describe("the estimate, of networks that are not trained,", () => {
  const space = spaceOf(spec(1));
  const { coding, codeOf } = coderOf(space);
  const code = (operation: string) => codeOf({ cell: Array.from({ length: 6 }, () => operation) });
  const [conv, pool, skip, none] = ["nor_conv_3x3", "avg_pool_3x3", "skip_connect", "none"].map(code);
  if (!conv || !pool || !skip || !none) throw new Error("the space has them");
  const trained = [
    { code: skip, accuracy: 0.9, round: 1 },
    { code: none, accuracy: 0.8, round: 1 },
  ];
  const untrained = (best: number, worst: number) => [
    { code: conv, accuracy: best, round: 1, untrained: true as const },
    { code: pool, accuracy: worst, round: 1, untrained: true as const },
  ];

  it("knows none of them, and is less sure of one than of one that was trained", () => {
    // The same scales for both, so that nothing but the noise of the one observation differs.
    const scales = [{ operations: 0.96, edges: 0.6, whole: 0.2, strengths: 0, rounds: 0, noise: 0.02 }];
    const of = (more: Observation) => estimateOf(coding, [...trained, more], undefined, scales).predict(conv);
    const [one, other] = [
      of({ code: conv, accuracy: 0.2, round: 1, untrained: true }),
      of({ code: conv, accuracy: 0.2, round: 1 }),
    ];
    expect([one.known, other.known]).toEqual([false, true]);
    expect(one.deviation).toBeGreaterThan(1.5 * other.deviation);
  });

  it("compares them with each other alone: how much worse all of them are says nothing", () => {
    const of = (best: number, worst: number) => estimateOf(coding, [...trained, ...untrained(best, worst)]);
    for (const one of [conv, pool, skip, none]) expect(of(0.2, 0.1).mean(one)).toBe(of(0.95, 0.85).mean(one));
    expect(of(0.2, 0.1).mean(conv)).toBeGreaterThan(of(0.2, 0.1).mean(pool));
  });

  it("counts those of the newest round alone", () => {
    const search = simulate(spec(2), world).search;
    const evidence = evidenceOf(search, spec(2));
    const last = evidence.untrained.at(-1)?.round;
    const newest = { ...evidence, untrained: evidence.untrained.filter(({ round }) => round === last) };
    expect(newest.untrained.length).toBeLessThan(evidence.untrained.length);
    expect(estimateOfEvidence(evidence).mean(conv)).toBe(estimateOfEvidence(newest).mean(conv));
  });
});

describe("answers of networks that are not trained", () => {
  const answered = (correct: readonly number[], total = 10): Fact => ({
    ...{ kind: "untrained.evaluated", round: 1, correct, total, seconds: 0.1 },
  });
  const read = (fact: Fact) =>
    parseRecorded(JSON.parse(JSON.stringify(record("s", fact, "evaluator", "2025-01-02T03:04:05Z"))), "facts");

  it("are refused where more are right than there are images", () => {
    expect(read(answered([3, 10])).fact).toEqual(answered([3, 10]));
    let refused: unknown;
    try {
      read(answered([3, 11]));
    } catch (error) {
      refused = error;
    }
    expect(isInvalidInput(refused) && refused.field).toContain("correct[1]");
  });

  it("of another number of networks, of another round, or given twice change nothing", () => {
    const { facts } = simulate(spec(2), world);
    const until = facts.findIndex(({ kind }) => kind === "untrained.evaluated");
    const search = facts.slice(0, until).reduce(evolve, start(ID));
    expect(evolve(search, answered([1, 2]))).toBe(search);
    const answer = facts[until];
    if (answer?.kind !== "untrained.evaluated") throw new Error("it was found");
    expect(evolve(search, { ...answer, round: 2 })).toBe(search);
    const after = evolve(search, answer);
    expect(after).not.toBe(search);
    expect(evolve(after, { ...answer, correct: answer.correct.map(() => 0) })).toBe(after);
  });
});
