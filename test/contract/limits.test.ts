import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LIMITS } from "@bnas/errors";
import { describe, expect, it } from "vitest";

const root = new URL("../..", import.meta.url).pathname;
const page = readFileSync(join(root, "docs/limits.md"), "utf8");

describe("docs/limits.md", () => {
  it.each(Object.entries(LIMITS))("has %s, whose test is there", (name, { value, test: [file, title] }) => {
    expect(page).toContain(`| \`${name}\``);
    expect(Number.isSafeInteger(value) && value > 0).toBe(true);
    expect(existsSync(join(root, file)), file).toBe(true);
    expect(readFileSync(join(root, file), "utf8")).toContain(title);
  });
});
