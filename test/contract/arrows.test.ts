import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

// Who may import whom (ARCHITECTURE.md, invariant 4). biome's noUndeclaredDependencies holds every import to the
// dependencies of its package.json; this test holds those to the table.

/** Packages, the lowest first: each may import those above it in this list that it names, and nothing else. */
const ARROWS: Record<string, readonly string[]> = {
  "@bnas/errors": [],
  "@bnas/search": ["@bnas/errors"],
  "@bnas/proto": [],
  "@bnas/kernels": ["@bnas/errors"],
  "@bnas/report": ["@bnas/errors", "@bnas/search"],
  "@bnas/network": ["@bnas/errors", "@bnas/kernels", "@bnas/search"],
  "@bnas/disk": ["@bnas/errors"],
  "@bnas/telemetry": ["@bnas/errors"],
  "@bnas/tls": ["@bnas/errors", "@bnas/telemetry"],
  "@bnas/log": ["@bnas/disk", "@bnas/errors", "@bnas/search", "@bnas/telemetry"],
  "@bnas/store": ["@bnas/disk", "@bnas/errors", "@bnas/search", "@bnas/telemetry"],
  "@bnas/searches": ["@bnas/disk", "@bnas/errors", "@bnas/log", "@bnas/search", "@bnas/store"],
  "@bnas/nats": [
    "@bnas/disk",
    "@bnas/errors",
    "@bnas/log",
    "@bnas/search",
    "@bnas/store",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/rpc": ["@bnas/errors", "@bnas/proto", "@bnas/search", "@bnas/telemetry", "@bnas/tls"],
  "@bnas/process": ["@bnas/errors", "@bnas/telemetry"],
  "@bnas/mesh": ["@bnas/errors", "@bnas/log", "@bnas/nats", "@bnas/store", "@bnas/telemetry"],
  "@bnas/testing": ["@bnas/errors", "@bnas/log", "@bnas/search", "@bnas/store"],
  "@bnas/dataset": [
    "@bnas/errors",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/trainer": [
    "@bnas/log",
    "@bnas/mesh",
    "@bnas/nats",
    "@bnas/network",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/store",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/evaluator": [
    "@bnas/errors",
    "@bnas/log",
    "@bnas/mesh",
    "@bnas/nats",
    "@bnas/network",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/store",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/pruner": [
    "@bnas/disk",
    "@bnas/errors",
    "@bnas/log",
    "@bnas/mesh",
    "@bnas/nats",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/report",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/searches",
    "@bnas/store",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/operator": [
    "@bnas/errors",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/telemetry",
    "@bnas/tls",
  ],
  "@bnas/cli": [
    "@bnas/dataset",
    "@bnas/errors",
    "@bnas/evaluator",
    "@bnas/log",
    "@bnas/mesh",
    "@bnas/nats",
    "@bnas/network",
    "@bnas/operator",
    "@bnas/process",
    "@bnas/proto",
    "@bnas/pruner",
    "@bnas/report",
    "@bnas/rpc",
    "@bnas/search",
    "@bnas/searches",
    "@bnas/store",
    "@bnas/telemetry",
    "@bnas/tls",
    "@bnas/trainer",
  ],
};

/** Rooms of a package, the lowest first: a room imports itself and rooms before it. Files beside the rooms are `.`. */
const ROOMS: Record<string, readonly string[]> = {
  "packages/search": [".", "random", "space", "spec", "genotype", "facts", "algorithm", "life", "explain"],
  "packages/network": ["paper", "engine", "cost", "train"],
  "packages/store": [".", "checkpoint", "s3"],
  "packages/rpc": [".", "clients"],
  "packages/searches": [".", "garbage"],
  "packages/testing": [".", "contracts"],
  "services/dataset": ["divide", "read", "stream", "."],
  "services/pruner": ["deciding", "retention", "usecases", "."],
  "services/operator": ["kube", "status", "crd", "trainer", "see", "plan", "act", "."],
  cli: ["terminal", "reach", "local", "outputs", "spec", "commands/local", "commands/mesh", "commands/facts", "."],
};

const root = new URL("../..", import.meta.url).pathname;
const folders = [
  "proto",
  "cli",
  ...["packages", "services"].flatMap((f) => readdirSync(join(root, f)).map((n) => join(f, n))),
].filter((folder) => existsSync(join(root, folder, "package.json")));

const sourcesOf = (folder: string): readonly string[] =>
  readdirSync(join(root, folder, "src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));

/** Relative imports of a file, as paths below src. */
const importsOf = (folder: string, file: string): readonly string[] =>
  [...readFileSync(join(root, folder, "src", file), "utf8").matchAll(/(?:from|import\() ?"(\.[^"]*)"/g)].map(
    ([, path = ""]) => join(dirname(file), path),
  );

/** The room of a file: the longest that its path begins with. */
const roomOf = (rooms: readonly string[], file: string): string =>
  rooms.filter((room) => file.startsWith(`${room}/`)).sort((a, b) => b.length - a.length)[0] ?? ".";

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
      for (const file of sourcesOf(folder)) {
        for (const path of importsOf(folder, file)) {
          expect(path.startsWith(".."), `${folder}/src/${file} imports ${path}`).toBe(false);
        }
      }
    });
  }

  it("run back up nowhere: a package comes after all that it imports", () => {
    const order = Object.keys(ARROWS);
    for (const [name, allowed] of Object.entries(ARROWS)) {
      expect(
        allowed.filter((other) => order.indexOf(other) >= order.indexOf(name)),
        name,
      ).toEqual([]);
    }
  });
});

describe("the arrows between the rooms of a package", () => {
  for (const [folder, rooms] of Object.entries(ROOMS)) {
    it(`run one way in ${folder}: ${rooms.join(", ")}`, () => {
      for (const file of sourcesOf(folder)) {
        if (file.endsWith("index.ts")) continue;
        const from = rooms.indexOf(roomOf(rooms, file));
        for (const path of importsOf(folder, file)) {
          const to = roomOf(rooms, path);
          expect(rooms, `${folder}/src/${path} is in a room that the table does not have`).toContain(to);
          expect(rooms.indexOf(to), `${folder}/src/${file} imports ${path}`).toBeLessThanOrEqual(from);
        }
      }
    });
  }
});
