import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { partsOf } from "./file-parts.js";

// What the formatter does not decide (CONTRIBUTING.md, Style). Without this test every author writes in another hand.

const root = resolve(import.meta.dirname, "../..");
const sources: readonly string[] = execFileSync(
  "git",
  ["ls-files", "packages/*/src/*", "services/*/src/*", "cli/src/*", ":!packages/*/src/gen/*"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && existsSync(join(root, path)));

const found = (look: (text: string) => readonly string[]): readonly string[] =>
  sources.flatMap((path) => look(readFileSync(join(root, path), "utf8")).map((what) => `${path}: ${what}`));

/** A function that could be an arrow: no generator, no assertion, and declared once (overloads are declared several times). */
const declaredFunctions = (text: string): readonly string[] => {
  const names = [...text.matchAll(/^\s*(?:export )?(?:async )?function (\w+)(?=[<(])(?!.*\): asserts )/gm)].map(
    ([, name = ""]) => name,
  );
  return names.filter((name) => names.filter((other) => other === name).length === 1);
};

/** Docstrings that say what is thrown in a sentence, not in a tag. */
const thrownInProse = (text: string): readonly string[] =>
  partsOf("a.ts", text).prose.match(/(?<=^|[\s*])Throws [^\n]*/gm) ?? [];

/** Numbers, texts and regular expressions at the top of a file that are not UPPER_CASE. */
const lowerLiterals = (text: string): readonly string[] =>
  [
    ...text.matchAll(
      /^(?:export )?const ([a-z]\w*)(?:: [^=\n]+)? =\s*(?:-?[\d][\d_.e*\s-]*|"[^"\n]*"|\/[^\n]+\/[a-z]*);$/gm,
    ),
  ].map(([, name = ""]) => name);

describe("a source file", () => {
  it("has arrows: only a generator, an assertion and an overload are functions", () => {
    expect(found(declaredFunctions)).toEqual([]);
    expect(declaredFunctions("function a() {}\nexport async function b<T>(x: T) {}")).toEqual(["a", "b"]);
    expect(declaredFunctions("function* a() {}\nfunction c(x: 1): 1;\nfunction c(x: 2): 2;")).toEqual([]);
    expect(declaredFunctions("export function isIt(x: unknown): asserts x is 1 {}")).toEqual([]);
  });

  it("says in @throws what a function throws", () => {
    expect(found(thrownInProse)).toEqual([]);
    expect(thrownInProse("/** The fact. Throws X. */")).toEqual(["Throws X. */"]);
    expect(thrownInProse('/** @throws X */ const a = "Throws X";')).toEqual([]);
  });

  it("has literals at its top in UPPER_CASE", () => {
    expect(found(lowerLiterals)).toEqual([]);
    const text =
      'const aB = 1_000;\nexport const b = "x";\nconst c = /x/g;\nconst D = 1;\nconst e = f();\n  const g = 1;';
    expect(lowerLiterals(text)).toEqual(["aB", "b", "c"]);
  });
});
