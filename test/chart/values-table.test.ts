import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { chart } from "./helm.js";
import { rowsOf, tablesOf, withTables } from "./values-table.js";

const text = (name: string): string => readFileSync(join(chart, name), "utf8");
const rows = rowsOf(text("values.yaml"), JSON.parse(text("values.schema.json")));

describe("the table of the chart's values", () => {
  it("is in the README as values.yaml has it: npm run chart:values", () => {
    expect(text("README.md")).toBe(withTables(text("README.md"), tablesOf(rows)));
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

  it("has a section for each group, and its long defaults in values.yaml alone", () => {
    const long = JSON.stringify("x".repeat(80));
    expect(
      tablesOf([
        { path: "c", standard: "1", meaning: "C." },
        { path: "a", standard: "", meaning: "A group." },
        { path: "a.b", standard: long, meaning: "This | that." },
      ]),
    ).toBe(
      [
        "| value | default | what it is |",
        "| ----- | ------- | ---------- |",
        "| `c`   | `1`     | C.         |",
        "",
        "### a",
        "",
        "A group.",
        "",
        "| value | default           | what it is    |",
        "| ----- | ----------------- | ------------- |",
        "| `a.b` | see `values.yaml` | This \\| that. |",
      ].join("\n"),
    );
  });
});
