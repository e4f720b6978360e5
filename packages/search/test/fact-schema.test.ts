import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { aSpec, ofKind, simulate } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import { type Fact, parseRecorded, type Recorded, record, writerOf } from "../src/index.js";

const { facts } = simulate(aSpec({ parallel: 2 }), { seed: 1 });
const recorded = (fact: Fact): Recorded => record("s", fact, writerOf(fact.kind), "2025-01-02T03:04:05Z");
const others: Fact[] = [
  { kind: "search.paused", control: 1 },
  { kind: "search.resumed", control: 2 },
  { kind: "search.failed", reason: "r", hint: "h" },
  { kind: "search.cancelled", reason: "r" },
  {
    kind: "search.archived",
    ...{ blob: "a".repeat(64), sequences: [1, 7], state: "finished", seed: 0 },
    ...{ created: "2025-01-02T03:04:05Z", ended: "2025-01-02T03:04:06Z" },
  },
  { kind: "search.deleted", checkpoint: "b".repeat(64) },
];
const all = [...facts, ...others].map(recorded);
const [evaluated] = ofKind(facts, "sample.evaluated").map(recorded);

const refusal = (value: unknown): InvalidInput => {
  try {
    parseRecorded(value, "facts.jsonl:7");
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("it was not refused");
};

describe("a recorded fact", () => {
  it("of every kind goes through JSON unchanged", () => {
    expect(new Set(all.map(({ fact }) => fact.kind)).size).toBe(18);
    for (const one of all) expect(parseRecorded(JSON.parse(JSON.stringify(one)), "x")).toEqual(one);
  });

  it("has no key __proto__, which a schema of names would leave out without a word", () => {
    for (const kind of ["round.scored", "sample.requested"] as const) {
      const [fact] = ofKind(facts, kind);
      const text = JSON.stringify(fact === undefined ? undefined : recorded(fact));
      const forged = text.replace(/"normal":/, '"__proto__":[],"normal":');
      expect(forged).not.toBe(text);
      expect(refusal(JSON.parse(forged)).field).toMatch(/^facts\.jsonl:7\.fact\.\w+\.__proto__$/);
    }
  });

  it("has no key but its own", () => {
    for (const one of all) {
      expect(() => parseRecorded({ ...one, extra: 1 }, "x")).toThrow(
        expect.objectContaining({ code: "INVALID_INPUT" }),
      );
      expect(() => parseRecorded({ ...one, fact: { ...one.fact, extra: 1 } }, "x")).toThrow(
        expect.objectContaining({ code: "INVALID_INPUT" }),
      );
    }
  });

  it("lacks none of its keys", () => {
    for (const one of all) {
      for (const key of Object.keys(one.fact)) {
        const fact = Object.fromEntries(Object.entries(one.fact).filter(([name]) => name !== key));
        expect(() => parseRecorded({ ...one, fact }, "x"), `${one.fact.kind} without ${key}`).toThrow(
          expect.objectContaining({ code: "INVALID_INPUT" }),
        );
      }
    }
  });

  it("may say who did its job, by engine and code with a digest each, and nothing else of that", () => {
    const engine = { name: "wasm", digest: "e".repeat(64), versions: { node: "24.4.0" } };
    const code = { version: "0.1.0", digest: "f".repeat(64) };
    const said = (madeBy: unknown) => ({ ...evaluated, fact: { ...evaluated?.fact, madeBy } });
    expect(parseRecorded(said({ engine, code }), "x")).toEqual(said({ engine, code }));
    const field = (madeBy: unknown) => refusal(said(madeBy)).field;
    expect(field({ engine })).toBe("facts.jsonl:7.fact.madeBy.code");
    expect(field({ engine, code: { ...code, digest: "F" } })).toBe("facts.jsonl:7.fact.madeBy.code.digest");
    expect(field({ engine: { ...engine, versions: { node: 24 } }, code })).toBe(
      "facts.jsonl:7.fact.madeBy.engine.versions.node",
    );
    expect(field({ engine, code, host: "a" })).toBe("facts.jsonl:7.fact.madeBy");
  });

  it("of another version says so", () => {
    const error = refusal({ ...evaluated, version: 2 });
    expect(error).toMatchObject({ field: "facts.jsonl:7.version", allowed: "1" });
    expect(error.hint).toContain("version");
  });

  it("lies on the subject of its fact", () => {
    expect(refusal({ ...evaluated, subject: "bnas.search.s.round.1.pass.1.sample.9.evaluated" }).field).toBe(
      "facts.jsonl:7.subject",
    );
    expect(refusal({ ...evaluated, subject: "elsewhere" }).field).toBe("subject");
  });

  it("has the writer of its kind", () => {
    expect(refusal({ ...evaluated, writer: "trainer" })).toMatchObject({
      field: "facts.jsonl:7.writer",
      allowed: "evaluator",
    });
  });

  it.each([
    [{ kind: "sample.evaluate" }, "facts.jsonl:7.fact.kind"],
    [{ ...evaluated?.fact, correct: -1 }, "facts.jsonl:7.fact.correct"],
    [{ ...evaluated?.fact, correct: 101, total: 100 }, "facts.jsonl:7.fact.correct"],
    [{ ...evaluated?.fact, round: 0 }, "facts.jsonl:7.fact.round"],
    [{ ...evaluated?.fact, total: 1.5 }, "facts.jsonl:7.fact.total"],
  ])("is refused by the path of what is wrong: %j", (fact, field) => {
    expect(refusal({ ...evaluated, fact }).field).toBe(field);
  });

  it("is refused by the path of what is wrong within the stage that was meant", () => {
    const [trained] = ofKind(facts, "epoch.trained").map(recorded);
    const alpha = { normal: [{ none: "1" }], reduce: [] };
    expect(refusal({ ...trained, fact: { ...trained?.fact, alpha } }).field).toBe(
      "facts.jsonl:7.fact.alpha.normal[0].none",
    );
    expect(refusal({ ...trained, fact: { ...trained?.fact, checkpoint: "x" } }).field).toBe(
      "facts.jsonl:7.fact.checkpoint",
    );
    expect(refusal({ ...trained, fact: { ...trained?.fact, loss: null } }).field).toBe("facts.jsonl:7.fact.loss");
  });

  it("has a time in UTC", () => {
    expect(refusal({ ...evaluated, time: "2025-01-02T03:04:05+01:00" }).field).toBe("facts.jsonl:7.time");
  });

  it("is an object", () => {
    for (const value of [null, 3, "x", []]) expect(refusal(value).field).toBe("facts.jsonl:7");
  });
});
