import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { factsJsonSchema, specTable } from "../src/explain/documents.js";
import { factKinds } from "../src/explain/fact-documents.js";
import { matches, PRESET_NAMES, parseRecorded, specKeys, subjectOf, writerOf } from "../src/index.js";

const doc = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), "utf8");
const current = "run `npm run docs --workspace packages/search`";

/** What an example stands for: `"... 14 edges"` is more of the entry before it. */
const complete = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.at(-1) === "... 14 edges" ? Array(14).fill(value[0]) : value.map(complete);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, complete(inner)]));
};

describe("docs/facts.schema.json", () => {
  it("is made of the schema that facts are checked by", () => {
    expect(JSON.parse(doc("facts.schema.json")), current).toEqual(JSON.parse(JSON.stringify(factsJsonSchema())));
  });
});

describe("docs/spec.md", () => {
  it("shows every field with its range, meaning and defaults", () => {
    // The formatter pads the columns.
    const spec = doc("spec.md").replace(/-{3,}/g, "---").replace(/ {2,}/g, " ");
    expect(spec, current).toContain(`<!-- table -->\n${specTable()}\n<!-- end of table -->`);
    for (const key of specKeys) expect(spec).toContain(`| \`${key}\` |`);
    for (const name of PRESET_NAMES) expect(spec).toContain(`- \`${name}\``);
  });
});

/** Without what the formatter changes. */
const bare = (text: string): string => text.replace(/-{3,}/g, "---").replace(/\s/g, "");

describe("docs/facts.md", () => {
  it("says of every kind what the table says", () => {
    const [, made = ""] = /<!-- kinds -->(.*)<!-- end of kinds -->/s.exec(doc("facts.md")) ?? [];
    expect(bare(made), current).toBe(bare(factKinds()));
  });

  const sections = doc("facts.md").split(/^### /m).slice(1);
  const kinds = sections.map((section) => /^`([a-z.]+)`/.exec(section)?.[1] ?? "");

  it("has a section for every kind of fact", () => {
    const schema = JSON.stringify(factsJsonSchema());
    const known = new Set([...schema.matchAll(/"const":"([a-z]+(?:\.[a-z]+)+)"/g)].map(([, kind]) => kind));
    expect(known.size).toBe(28);
    expect(new Set(kinds)).toEqual(known);
    expect(kinds).toHaveLength(28);
  });

  it.each(sections.map((section, place) => [kinds[place] ?? "", section] as const))(
    "shows of %s its writer, its subjects and an example that is a fact",
    (kind, section) => {
      const [, json = ""] = /```json\n(.*?)\n```/s.exec(section) ?? [];
      const example = parseRecorded(complete(JSON.parse(json)), kind);
      expect(example.fact.kind).toBe(kind);
      expect(section).toContain(`Written by the ${writerOf(example.fact.kind)}`);
      const subjects = [...section.matchAll(/`bnas\.search\.<id>\.([^`]+)`/g)].map(([, tail = ""]) =>
        tail.replace(/<[a-z]>/g, "*"),
      );
      const subject = subjectOf("s", example.fact);
      expect(
        subjects.some((tail) => matches(`bnas.search.s.${tail}`, subject)),
        subject,
      ).toBe(true);
    },
  );
});
