import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fault, fieldOf, invalidInput, isBnasError, pathOf, under } from "../src/index.js";
import { anyError, anyPath, wordPath } from "./builders.js";

describe("a path", () => {
  it.each([
    ["spec.data.imageSize", ["spec", "data", "imageSize"]],
    ["facts[3].round", ["facts", 3, "round"]],
    ["normal[2][0]", ["normal", 2, 0]],
    ["cells", ["cells"]],
    ["--out", ["--out"]],
    ["BNAS_LOG", ["BNAS_LOG"]],
    ["runs/facts.jsonl line 7", ["runs/facts.jsonl line 7"]],
    ["a[01]", ["a[01]"]],
    ["", [""]],
  ])("of %j is %j, and reads so", (field, path) => {
    expect(pathOf(field)).toEqual(path);
    expect(fieldOf(path)).toBe(field);
  });

  it("may begin with an index, and may be empty", () => {
    expect(fieldOf([3, "round"])).toBe("[3].round");
    expect(fieldOf([])).toBe("");
  });

  it("is read out of any text so that it gives that text", () => {
    fc.assert(
      fc.property(fc.string(), (field) => {
        expect(fieldOf(pathOf(field))).toBe(field);
      }),
    );
    const pieces = fc.constantFrom("a", "b1", ".", "[", "]", "0", "12", "-", " ");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
        expect(fieldOf(pathOf(parts.join("")))).toBe(parts.join(""));
      }),
    );
  });

  it("of words is what its text reads", () => {
    fc.assert(
      fc.property(wordPath, (path) => {
        expect(pathOf(fieldOf(path))).toEqual(path);
      }),
    );
  });
});

describe("an error under a prefix", () => {
  it("is about the larger input, and else the same", () => {
    const inner = invalidInput("imageSize", 3, "0, or 8 to 512", "Write 0.");
    const outer = under("spec.data", inner);
    expect(outer).toMatchObject({ code: "INVALID_INPUT", field: "spec.data.imageSize", value: 3, hint: "Write 0." });
    expect(outer).toHaveProperty("message", "spec.data.imageSize: 3 is not allowed; it takes 0, or 8 to 512. Write 0.");
    expect(inner.field).toBe("imageSize");
  });

  it("says where it was thrown first", () => {
    const inner = invalidInput("a", 1, "2", "Take 2.");
    const outer = under("b", inner);
    if (!isBnasError(outer)) throw outer;
    const [, ...frames] = (inner.stack ?? "").split("\n");
    expect(outer.stack).toBe([`BnasError: ${outer.message}`, ...frames].join("\n"));
  });

  it("does not change by how many layers put their parts in front", () => {
    fc.assert(
      fc.property(anyPath, anyPath, anyError, (first, second, error) => {
        const twice = under(first, under(second, error));
        const once = under([...first, ...second], error);
        if (!isBnasError(twice) || !isBnasError(once)) throw twice;
        expect(twice.parts).toEqual(once.parts);
        expect(twice.message).toBe(once.message);
      }),
    );
  });

  it("is left alone where it is about no input, or comes from elsewhere", () => {
    for (const error of [fault("NOT_FOUND", "no such search", ""), new TypeError("x"), "x", undefined]) {
      expect(under("spec", error)).toBe(error);
    }
  });
});
