import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(resolve(root, "docs/threat-model.md"), "utf8");

/** A row of a table of defences: what an attacker tries, what stops it, and what shows that it does. */
type Defence = { readonly tries: string; readonly shownBy: string };

const isDefence = (cells: readonly string[]): boolean =>
  cells.length === 3 && !/^(what they try|-+)$/.test(cells[0] ?? "");

const defences: readonly Defence[] = page.split("\n").flatMap((line) => {
  const cells = line.split("|").slice(1, -1);
  const [tries = "", , shownBy = ""] = cells.map((cell) => cell.trim());
  return isDefence(cells.map((cell) => cell.trim())) ? [{ tries, shownBy }] : [];
});

/** A test by its file and its title, as docs/threat-model.md writes them. */
const NAMED_TEST = /^`([^`]+\.test\.ts)` "([^"]+)"$/;
/** A check that is no single test: commands, and the script of CI. */
const COMMAND = /^`(npm run|\.ci\/run)[^`]*`(, `npm run [^`]*`)*$/;

describe("docs/threat-model.md", () => {
  it("has defences against each attacker", () => {
    expect(defences.length).toBeGreaterThan(30);
  });

  it.each(defences.map((defence) => [defence.tries, defence] as const))(
    "names what shows that this is stopped: %s",
    (_, { shownBy }) => {
      const [, file, title] = NAMED_TEST.exec(shownBy) ?? [];
      if (file === undefined || title === undefined) {
        expect(shownBy, "neither a test nor a command").toMatch(COMMAND);
        return;
      }
      expect(existsSync(resolve(root, file)), `${file} is not there: name where the test is now`).toBe(true);
      expect(readFileSync(resolve(root, file), "utf8"), `${file} has no test of this name`).toContain(title);
    },
  );

  it("says for each attacker what is not stopped today", () => {
    const attackers = page.split(/^## /m).filter((section) => section.includes("| what they try"));
    for (const section of attackers) expect(section, section.split("\n")[0]).toMatch(/\*\*Not stopped today\*\*/);
  });
});
