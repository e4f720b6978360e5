import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPlain, hasCode, invalidInput, isBnasError, toPlain } from "../src/index.js";
import { anyError } from "./builders.js";

/** As a message to a thread and back. */
const crossed = (error: unknown): Error => fromPlain(structuredClone(toPlain(error)));

describe("an error that crosses to another thread", () => {
  it("is the same there: code, parts, message and stack", () => {
    fc.assert(
      fc.property(anyError, (error) => {
        const there = crossed(error);
        if (!isBnasError(there)) throw there;
        expect(there.code).toBe(error.code);
        expect(there.parts).toEqual(error.parts);
        expect(there.message).toBe(error.message);
        expect(there.stack).toBe(error.stack);
      }),
    );
  });

  it("has a stack of its own where it came without one", () => {
    const bare = Object.assign(invalidInput("f", 1, "2", "Take 2."), { stack: undefined });
    expect(toPlain(bare)).toMatchObject({ stack: "" });
    expect(crossed(bare).stack).toMatch(/^BnasError: f: 1 is not allowed/);
    expect(toPlain(Object.assign(new Error("x"), { stack: undefined }))).toMatchObject({ stack: "" });
    expect(toPlain("thrown by hand")).toMatchObject({ stack: "" });
  });

  it("shows a value that no message can contain", () => {
    const there = crossed(invalidInput("f", () => 1, "a number", "Give one."));
    expect(there).toMatchObject({ code: "INVALID_INPUT", field: "f", value: "() => 1" });
  });

  it("is one of ours there when the disk is full", () => {
    const full = Object.assign(new Error("ENOSPC: no space left"), { code: "ENOSPC", syscall: "write" });
    expect(crossed(full)).toMatchObject({ code: "NO_ROOM", message: "ENOSPC: no space left" });
  });

  it("of another origin keeps its name, message and stack, and is still none of ours", () => {
    const error = new RangeError("Array buffer allocation failed");
    const there = crossed(error);
    expect(there).toMatchObject({ name: "RangeError", message: error.message, stack: error.stack });
    expect(hasCode(there, "INTERNAL")).toBe(false);
    expect(crossed("thrown by hand")).toMatchObject({ name: "Error", message: "thrown by hand" });
  });
});
