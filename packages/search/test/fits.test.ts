import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { aSpec, ID, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { evolve, type Fact, type FactKind, type FactOf, linksOf, start } from "../src/index.js";

const { facts } = simulate(aSpec(), { seed: 1 });

const first = <K extends FactKind>(kind: K): FactOf<K> => {
  const [found] = ofKind(facts, kind);
  if (found === undefined) throw new Error(`no fact is ${kind}`);
  return found as FactOf<K>; // Of the kind that was asked for.
};

const opened = evolve(start(ID), first("search.opened"));

const refusal = (fact: Fact): InvalidInput => {
  try {
    evolve(opened, fact);
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

/** The same cells with something else on an edge of the normal cell. */
const withNormal = <T>(cells: Readonly<Record<string, readonly T[]>>, edge: number, value: NoInfer<T>) => ({
  ...cells,
  normal: (cells.normal ?? []).with(edge, value),
});

const trained = first("epoch.trained");
const round = first("round.opened");
const requested = first("sample.requested");
const scored = first("round.scored");
const reduced = first("round.reduced");
const finished = first("search.finished");

describe("a fact that speaks of another space than that of its search", () => {
  const subject = `bnas.search.${ID}`;

  it.each<[string, Fact, string, string]>([
    [
      "an operation that the space has not",
      { ...requested, network: withNormal(requested.network, 3, "sep_conv_3x4") },
      `${subject}.round.1.pass.1.sample.1.requested.network.normal[3]`,
      "sep_conv_3x3",
    ],
    [
      "a number of such an operation",
      { ...trained, alpha: withNormal(trained.alpha, 2, { non: 1 }) },
      `${subject}.warmup.epoch.1.trained.alpha.normal[2].non`,
      "none",
    ],
    [
      "an operation twice",
      { ...round, small: withNormal(round.small, 1, ["none", "none"]) },
      `${subject}.round.1.opened.small.normal[1][1]`,
      "Leave the second out",
    ],
    [
      "fewer edges",
      { ...scored, scores: { ...scored.scores, reduce: [] } },
      `${subject}.round.1.scored.scores.reduce`,
      "darts",
    ],
    [
      "strengths of more edges",
      { ...trained, beta: { ...trained.beta, normal: [...(trained.beta.normal ?? []), 0] } },
      `${subject}.warmup.epoch.1.trained.beta.normal`,
      "darts",
    ],
    [
      "another kind of cell",
      { ...reduced, abandoned: { ...reduced.abandoned, normale: [] } },
      `${subject}.round.1.reduced.abandoned.normale`,
      "normal",
    ],
    [
      "no cell of a kind",
      { ...round, candidates: { normal: round.candidates.normal ?? [] } },
      `${subject}.round.1.opened.candidates.reduce`,
      "darts",
    ],
    [
      "a genotype of other nodes",
      { ...finished, genotype: { ...finished.genotype, normal: linksOf(finished.genotype, "normal").slice(2) } },
      `${subject}.finished.genotype.normal`,
      "2 links each",
    ],
  ])("is refused with the path of %s", (_, fact, field, hint) => {
    const error = refusal(fact);
    expect(error.field).toBe(field);
    expect(error.hint).toContain(hint);
  });

  it("is not looked at before the space is known", () => {
    expect(evolve(start(ID), { ...scored, scores: {} })).toEqual(start(ID));
  });
});
