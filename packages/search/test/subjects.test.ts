import { aSpec, simulate } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ALL_SEARCHES,
  type Fact,
  matches,
  parseSearchId,
  record,
  resultSubject,
  searchIdOf,
  searchPattern,
  subjectOf,
  writerOf,
} from "../src/index.js";

const { facts } = simulate(aSpec({ parallel: 2, reduction: { passes: 2 } }), { seed: 1 });

describe("the subject of a fact", () => {
  it("is its own: no two facts of a search share one", () => {
    const subjects = facts.map((fact) => subjectOf("s", fact));
    expect(new Set(subjects).size).toBe(subjects.length);
  });

  it("says what the fact says", () => {
    const subjects = new Set(facts.map((fact) => subjectOf("a-1", fact)));
    for (const subject of [
      "bnas.search.a-1.opened",
      "bnas.search.a-1.warmup.epoch.1.requested",
      "bnas.search.a-1.warmup.epoch.1.trained",
      "bnas.search.a-1.round.1.opened",
      "bnas.search.a-1.round.1.pass.2.sample.4.requested",
      "bnas.search.a-1.round.7.pass.1.sample.1.trained",
      "bnas.search.a-1.round.3.pass.2.sample.3.evaluated",
      "bnas.search.a-1.round.2.pass.1.merge.requested",
      "bnas.search.a-1.round.7.pass.2.merged",
      "bnas.search.a-1.round.7.scored",
      "bnas.search.a-1.round.7.reduced",
      "bnas.search.a-1.round.6.settle.epoch.1.requested",
      "bnas.search.a-1.round.6.settle.epoch.1.trained",
      "bnas.search.a-1.finished",
    ]) {
      expect(subjects).toContain(subject);
    }
    expect(subjectOf("a", { kind: "search.paused", control: 1 })).toBe("bnas.search.a.control.1");
    expect(subjectOf("a", { kind: "search.resumed", control: 2 })).toBe("bnas.search.a.control.2");
    expect(subjectOf("a", { kind: "search.failed", reason: "", hint: "" })).toBe("bnas.search.a.failed");
    expect(subjectOf("a", { kind: "search.cancelled", reason: "" })).toBe("bnas.search.a.cancelled");
  });

  it("gives the search back, and lies in the pattern of that search alone", () => {
    for (const fact of facts) {
      const subject = subjectOf("one", fact);
      expect(searchIdOf(subject)).toBe("one");
      expect(matches(searchPattern("one"), subject)).toBe(true);
      expect(matches(ALL_SEARCHES, subject)).toBe(true);
      expect(matches(searchPattern("on"), subject)).toBe(false);
    }
  });

  it("of what answers a request is where the answer lands", () => {
    const subjects = new Set(facts.map((fact) => subjectOf("s", fact)));
    const answers = facts.map((fact) => [fact.kind, resultSubject("s", fact)] as const);
    for (const [kind, answer] of answers) {
      const asks = ["epoch.requested", "sample.requested", "sample.trained", "pass.merge.requested"].includes(kind);
      expect(answer !== null).toBe(asks);
      if (answer !== null) expect(subjects).toContain(answer);
    }
  });
});

describe("a search id", () => {
  it("is 1 to 63 lower-case letters, digits and '-'", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9-]{1,63}$/), (id) => {
        expect(parseSearchId(id)).toBe(id);
        expect(searchIdOf(subjectOf(id, { kind: "search.cancelled", reason: "" }))).toBe(id);
      }),
    );
  });

  it.each(["", "A", "a.b", "a b", "*", ">", "a_b", "ä", "a\n", "a".repeat(64)])("is not %j", (id) => {
    expect(() => parseSearchId(id)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => searchPattern(id)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    expect(() => subjectOf(id, { kind: "search.cancelled", reason: "" })).toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
  });

  it.each([
    "",
    "bnas",
    "bnas.search",
    "bnas.search.a",
    "bnas.search..opened",
    "bnas.other.a.opened",
    "x.bnas.search.a.opened",
  ])("is not in the subject %j", (subject) =>
    expect(() => searchIdOf(subject)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" })),
  );
});

describe("a pattern", () => {
  it.each([
    ["a.b", "a.b", true],
    ["a.b", "a.c", false],
    ["a.*", "a.b", true],
    ["a.*", "a.b.c", false],
    ["a.*", "a", false],
    ["*.b.*", "a.b.c", true],
    ["a.>", "a.b", true],
    ["a.>", "a.b.c.d", true],
    ["a.>", "a", false],
    [">", "a", true],
    ["a.*.>", "a.b", false],
    ["a.*.>", "a.b.c", true],
    ["*.*", "a.b", true],
    ["a.b.c", "a.b", false],
  ])("%s covers %s: %s", (pattern, subject, covered) => {
    expect(matches(pattern, subject)).toBe(covered);
  });
});

describe("a record", () => {
  const time = "2025-01-02T03:04:05.678Z";
  const failed: Fact = { kind: "search.failed", reason: "disk full", hint: "free some" };

  it("is the fact on its subject with its writer", () => {
    const fact: Fact = { kind: "search.cancelled", reason: "enough" };
    expect(record("s", fact, "pruner", time)).toEqual({
      version: 1,
      subject: "bnas.search.s.cancelled",
      writer: "pruner",
      time,
      fact,
    });
  });

  it("has one writer a kind", () => {
    for (const fact of facts) {
      for (const writer of ["pruner", "trainer", "evaluator"] as const) {
        if (writer === writerOf(fact.kind)) expect(record("s", fact, writer, time).writer).toBe(writer);
        else expect(() => record("s", fact, writer, time)).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
      }
    }
  });

  it("of a failure may be written by whoever holds the job that cannot be done", () => {
    for (const writer of ["pruner", "trainer", "evaluator"] as const)
      expect(record("s", failed, writer, time).writer).toBe(writer);
  });
});
