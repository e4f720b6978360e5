import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// What a program reads of its environment is in its settings, or passed on by its main (house rule 11: no hidden environment).

const root = new URL("../..", import.meta.url).pathname;
const packages = ["packages", "services"].flatMap((folder) =>
  readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name)),
);

/** Mains: of a process, and of a thread, whose environment is a copy of its own. */
const MAINS = /^(services\/\w+\/src\/(main|thread)\.ts|cli\/src\/main\.ts)$/;

/** Lines that reach for the environment, by whatever name. @param text of a file, whose comments may speak of it */
const reading = (text: string): readonly string[] =>
  text
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .split("\n")
    .filter((line) =>
      /\bprocess\.env\b|\benv\b.*from "node:process"|\{[^}]*\benv\b[^}]*\} = process\b/.test(
        line.replace(/\/\/.*/, ""),
      ),
    );

describe("the environment of a process", () => {
  it("is read by mains alone", () => {
    const sources = [...packages, "cli"].flatMap((folder) =>
      readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(folder, "src", file)),
    );
    expect(sources.length).toBeGreaterThan(300);
    const found = sources.flatMap((path) =>
      MAINS.test(path) ? [] : reading(readFileSync(join(root, path), "utf8")).map((line) => `${path}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it("is found whatever it is read by", () => {
    const text = [
      "const a = process.env.HOME;",
      'import { env } from "node:process";',
      "const { env } = process;",
      "/** `process.env`, which only a main reads */ const b = 1; // process.env",
    ];
    expect(reading(text.join("\n"))).toHaveLength(3);
  });
});
