import { describe, expect, it } from "vitest";
import { completeSpec, evolve, type FactOf, parseRecorded, parseSpec, record, start } from "../src/index.js";

/** A spec as facts had it before there were spaces, protocols, other answers and conventions. */
const old = (): FactOf<"search.opened">["spec"] => {
  const {
    space: _,
    binarizer: ______,
    protocol: __,
    supernet: _______,
    derive: ___,
    none: ____,
    conventions: _____,
    ...spec
  } = parseSpec({ preset: "smoke" });
  return spec as FactOf<"search.opened">["spec"]; // As a fact of then gives it.
};

/** The same, from before there were crops of an area, colour jitter, digests of files, and networks that are not trained. */
const older = (): FactOf<"search.opened">["spec"] => {
  const { cropArea: _, jitter: __, hue: ___, digest: ____, ...data } = old().data;
  const { cropArea: _____, jitter: ______, hue: _______, ...train } = old().train;
  const { untrained: ________, ...reduction } = old().reduction;
  return { ...old(), data, reduction, train };
};

describe("the spec of an old fact", () => {
  it("is read as it was written, so that it is written to the same bytes again", () => {
    const recorded = record("s", { kind: "search.opened", spec: old() }, "pruner", "2025-01-02T03:04:05Z");
    const read = parseRecorded(JSON.parse(JSON.stringify(recorded)), "facts");
    expect(JSON.stringify(read)).toBe(JSON.stringify(recorded));
  });

  it("means what was done before its younger fields were there", () => {
    expect(completeSpec(old())).toEqual(parseSpec({ preset: "smoke" }));
    expect(Object.keys(completeSpec(old()))).toEqual(Object.keys(parseSpec({ preset: "smoke" })));
    expect(evolve(start("s"), { kind: "search.opened", spec: old() }).spec).toEqual(parseSpec({ preset: "smoke" }));
  });

  it("means the same where only fields of its sections are younger, and keeps those that it has", () => {
    expect(completeSpec(older())).toEqual(parseSpec({ preset: "smoke" }));
    const recorded = record("s", { kind: "search.opened", spec: older() }, "pruner", "2025-01-02T03:04:05Z");
    const read = parseRecorded(JSON.parse(JSON.stringify(recorded)), "facts");
    expect(JSON.stringify(read)).toBe(JSON.stringify(recorded));
    const given = parseSpec({ preset: "imagenet" });
    expect(completeSpec(given)).toEqual(given);
  });
});
