import { readFileSync } from "node:fs";
import { type InvalidInput, isInvalidInput } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { parseRanges } from "../gate/ranges.js";
import { ROWS } from "../rows.js";

const FILE = "ranges.json";
const range = { least: 1, usual: 2, most: 3, comment: "five runs" };

const parse = (rows: unknown, names = ["fold"]) => parseRanges(JSON.stringify({ rows }), FILE, names);

/** The error of ranges that cannot be used. */
const refusal = (act: () => unknown): InvalidInput => {
  try {
    act();
  } catch (error) {
    if (isInvalidInput(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
};

describe("the file of ranges", () => {
  it("gives the range of every row", () => {
    expect(parse({ fold: range }).get("fold")).toEqual(range);
  });

  it("of this project has a range for every row and for nothing else", () => {
    const text = readFileSync(new URL("../ranges.json", import.meta.url), "utf8");
    const names = Object.keys(ROWS);
    expect([...parseRanges(text, FILE, names).keys()]).toEqual(names);
  });

  it("is refused where a row has no range", () => {
    const { field, value, allowed } = refusal(() => parse({ fold: range }, ["fold", "decide"]));
    expect({ field, value, allowed }).toEqual({
      field: "ranges.json.rows.decide",
      value: undefined,
      allowed: "an object with least, usual, most, comment",
    });
  });

  it("is refused where it names a row that there is not", () => {
    const { field, value, allowed } = refusal(() => parse({ fold: range, flod: range }));
    expect({ field, value, allowed }).toEqual({ field: "ranges.json.rows", value: "flod", allowed: "the rows fold" });
  });

  it("is refused where it is no JSON", () => {
    const { field, value, allowed } = refusal(() => parseRanges("{rows", FILE, ["fold"]));
    expect({ field, value, allowed }).toEqual({ field: "ranges.json", value: "{rows", allowed: "JSON" });
  });

  it.each([
    ["a file that is a list", [], "ranges.json", []],
    ["a file without rows", { row: {} }, "ranges.json.rows", undefined],
  ])("is refused: %s", (_, file, field, value) => {
    const found = refusal(() => parseRanges(JSON.stringify(file), FILE, ["fold"]));
    expect([found.field, found.value]).toEqual([field, value]);
  });

  it.each([
    ["a bound that is a text", { most: "3" }, "most", "3", "a number of at least 2"],
    ["a bound that is left out", { least: undefined }, "least", undefined, "a number greater than 0"],
    ["a bound of nothing", { least: 0 }, "least", 0, "a number greater than 0"],
    ["a usual ratio below the least", { usual: 0.5 }, "usual", 0.5, "a number of at least 1"],
    ["a most below the usual ratio", { most: 1.5 }, "most", 1.5, "a number of at least 2"],
    ["a range that lets a doubled cost pass", { most: 4 }, "most", 4, "less than twice usual, 4"],
    ["a range from nowhere", { comment: " " }, "comment", " ", "a text"],
    ["a word that is not known", { max: 3 }, "max", 3, "only the fields least, usual, most, comment"],
  ])("is refused: %s", (_, change, key, value, allowed) => {
    const found = refusal(() => parse({ fold: { ...range, ...change } }));
    expect([found.field, found.value, found.allowed]).toEqual([`ranges.json.rows.fold.${key}`, value, allowed]);
  });
});
