import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chart } from "./helm.js";
import { rowsOf, tableOf, withTable } from "./values-table.js";

const text = (name: string): string => readFileSync(join(chart, name), "utf8");
const rows = rowsOf(text("values.yaml"), JSON.parse(text("values.schema.json")));

describe("the table of the chart's values", () => {
  it("is in the README as values.yaml has it: npm run chart:values", () => {
    expect(text("README.md")).toBe(withTable(text("README.md"), tableOf(rows)));
  });

  it("says of every value what it is", () => {
    expect(rows.filter(({ meaning }) => meaning === "").map(({ path }) => path)).toEqual([]);
  });

  it("gives the comment above a value, with its default, and descends into groups", () => {
    const schema = { properties: { a: { properties: { b: {} } }, c: { description: "From the schema." } } };
    expect(
      rowsOf("# A group.\na:\n  # What b is,\n  # in two lines.\n  b: [1]\n\n# ---- section\nc: x\n", schema),
    ).toEqual([
      { path: "a", standard: "", meaning: "A group." },
      { path: "a.b", standard: "[1]", meaning: "What b is, in two lines." },
      { path: "c", standard: '"x"', meaning: "From the schema." },
    ]);
  });
});
