import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { FAULT_NAMES } from "../sim/fault-names.js";
import { PLANTED } from "../sim/planted/planted.js";

const root = resolve(import.meta.dirname, "../..");
const page = readFileSync(resolve(root, "docs/robustness.md"), "utf8");
const [, section = ""] = page.split("## What was found\n");

/** What, found by, fixed by, shows it again, fixed in. */
const rows = (section.split(/^## /m)[0] ?? "")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| what ") && !line.startsWith("| --"))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1));

describe("docs/robustness.md", () => {
  it("has all that was found in one table", () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
    for (const row of rows) expect(row, row[0]).toHaveLength(5);
  });

  it.each(rows.map((row) => [row[0]?.trim() ?? "", row[3]?.trim() ?? "", row[4]?.trim() ?? ""]))(
    "names a command that there is: %s",
    (_, command, fixedIn) => {
      expect(command).toMatch(/^`(npx vitest run|npm run (sim|fuzz|test:chaos) --) .+`$/);
      expect(fixedIn).toMatch(/^(open|`[0-9a-f]{8}`)$/);
      for (const [path] of command.matchAll(/[\w/.-]+\.test\.ts/g))
        expect(existsSync(resolve(root, path)), path).toBe(true);
      const [, planted] = /--only "([^"]+)"/.exec(command) ?? [];
      if (planted !== undefined) expect(PLANTED.filter(({ name }) => name.includes(planted)).length).toBeGreaterThan(0);
      const [, kind] = /--faults "([^"]+)"/.exec(command) ?? [];
      if (kind !== undefined) expect(FAULT_NAMES).toContain(kind);
    },
  );
});
