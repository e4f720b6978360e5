import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

// A line that leads nowhere asks no one, and a package without a line has a reviewer who does not know it. Neither is seen otherwise.

const root = resolve(import.meta.dirname, "../..");
const files: readonly string[] = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 })
  .trim()
  .split("\n");
const lines = readFileSync(join(root, "CODEOWNERS"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split(/\s+/))
  .map(([pattern = "", ...owners]) => ({ pattern, owners }));

/** As the host reads the patterns that are used here: `*`, or a folder or a file from the root. */
const matches = (pattern: string, file: string): boolean =>
  pattern === "*" || (pattern.endsWith("/") ? `/${file}`.startsWith(pattern) : `/${file}` === pattern);

/** The line that counts for a file: the last that matches. */
const lineOf = (file: string) => lines.findLast(({ pattern }) => matches(pattern, file));

describe("CODEOWNERS", () => {
  it.each(lines)("has a line that counts for a file that is there, and owners: $pattern", ({ pattern, owners }) => {
    expect(owners.length).toBeGreaterThan(0);
    for (const owner of owners) expect(owner).toMatch(/^@[\w-]+(\/[\w-]+)?$/);
    expect(files.some((file) => lineOf(file)?.pattern === pattern)).toBe(true);
  });

  it("has a line for every package, every service and the command line", () => {
    const folders = new Set(files.flatMap((file) => /^(?:(?:packages|services)\/\w+|cli)\//.exec(file)?.[0] ?? []));
    const named = new Set(lines.map(({ pattern }) => pattern.slice(1)));
    expect([...folders].filter((folder) => !named.has(folder))).toEqual([]);
  });

  it("says that its teams are not confirmed, as long as they are those of no one", () => {
    const text = readFileSync(join(root, "CODEOWNERS"), "utf8");
    expect(text.includes("NOT CONFIRMED")).toBe(text.includes("@bnas-mesh/"));
  });
});
