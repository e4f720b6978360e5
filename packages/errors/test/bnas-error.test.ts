import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import {
  fault,
  hasCode,
  invalidInput,
  isBnasError,
  isInvalidInput,
  notAllowed,
  retryLater,
  sentence,
} from "../src/index.js";

describe("an error of input", () => {
  it("says the field, the value, what is allowed and what to do next", () => {
    expect(invalidInput("spec.cells", 1, "a whole number from 2 to 32", "Use 8.").message).toBe(
      "spec.cells: 1 is not allowed; it takes a whole number from 2 to 32. Use 8.",
    );
  });

  it("shows a long value by its beginning, never by half of a character", () => {
    for (let before = 0; before < 4; before++) {
      const { message } = invalidInput("field", `${"x".repeat(before)}${"🦉".repeat(100)}`, "less", "Take less.");
      // Half a character has no URI, and an error with one could not be sent.
      expect(() => encodeURI(message)).not.toThrow();
      expect(message).toMatch(/^field: "x*(🦉)+\.\.\. is not allowed; it takes less\. Take less\.$/u);
    }
  });

  it("shows a value of 120 characters whole, and 117 of a longer one", () => {
    const shown = (length: number) => invalidInput("f", "x".repeat(length - 2), "less", "").message;
    expect(shown(120)).toContain(`f: "${"x".repeat(118)}" is`);
    expect(shown(121)).toContain(`f: "${"x".repeat(116)}... is`);
  });

  it("shows what is no JSON, too", () => {
    const itself: Record<string, unknown> = {};
    itself.self = itself;
    for (const [value, shown] of [
      [10n, "10"],
      [itself, "[object Object]"],
      [undefined, "undefined"],
      [[1n], "[object Array]"],
    ]) {
      expect(invalidInput("field", value, "x", "y").message).toContain(`field: ${shown} is`);
    }
  });
});

describe("an error", () => {
  it("is distinguished by its code", () => {
    const missing = fault("NOT_FOUND", "there is no search x", "look");
    expect(hasCode(missing, "NOT_FOUND")).toBe(true);
    expect(hasCode(missing, "UNAVAILABLE", "NOT_FOUND")).toBe(true);
    expect(hasCode(missing, "UNAVAILABLE")).toBe(false);
    expect(isInvalidInput(missing)).toBe(false);
    expect(isInvalidInput(invalidInput("a", 1, "2", ""))).toBe(true);
    expect(isInvalidInput(notAllowed("FACTS_DAMAGED", "a", 1, "2", ""))).toBe(false);
  });

  it("is known by its mark, not by its class, and not by a code alone", () => {
    const ofAnotherCopy = Object.assign(new Error("x"), { code: "NOT_FOUND", [Symbol.for("bnas.dev/error")]: true });
    expect(hasCode(ofAnotherCopy, "NOT_FOUND")).toBe(true);
    for (const other of [Object.assign(new Error("x"), { code: "NOT_FOUND" }), { code: "NOT_FOUND" }, null, "x"]) {
      expect(isBnasError(other)).toBe(false);
      expect(hasCode(other, "NOT_FOUND")).toBe(false);
    }
  });

  it("has the row of its code, and the cause that it was made of", () => {
    const cause = new Error("ECONNREFUSED");
    const away = fault("UNAVAILABLE", "no one answers", "start it", { cause });
    expect(away.row).toMatchObject({ exit: 5, status: { number: 14, name: "UNAVAILABLE" } });
    expect(away.with({ hint: "wait" })).toMatchObject({ cause, hint: "wait", message: "no one answers" });
    expect("cause" in fault("UNAVAILABLE", "x", "").with({})).toBe(false);
  });

  it("has the delay of what is to be tried again", () => {
    expect(retryLater(100, "soon")).toMatchObject({ code: "RETRY", delayMs: 100, message: "soon", hint: "" });
    expect(fault("UNAVAILABLE", "x", "y").delayMs).toBeUndefined();
  });

  it("is about no input where none is named", () => {
    for (const error of [fault("NOT_FOUND", "x", "y"), retryLater(1, "x")]) {
      expect(error).toMatchObject({ path: [], field: "", value: undefined, allowed: "" });
    }
  });

  it("is printed by Node with its name and its message", () => {
    expect(inspect(fault("NOT_FOUND", "there is no search x", ""))).toMatch(/^BnasError: there is no search x\n/);
  });
});

describe("the sentence of an error", () => {
  it.each([
    [
      fault("NOT_FOUND", "there is no search x", "bnas list tells the ids"),
      "there is no search x. Bnas list tells the ids",
    ],
    [fault("UNAVAILABLE", "it is unavailable", ""), "it is unavailable"],
    [invalidInput("a", 1, "2", "Take 2."), "a: 1 is not allowed; it takes 2. Take 2."],
    [new TypeError("x"), "x"],
    ["thrown by hand", "thrown by hand"],
  ])("tells what is wrong and what to do: %#", (error, line) => expect(sentence(error)).toBe(line));
});
