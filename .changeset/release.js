// Prepares a release: the next version everywhere, the texts of the changesets in CHANGELOG.md, and their files gone.
//   node .changeset/release.js
// It changes files and commits nothing. Without a changeset it changes nothing and says so.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { noteOf, withRelease } from "./changelog.js";

const folder = import.meta.dirname;
const root = join(folder, "..");
const read = (path) => readFileSync(join(root, path), "utf8");
const write = (path, text) => writeFileSync(join(root, path), text);
const npm = (...args) => execFileSync("npm", args, { cwd: root, stdio: "inherit" });

/** Files that name the version outside the workspaces' package.json, which changesets changes itself. */
const NAMING_THE_VERSION = [
  "package.json",
  "charts/bnas/Chart.yaml",
  ...readdirSync(join(root, "deploy/images"))
    .filter((name) => name.endsWith(".Dockerfile"))
    .map((name) => `deploy/images/${name}`),
];

const versionOf = (path) => JSON.parse(read(path)).version;

/** Not within a longer number, such as 10.1.0 for 0.1.0. */
const alone = (version) => new RegExp(`(?<![\\d.])${version.replaceAll(".", "\\.")}(?![\\d.])`, "g");

const changesets = readdirSync(folder).filter((name) => name.endsWith(".md") && name !== "README.md");
if (changesets.length === 0) {
  console.log("No changeset: there is nothing to release. .changeset/README.md says how to add one.");
} else {
  const notes = changesets.map((name) => noteOf(read(join(".changeset", name)))).filter((note) => note !== "");
  const before = versionOf("cli/package.json");
  npm("exec", "--yes", "--", "@changesets/cli@2.31.1", "version");
  const version = versionOf("cli/package.json");
  for (const path of NAMING_THE_VERSION) write(path, read(path).replace(alone(before), version));
  const date = new Date().toISOString().slice(0, 10);
  write("CHANGELOG.md", withRelease(read("CHANGELOG.md"), { version, date, notes }));
  npm("install", "--package-lock-only", "--ignore-scripts");
  npm("exec", "--", "biome", "format", "--write", ".");
  console.log(`${before} -> ${version}, with ${notes.length} notes`);
}
