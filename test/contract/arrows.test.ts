import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

// Who may import whom (ARCHITECTURE.md, invariant 4). biome's noUndeclaredDependencies holds every import to the
// dependencies of its package.json; this test holds those to the table.

/** Packages, the lowest first. Each imports those that it names, which are above it, and nothing else. */
const ARROWS: Record<string, string> = {
  errors: "",
  telemetry: "errors",
  disk: "errors",
  process: "errors telemetry",
  proto: "",
  search: "errors",
  tls: "disk errors telemetry",
  rpc: "disk errors proto search telemetry tls",
  dataset: "disk errors process proto rpc search tls",
  log: "disk errors search telemetry",
  jobs: "errors log search telemetry",
  lead: "",
  store: "disk errors search telemetry",
  nats: "disk errors jobs lead log search store telemetry tls",
  mesh: "errors jobs lead log nats store telemetry",
  kernels: "errors",
  network: "errors kernels search",
  runtime: "",
  model: "disk errors network runtime search",
  export: "disk errors model network runtime search",
  worker: "errors jobs mesh nats network process proto rpc search store telemetry tls",
  searches: "disk errors jobs log search store telemetry",
  evaluator: "disk errors jobs log mesh model network process proto rpc search searches store telemetry worker",
  operator: "disk errors process proto rpc search telemetry tls",
  report: "errors search",
  pruner: "disk errors log mesh model nats process proto report rpc search searches store telemetry tls",
  trainer: "errors jobs log mesh network process proto rpc search searches store telemetry worker",
  cli: "dataset disk errors evaluator export log mesh model nats network operator process proto pruner report rpc runtime search searches store telemetry tls trainer worker",
  testing: "errors jobs lead log search store",
};

/** Rooms of a package, the lowest first: a room imports itself and rooms before it. Files beside the rooms are `.`. */
const ROOMS: Record<string, readonly string[]> = {
  "packages/search": [
    ".",
    "random",
    "space",
    "genotype",
    "spec",
    "facts",
    "algorithm",
    "models",
    "estimate",
    "strategy",
    "life",
    "verdict",
    "explain",
    "budget",
  ],
  "packages/network": ["paper", "engine", "cost", "train", "budget"],
  "packages/store": [".", "checkpoint", "s3"],
  "packages/nats": ["link", "log", "lead", "jobs", "objects", "permissions", "."],
  "packages/rpc": [".", "clients"],
  "packages/export": ["gen", "form", "onnx", "hugging-face", "c", "proof", "formats", "."],
  "packages/searches": ["proof", ".", "garbage", "repair", "audit"],
  "packages/testing": [".", "contracts"],
  "services/dataset": ["files", "divide", "read", "stream", "check", "."],
  "services/pruner": ["deciding", "quotas", "retention", "usecases", "."],
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

const namedBy = (name: string): string[] | undefined =>
  ARROWS[name.slice("@bnas/".length)]?.split(" ").flatMap((other) => (other === "" ? [] : `@bnas/${other}`));

describe("the arrows between packages", () => {
  for (const folder of folders) {
    const manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));

    it(`${manifest.name} depends only on what the table allows`, () => {
      const ours = Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith("@bnas/"));
      const allowed = namedBy(manifest.name);
      expect(allowed, `${manifest.name} is missing in the table`).toBeDefined();
      expect(ours.sort()).toEqual(allowed?.sort());
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
    const order = Object.keys(ARROWS).map((name) => `@bnas/${name}`);
    for (const name of order) {
      const after = namedBy(name)?.filter((other) => order.indexOf(other) >= order.indexOf(name));
      expect(after, name).toEqual([]);
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
