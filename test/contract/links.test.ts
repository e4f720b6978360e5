import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root })
  .toString()
  .trim()
  .split("\n")
  .filter((path) => existsSync(join(root, path)));

/** Paths that the links of a page lead to, without those to other places and within the page. Code is left out. */
const linksOf = (text: string): readonly string[] => {
  const prose = text.replace(/^```[\s\S]*?^```/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target.split("#")[0] ?? "")
    .filter((target) => target !== "" && !/^[a-z]+:/.test(target));
};

describe("the links of a page", () => {
  it.each(pages)("lead to files that are there: %s", (page) => {
    const lost = linksOf(readFileSync(join(root, page), "utf8")).filter(
      (target) => !existsSync(join(root, dirname(page), target)),
    );
    expect(lost).toEqual([]);
  });
});
