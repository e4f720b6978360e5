import { aSpec, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { type Fact, type MadeBy, provenanceOf, type Recorded, record, writerOf } from "../src/index.js";

const digest = (digit: string) => digit.repeat(64);
const made = (engine: string, code: string): MadeBy => ({
  engine: { name: "wasm", digest: digest(engine), versions: { tfjs: "4.22.0" } },
  code: { version: "0.1.0", digest: digest(code) },
});
const { facts } = simulate(aSpec({ parallel: 2 }), { seed: 1 });
const isResult = (fact: Fact): boolean => /\.(trained|evaluated|merged)$/.test(fact.kind);
const results = facts.filter(isResult).length;

/** The facts, their results made by whom `who` says; undefined: as an older service writes them. */
const recorded = (who: (result: number) => MadeBy | undefined, datasetDigest?: string): readonly Recorded[] => {
  let result = 0;
  return facts.map((fact) => {
    const madeBy = isResult(fact) ? who(result++) : undefined;
    const opened = fact.kind === "search.opened" && datasetDigest !== undefined ? { datasetDigest } : {};
    // The cast: only results get who made them.
    const said = { ...fact, ...opened, ...(madeBy === undefined ? {} : { madeBy }) } as Fact;
    return record("s", said, writerOf(fact.kind), "2026-01-01T00:00:00.000Z");
  });
};

describe("the provenance of a search", () => {
  it("names the data that it was opened on and who did its jobs, training, evaluation and merges alike", () => {
    const { datasetDigest, makers, unrecorded } = provenanceOf(recorded(() => made("a", "b"), digest("d")));
    expect(datasetDigest).toBe(digest("d"));
    expect(makers).toEqual([{ ...made("a", "b"), jobs: results }]);
    expect(unrecorded).toBe(0);
  });

  it("keeps those apart that differ in engine or code, the one that did most first", () => {
    const three = [made("a", "b"), made("a", "c"), made("e", "b")];
    const { makers } = provenanceOf(recorded((at) => three[at === 0 ? 0 : at === 1 ? 1 : 2]));
    expect(makers.map(({ jobs }) => jobs)).toEqual([results - 2, 1, 1]);
    expect(makers[0]?.engine.digest).toBe(digest("e"));
  });

  it("counts results of older services as not recorded, and says of their data nothing", () => {
    const found = provenanceOf(recorded((at) => (at < 3 ? undefined : made("a", "b"))));
    expect(found).toMatchObject({ datasetDigest: undefined, unrecorded: 3, makers: [{ jobs: results - 3 }] });
  });

  it("is the same in whichever order facts are read, and however often", () => {
    const all = recorded((at) => made(at % 2 === 0 ? "a" : "b", "c"), digest("d"));
    expect(provenanceOf([...all.toReversed(), ...all])).toEqual(provenanceOf(all));
  });
});
