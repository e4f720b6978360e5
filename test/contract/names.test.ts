import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

// A reader jumps from a name to its definition. With two definitions of one name he lands in the wrong room.

const root = resolve(import.meta.dirname, "../..");
const sources: readonly string[] = execFileSync(
  "git",
  ["ls-files", "packages/*/src/*", "services/*/src/*", "cli/src/*"],
  {
    cwd: root,
    encoding: "utf8",
  },
)
  .split("\n")
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts") && existsSync(join(root, path)));

/** An operation has one name: where it is declared, and in each backend that computes it. */
const sameThing = /^packages\/kernels\/src\/(ops|portable|tensorflow|wasm)\//;

const exported =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:type|class|const|function\*?|interface|enum|let) (\w+)/gm;

/** The exported names that are defined in several files, with the files. @param text of a file */
const definedTwice = (paths: readonly string[], text: (path: string) => string): readonly string[] => {
  const definitions = new Map<string, string[]>();
  for (const path of paths) {
    // Overloads are one definition.
    for (const name of new Set([...text(path).matchAll(exported)].map(([, name = ""]) => name))) {
      definitions.set(name, [...(definitions.get(name) ?? []), path]);
    }
  }
  return [...definitions]
    .filter(([, where]) => where.length > 1 && !where.every((path) => sameThing.test(path)))
    .map(([name, where]) => `${name}: ${where.join(", ")}`);
};

describe("an exported name", () => {
  it("is defined once in all packages, services and the command line", () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(definedTwice(sources, (path) => readFileSync(join(root, path), "utf8"))).toEqual([]);
  });

  it("is found whatever it names, and is one thing in the backends of the kernels", () => {
    const files: Readonly<Record<string, string>> = {
      "a.ts": "export type Job = 1;\nexport async function go() {}\nconst hidden = 1;",
      "b.ts": "export class Job {}\nexport const go = 1;\nexport const hidden = 2;",
      "packages/kernels/src/ops/x.ts": "export const conv = 1;",
      "packages/kernels/src/wasm/x.ts": "export const conv = 2;",
    };
    expect(definedTwice(Object.keys(files), (path) => files[path] ?? "")).toEqual([
      "Job: a.ts, b.ts",
      "go: a.ts, b.ts",
    ]);
  });
});
