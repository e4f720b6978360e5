import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { factsFileText, parseFactsFile } from "@bnas/log";
import { FACT_KINDS, type Fact, record, rowOf, writerOf } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { runText, schemaFaults } from "../fixtures/fixtures.js";

const faults = schemaFaults();
const linesOf = (text: string): readonly string[] => text.trim().split("\n");

/** A line of every kind of fact, as a log in a file writes it. */
const examples = linesOf(
  factsFileText(
    FACT_KINDS.map((kind) =>
      record("s", { kind, ...rowOf(kind).example } as Fact, writerOf(kind), "2025-01-02T03:04:05Z"),
    ),
  ),
);

describe("docs/facts.schema.json", () => {
  it.each(["bnas", "pc-darts", "parallel-cut"])("describes every line of the facts.jsonl of a run: %s", (run) => {
    for (const line of linesOf(runText(`${run}/facts.jsonl`))) expect(faults(line), line.slice(0, 120)).toBeNull();
  });

  it("describes a line of every kind of fact", () => {
    expect(examples).toHaveLength(FACT_KINDS.length);
    for (const line of examples) expect(faults(line), line.slice(0, 120)).toBeNull();
  });

  it.each([
    ["without its seal", ({ sha256: _, ...line }: Line) => line],
    ["whose seal is no hash", (line: Line) => ({ ...line, sha256: "x" })],
    ["of another version", (line: Line) => ({ ...line, version: 2 })],
    ["with a field more", (line: Line) => ({ ...line, more: 1 })],
    ["whose fact has a field more", (line: Line) => ({ ...line, fact: { ...line.fact, more: 1 } })],
    ["whose fact is of no kind", (line: Line) => ({ ...line, fact: { ...line.fact, kind: "search.noted" } })],
    ["by another writer", (line: Line) => ({ ...line, writer: "operator" })],
    ["with a time that is none", (line: Line) => ({ ...line, time: "yesterday" })],
  ])("refuses a line %s", (_, change) => {
    for (const line of examples) expect(faults(JSON.stringify(change(JSON.parse(line))))).not.toBeNull();
  });
});

describe("the seal in docs/facts.md", () => {
  const [, line = ""] =
    /```text\n(\{.*\})\n```/.exec(readFileSync(new URL("../../docs/facts.md", import.meta.url), "utf8")) ?? [];

  it("is that of its line: the SHA-256 of the line without the field", () => {
    const { sha256 } = JSON.parse(line);
    expect(
      createHash("sha256")
        .update(line.replace(`,"sha256":"${sha256}"`, ""))
        .digest("hex"),
    ).toBe(sha256);
    expect(parseFactsFile(`${line}\n`, "facts.jsonl").facts).toHaveLength(1);
    expect(faults(line)).toBeNull();
  });

  it("is found the same way on a line of a run", () => {
    const [first = ""] = linesOf(runText("bnas/facts.jsonl"));
    const { sha256 } = JSON.parse(first);
    expect(
      createHash("sha256")
        .update(first.replace(`,"sha256":"${sha256}"`, ""))
        .digest("hex"),
    ).toBe(sha256);
  });
});

type Line = { readonly sha256: string; readonly fact: object };
