import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { partsOf } from "./file-parts.js";

// docs/words.md says which words we use. Without this test the dialect comes back, and a reader with English as a second language
// reads every sentence twice.

const root = resolve(import.meta.dirname, "../..");

/** Words that readers stumble at, and what stands in their place. */
const instead: readonly [pattern: string, use: string][] = [
  ["told", "say who logs, reports or sets what; told apart: distinguished; unless told: by default"],
  ["whoever", "a client that, a process that"],
  ["somebody|anybody|everybody", "a client, a user, every client"],
  ["nobody", "no process, no client"],
  ["anew", "again, restart"],
  ["go on|goes on|going on|gone on|went on", "continue"],
  ["comes? about", "happen"],
  ["bur(?:y|ies|ied)|unburied", "purge"],
  ["breathe", "yield"],
  ["rights", "permissions"],
  ["judge[sd]?|judging|judgements?", "evaluate a network; check an answer"],
  ["(?:is|are|was|were|be|been|being) away", "is unavailable"],
  ["mend(?:s|ed|ing)?", "fix, repair"],
  ["bears?|bore|borne", "have, contain"],
  ["st(?:ands?|ood) still", "make no progress"],
  ["for ever", "permanently, without end"],
  ["sees? to (?:it|that)", "make sure"],
  ["held to", "checked against"],
  ["in hand", "running, in progress"],
];
const all = new RegExp(`\\b(?:${instead.map(([pattern]) => pattern).join("|")})\\b`, "gi");

/** Parts of identifiers and of names of files. */
const notInNames = /^(?:told|whoever|somebody|nobody|anew|bury|buried|unburied|breathe|rights|judge[sd]?|judging)$/i;
/** Names that clients know: a reason of a condition of ArchitectureSearch, and metadata of releases. */
const known = new Set(["RightsMissing"]);

/** The list itself, this test, and texts that are not ours. */
const exempt =
  /^(docs\/words\.md|test\/contract\/words\.test\.ts|LICENSE|package-lock\.json|proto\/src\/.*|.*\.go|.*go\.(mod|sum))$/;
const isText = /\.([mc]?[jt]s|md|ya?ml|tpl|sh|conf|proto|cc|h|py|Dockerfile)$/;

const files: readonly string[] = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 })
  .split("\n")
  .filter((path) => isText.test(path) && !exempt.test(path) && existsSync(join(root, path)));
const parts = files.map((path) => ({ path, ...partsOf(path, readFileSync(join(root, path), "utf8")) }));

const wordsIn = (text: string): readonly string[] => text.match(all) ?? [];
/** `judgedOf`, `judge.ts`: judged, Of; judge, ts. */
const pieces = (name: string): readonly string[] => name.split(/[^A-Za-z]+|(?<=[a-z])(?=[A-Z])/);
const hint = (word: string): string =>
  `"${word}": ${instead.find(([pattern]) => new RegExp(`^(?:${pattern})$`, "i").test(word))?.[1]}`;

describe("our words", () => {
  it("are those of docs/words.md, in every comment and page", () => {
    const found = parts.flatMap(({ path, prose }) => wordsIn(prose).map((word) => `${path}: ${hint(word)}`));
    expect(found).toEqual([]);
  });

  it("are the same in names of files and in code", () => {
    const ofFiles = files.filter((path) =>
      pieces(basename(path)).some((piece) => notInNames.test(piece) || piece === "around"),
    );
    const ofCode = parts.flatMap(({ path, names }) =>
      [...new Set(names)]
        .filter((name) => !known.has(name) && pieces(name).some((piece) => notInNames.test(piece)))
        .map((name) => `${path}: ${name}`),
    );
    expect([...ofFiles, ...ofCode]).toEqual([]);
  });

  it("come into texts that programs print, and into titles of tests: these are fewer with each change, never more", () => {
    const left = parts.flatMap(({ strings }) => wordsIn(strings)).length;
    expect(left).toBeLessThanOrEqual(11);
  });
});

describe("the parts of a file", () => {
  it("are its comments, its names and its texts, each apart", () => {
    const program = "const a = /told/; // nobody `x`\nlet b = `judge`; /* anew\n * away */ const s = 'told';";
    expect(partsOf("a.ts", program)).toEqual({
      prose: "// nobody `x`\n/* anew\n * away */",
      names: ["const", "a", "let", "b", "const", "s"],
      strings: " /told/\n`judge`\n'told'",
    });
  });

  it("are of a page its sentences, without examples and quotations", () => {
    const page = 'A sentence with `told` and "nobody".\n\n```sh\nanew\n```\nThe end.';
    expect(partsOf("a.md", page).prose).toBe("A sentence with  and .\n\nThe end.");
  });
});
