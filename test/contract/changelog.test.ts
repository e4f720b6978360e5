import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { noteOf, withRelease } from "../../.changeset/changelog.js";

const folder = resolve(import.meta.dirname, "../../.changeset");
const changesets = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");

describe("a changeset", () => {
  it("becomes an item of a list, its further lines below the first", () => {
    expect(noteOf('---\n"@bnas/cli": minor\n---\n\n`bnas show` reads more.\n\nSee docs/spec.md.\n')).toBe(
      "- `bnas show` reads more.\n\n  See docs/spec.md.",
    );
  });

  it("says nothing when nothing stands after its front matter", () => {
    expect(noteOf('---\n"@bnas/cli": patch\n---\n')).toBe("");
  });

  it.each(changesets)("names a package of ours and says something: %s", (name) => {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text).toMatch(/^---\n"@bnas\/[a-z-]+": (major|minor|patch)\n---\n/);
    expect(noteOf(text)).not.toBe("");
  });
});

describe("a release in CHANGELOG.md", () => {
  const head = "# Changelog\n\nAll that a user can notice.\n\n";
  const release = { version: "0.2.0", date: "2027-01-31", notes: ["- one", "- two"] };

  it("comes before all others", () => {
    expect(withRelease(`${head}## 0.1.0 - 2026-12-01\n\n- first\n`, release)).toBe(
      `${head}## 0.2.0 - 2027-01-31\n\n- one\n- two\n\n## 0.1.0 - 2026-12-01\n\n- first\n`,
    );
  });

  it("dates the section of its version that was unreleased, and adds to its lines", () => {
    const before = `${head}## 0.2.0 - unreleased\n\n- early\n\n## 0.1.0 - 2026-12-01\n\n- first\n`;
    expect(withRelease(before, release)).toBe(
      `${head}## 0.2.0 - 2027-01-31\n\n- early\n- one\n- two\n\n## 0.1.0 - 2026-12-01\n\n- first\n`,
    );
  });

  it("is the first one in a changelog without any", () => {
    expect(withRelease(head, release)).toBe(`${head}## 0.2.0 - 2027-01-31\n\n- one\n- two\n\n`);
  });
});
