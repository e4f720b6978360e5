import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  answerOf,
  FACT_KINDS,
  type Fact,
  type FactKey,
  isRequestTo,
  keyFields,
  keyOf,
  LAST_KINDS,
  matches,
  parseRecorded,
  patternsOf,
  record,
  requestKindsTo,
  requestOf,
  rowOf,
  searchIdOf,
  searchOfPattern,
  subjectOf,
  TOMBSTONE_KINDS,
  writerOf,
} from "../src/index.js";

const whole = fc.integer({ min: 1, max: 1_000_000 });
const ids = fc.stringMatching(/^[a-z0-9-]{1,63}$/);

/** Every key that there can be: a fact of its kind without what it says. */
const keys = fc
  .record({
    kind: fc.constantFrom(...FACT_KINDS),
    stage: fc.constantFrom("warmup", "settle"),
    ...{ epoch: whole, round: whole, pass: whole, sample: whole, model: whole, control: whole, repeat: whole },
  })
  // The casts: a kind and numbers that fit it are a key, which the types of a random kind do not show.
  .map(({ kind, ...numbers }) => ({ kind, ...keyFields({ kind, ...numbers } as unknown as FactKey) }) as FactKey);

describe("the key of a fact", () => {
  it("is found again by its subject; where a pause and a resumption share one, as that of a pause", () => {
    fc.assert(
      fc.property(ids, keys, (id, key) => {
        const subject = subjectOf(id, key);
        expect(searchIdOf(subject)).toBe(id);
        expect(keyOf(subject)).toEqual({ ...key, kind: key.kind === "search.resumed" ? "search.paused" : key.kind });
      }),
      { numRuns: 1_000 },
    );
  });

  it("is none of a text that is no fact's subject", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^bnas\.search\.[a-z0-9.*>-]{0,60}$/)), (text) => {
        const key = keyOf(text);
        if (key !== undefined) expect(subjectOf(searchIdOf(text), key)).toBe(text);
      }),
      { numRuns: 1_000 },
    );
    for (const tail of [
      "",
      "opene",
      "opened.x",
      "round.0.opened",
      "round.01.opened",
      "round.-1.opened",
      "round.1.5.opened",
      "round.*.opened",
      "round.1.2.opened",
      "round.9999999999999999.opened",
      "warmup.epoch.requested",
      "round.1.pass.1.sample.1.merged",
      ">",
    ]) {
      expect(keyOf(`bnas.search.s.${tail}`), tail).toBeUndefined();
    }
    for (const other of ["bnas.search.A.opened", "bnas.other.s.opened", "opened", "bnas.search.opened"])
      expect(keyOf(other), other).toBeUndefined();
  });

  it("leads to the key of the answer and back", () => {
    fc.assert(
      fc.property(keys, (key) => {
        const answer = answerOf(key);
        expect(answer?.kind).toBe(rowOf(key.kind).asks);
        if (answer !== undefined) expect(requestOf(answer)).toEqual(key);
      }),
    );
    expect(answerOf({ kind: "sample.trained", round: 2, pass: 1, sample: 3 })).toEqual({
      kind: "sample.evaluated",
      round: 2,
      pass: 1,
      sample: 3,
    });
    expect(requestOf({ kind: "epoch.trained", stage: "settle", round: 2, epoch: 1 })).toEqual({
      kind: "epoch.requested",
      stage: "settle",
      round: 2,
      epoch: 1,
    });
    expect(requestOf({ kind: "search.opened" })).toBeUndefined();
  });
});

describe("the patterns of a kind", () => {
  it("cover its subjects, and those of no other kind that lies elsewhere", () => {
    fc.assert(
      fc.property(ids, keys, fc.constantFrom(...FACT_KINDS), (id, key, kind) => {
        const subject = subjectOf(id, key);
        const covered = patternsOf(kind).some((pattern) => matches(pattern, subject));
        expect(covered).toBe(String(patternsOf(key.kind)) === String(patternsOf(kind)));
        expect(patternsOf(kind, { search: id }).some((pattern) => matches(pattern, subject))).toBe(covered);
        expect(patternsOf(kind, { search: "another-one" }).some((pattern) => matches(pattern, subject))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it("name the search that they are of", () => {
    expect(patternsOf("epoch.requested", { search: "a" })).toEqual([
      "bnas.search.a.warmup.epoch.*.requested",
      "bnas.search.a.round.*.settle.epoch.*.requested",
    ]);
    expect(patternsOf(["search.finished", "search.failed"])).toEqual([
      "bnas.search.*.finished",
      "bnas.search.*.failed",
    ]);
    expect(patternsOf(["search.paused", "search.resumed"])).toEqual(["bnas.search.*.control.*"]);
    expect(searchOfPattern("bnas.search.a.>")).toBe("a");
    for (const pattern of ["bnas.search.*.>", "bnas.search.>", "bnas.search.a", ">", "other.a.>"])
      expect(searchOfPattern(pattern)).toBeUndefined();
  });
});

describe("the table of facts", () => {
  it.each(FACT_KINDS)("has for %s an example that is a fact of its kind", (kind) => {
    const fact = { kind, ...rowOf(kind).example } as Fact;
    const recorded = record("s", fact, writerOf(kind), "2025-01-02T03:04:05Z");
    expect(parseRecorded(recorded, kind)).toEqual(recorded);
  });

  it("lists the kinds that ask a service for work", () => {
    expect(requestKindsTo("trainer")).toEqual([
      "epoch.requested",
      "sample.requested",
      "pass.merge.requested",
      "model.epoch.requested",
    ]);
    expect(requestKindsTo("evaluator")).toEqual(["untrained.requested", "sample.trained", "model.epoch.trained"]);
    expect(requestKindsTo("pruner")).toEqual([]);
    expect(isRequestTo("trainer", { kind: "search.paused", control: 1 })).toBe(false);
  });

  it("lists the kinds after which a search has no more work", () => {
    expect(TOMBSTONE_KINDS).toEqual(["search.archived", "search.deleted"]);
    expect(LAST_KINDS).toEqual(["search.finished", "search.failed", "search.cancelled", ...TOMBSTONE_KINDS]);
  });
});
