import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

// How the subject of a fact is spelt is said once, in the table of packages/search/src/facts (docs/adr/0013). Other code makes
// subjects and patterns by subjectOf, patternOf, patternsOf, searchPattern or ALL_SEARCHES.

const root = new URL("../..", import.meta.url).pathname;

/** Where subjects may be spelt by hand: the table itself, and what tests expect of it. */
const allowed = ["packages/search/src/facts/", "packages/testing/src/"];

/** Lines of source that spell a subject, in a text or in a regular expression, without comments. */
const spelt = (): readonly string[] => {
  const found = execFileSync(
    "git",
    ["grep", "-nE", "--untracked", String.raw`bnas\\?\.search\\?\.`, "--", "*/src/*.ts"],
    {
      cwd: root,
      encoding: "utf8",
    },
  );
  return found
    .trim()
    .split("\n")
    .filter((line) => !allowed.some((folder) => line.startsWith(folder)))
    .filter((line) => !/^[^:]+:\d+:\s*(\*|\/\*|\/\/)/.test(line));
};

describe("the subjects of facts", () => {
  it("are spelt in one place, by the table of facts", () => {
    expect(spelt()).toEqual([]);
  });
});
