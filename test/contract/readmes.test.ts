import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { FACTS } from "../../packages/search/src/facts/table.js";

const root = resolve(import.meta.dirname, "../..");
const tracked = execFileSync("git", ["ls-files"], { cwd: root })
  .toString()
  .trim()
  .split("\n")
  .filter((path) => existsSync(join(root, path)));
const readmes = tracked.filter((path) => basename(path) === "README.md");
const hasReadme = (folder: string): boolean => readmes.includes(join(folder, "README.md"));

/** Folders without a README of their own, and who speaks for them. A pattern ends with `/**` for all that lies below. */
const SPOKEN_FOR: readonly (readonly [folder: string, why: string])[] = [
  ["charts/bnas/templates/**", "helm renders all that lies there; charts/bnas/README.md says what is where"],
  ["charts/bnas/files", "what helm reads as data; charts/bnas/README.md says what is a copy"],
  ["test/cluster/binaries/**", "a program and its image each; the README there has a line for each"],
  ["proto/src/**", "generated; proto/README.md says how"],
  ["packages/export/src/gen", "generated; packages/export/README.md says from what"],
  ["packages/export/proto", "one file; packages/export/README.md says what is made of it"],
  ["proto/bnas/v1", "a folder for the name of the package; proto/README.md names the files"],
  ["test/fixtures/runs/**", "what a run writes; test/fixtures/runs/README.md says which runs they are"],
  [".github/**", "forms and workflows, each of which says at its top what it is"],
];

const isSpokenFor = (folder: string): boolean =>
  SPOKEN_FOR.some(([pattern]) =>
    pattern.endsWith("/**") ? `${folder}/`.startsWith(pattern.slice(0, -2)) : folder === pattern,
  ) ||
  // The README of the package or service describes src and test.
  (["src", "test"].includes(basename(folder)) && hasReadme(dirname(folder)));

/** Every folder with its own files, and those below it one level. */
const folders = new Map<string, { readonly files: string[]; readonly rooms: Set<string> }>();
for (const path of tracked) {
  for (let inner = path, folder = dirname(path); ; inner = folder, folder = dirname(folder)) {
    const entry = folders.get(folder) ?? { files: [], rooms: new Set<string>() };
    if (inner === path) entry.files.push(basename(path));
    else entry.rooms.add(basename(inner));
    folders.set(folder, entry);
    if (folder === ".") break;
  }
}

const entriesOf = (folder: string) => folders.get(folder) ?? { files: [], rooms: new Set<string>() };
const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("a folder with two files or more", () => {
  const several = [...folders].filter(([, { files }]) => files.length > 1).map(([folder]) => folder);

  it.each(several)("has a README, or is spoken for: %s", (folder) => {
    expect(
      hasReadme(folder) || isSpokenFor(folder),
      `write ${folder}/README.md: what lives there, what never does, in what order to read`,
    ).toBe(true);
  });

  it.each(SPOKEN_FOR)("is still there where it is spoken for: %s", (pattern) => {
    const folder = pattern.replace(/\/\*\*$/, "");
    expect([...folders.keys()].some((path) => path === folder || path.startsWith(`${folder}/`))).toBe(true);
  });
});

describe("a README", () => {
  it.each(readmes)("says what lives there, what never does, and in five lines or more: %s", (path) => {
    const lines = read(path).trim().split("\n");
    expect(lines.length).toBeGreaterThanOrEqual(5);
  });
});

/** Where a README names every file and room. Of tests it names what a title cannot say; of the rest of the tree it is free. */
const NAMES_ALL = /^(packages|services|cli|deploy|docs)(\/|$)/;
/** What needs no name: it is the same everywhere. */
const USUAL = new Set([
  "README.md",
  "index.ts",
  "package.json",
  "tsconfig.json",
  "biome.json",
  ".gitignore",
  "src",
  "test",
  "scripts",
  "bin",
]);

/** Words in code spans and the targets of links: what a README names. Blocks of code count too, where they draw a tree. */
const namedIn = (text: string): ReadonlySet<string> => {
  const spans = [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, span = ""]) => span.split(/[\s,]+/));
  const links = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target = ""]) => target);
  const blocks = [...text.matchAll(/^```[^\n]*\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) => block.split(/\s+/));
  const words = [...spans, ...links, ...blocks].map((word) => word.replace(/\/$/, ""));
  return new Set(words.flatMap((word) => [word, ...word.split("/")]));
};

const isNamed = (name: string, named: ReadonlySet<string>): boolean => {
  const short = name.replace(/\.(ts|js|mjs|cjs|cc|h|py|md|json|yaml|yml|txt|conf|sh)$/, "");
  if (named.has(name) || named.has(short)) return true;
  return [...named].some((word) => {
    if (!word.includes("*")) return false;
    const pattern = new RegExp(`^${word.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*")}$`);
    return pattern.test(name) || pattern.test(short);
  });
};

describe("the README of a package, a service, or a folder of docs or deploy", () => {
  const telling = readmes
    .map((path) => dirname(path))
    .filter((folder) => NAMES_ALL.test(folder) && basename(folder) !== "test");

  it.each(telling)("names every file and room: %s", (folder) => {
    const named = namedIn(read(join(folder, "README.md")));
    const source = join(folder, "src");
    const [own, inside] = [entriesOf(folder), hasReadme(source) ? entriesOf("") : entriesOf(source)];
    const names = [...own.files, ...own.rooms, ...inside.files, ...inside.rooms].filter((name) => !USUAL.has(name));
    expect(names.filter((name) => !isNamed(name, named))).toEqual([]);
  });
});

describe("services/README.md", () => {
  it.each(["pruner", "trainer", "evaluator"] as const)("names the facts that the %s alone writes", (service) => {
    const row = read("services/README.md")
      .split("\n")
      .find((line) => line.startsWith(`| [${service}]`));
    const said = [...(row ?? "").matchAll(/`([^`]+)`/g)].map(([, kind]) => kind);
    const own = Object.entries(FACTS).filter(([, { writer, ...row }]) => writer === service && !("alsoBy" in row));
    expect(said.sort()).toEqual(own.map(([kind]) => kind).sort());
  });
});
