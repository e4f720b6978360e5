import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

// Who may import whom (ARCHITECTURE.md, invariant 4). biome's noUndeclaredDependencies holds every import to the
// dependencies of its package.json; this test holds those to the table.
const ARROWS: Record<string, readonly string[]> = {
  "@bnas/errors": [],
  "@bnas/search": [],
  "@bnas/proto": [],
  "@bnas/kernels": [],
  "@bnas/report": ["@bnas/search"],
  "@bnas/network": ["@bnas/kernels", "@bnas/search"],
  "@bnas/mesh": ["@bnas/proto", "@bnas/search"],
  "@bnas/dataset": ["@bnas/mesh", "@bnas/proto", "@bnas/search"],
  "@bnas/trainer": ["@bnas/mesh", "@bnas/network", "@bnas/proto", "@bnas/search"],
  "@bnas/evaluator": ["@bnas/mesh", "@bnas/network", "@bnas/proto", "@bnas/search"],
  "@bnas/pruner": ["@bnas/mesh", "@bnas/proto", "@bnas/report", "@bnas/search"],
  "@bnas/operator": ["@bnas/mesh", "@bnas/proto", "@bnas/search"],
  "@bnas/cli": [
    "@bnas/dataset",
    "@bnas/evaluator",
    "@bnas/mesh",
    "@bnas/network",
    "@bnas/operator",
    "@bnas/proto",
    "@bnas/pruner",
    "@bnas/report",
    "@bnas/search",
    "@bnas/trainer",
  ],
};

const root = new URL("../..", import.meta.url).pathname;
const folders = [
  "proto",
  "cli",
  ...["packages", "services"].flatMap((f) => readdirSync(join(root, f)).map((n) => join(f, n))),
];

describe("the arrows between packages", () => {
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

    it(`${manifest.name} depends only on what the table allows`, () => {
      const ours = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@bnas/"));
      const allowed = ARROWS[manifest.name];
      expect(allowed, `${manifest.name} is missing in the table`).toBeDefined();
      expect(ours.filter((name) => !allowed?.includes(name))).toEqual([]);
    });

    it(`${manifest.name} reaches no other package by a relative path`, () => {
      for (const file of readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".ts")) continue;
        const depth = file.split("/").length - 1;
        const text = readFileSync(join(root, folder, "src", file), "utf8");
        for (const [, path] of text.matchAll(/from "(\.[^"]*)"/g)) {
          const up = (path?.match(/\.\.\//g) ?? []).length;
          expect(up, `${folder}/src/${file} imports ${path}`).toBeLessThanOrEqual(depth);
        }
      }
    });
  }
});
