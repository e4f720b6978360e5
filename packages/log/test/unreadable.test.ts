import { control } from "@bnas/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUnreadable, readMessage } from "../src/unreadable.js";

const fact = control(1);
const subject = "bnas.search.s.control.1";
const read = (value: unknown, on = subject) =>
  readMessage({
    subject: on,
    sequence: 7,
    data: value instanceof Uint8Array ? value : Buffer.from(typeof value === "string" ? value : JSON.stringify(value)),
  });
const reasonOf = (value: unknown, on?: string): string => {
  const message = read(value, on);
  return isUnreadable(message) ? message.reason : "none";
};

describe("a message of a log", () => {
  it("is the fact that it holds, with its place", () => {
    expect(read(fact)).toEqual({ ...fact, sequence: 7 });
  });

  it.each([
    ["not-json", "scribble"],
    ["not-json", ""],
    ["not-json", new Uint8Array([0x22, 0xff, 0x22])],
    ["not-a-fact", "null"],
    ["not-a-fact", "[]"],
    ["not-a-fact", {}],
    ["not-a-fact", { ...fact, version: "2" }],
    ["not-a-fact", { ...fact, time: "today" }],
    ["not-a-fact", { ...fact, more: 1 }],
    ["not-a-fact", "[".repeat(100_000) + "]".repeat(100_000)],
    ["newer-version", { ...fact, version: 2 }],
    ["newer-version", { version: 3, unlike: "ours" }],
    ["unknown-kind", { ...fact, fact: { kind: "search.dreamt" } }],
    ["other-subject", { ...fact, subject: "bnas.search.s.control.2" }],
    ["wrong-writer", { ...fact, writer: "trainer" }],
  ])("is no fact, because it is %s: %j", (reason, value) => {
    expect(reasonOf(value)).toBe(reason);
  });

  it.each(["bnas.search.UPPER.control.1", "bnas.search.a", "bnas.search..control.1", "other.subject"])(
    "is no fact on %s, which is the subject of no search",
    (on) => {
      expect(reasonOf({ ...fact, subject: on }, on)).toBe("bad-subject");
    },
  );

  it("is read or set aside whatever its bytes are, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (data, on) => {
        const message = readMessage({ subject: on, sequence: 1, data });
        expect(isUnreadable(message)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(isUnreadable(read(text))).toBe(true);
      }),
    );
  });

  it("is kept by its beginning alone, with what is wrong in few words", () => {
    const long = read(`{"version":1,"subject":"${"x".repeat(1_000_000)}"}`);
    if (!isUnreadable(long)) throw new Error("it is no fact");
    expect(long.text).toHaveLength(2_000);
    expect(long.why.length).toBeLessThanOrEqual(500);
    expect(long.bytes).toBeGreaterThan(1_000_000);
  });
});
