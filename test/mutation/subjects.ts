import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Mutant, mutantsOf } from "./mutants.js";

export const root = new URL("../../", import.meta.url).pathname;

/** The packages whose tests are tried: what everything else stands on. */
export const PACKAGES = ["disk", "errors", "jobs", "log", "search", "store"] as const;

/** Tests of a package that lie elsewhere, because they need a real server. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = { store: ["test/integration/s3-store.test.ts"] };

const filesOf = (folder: string, ending: string): readonly string[] =>
  existsSync(join(root, folder))
    ? readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(ending))
        .map((file) => `${folder}/${file}`)
        .sort()
    : [];

/** The test files of a package, from the root. */
export const testFilesOf = (name: string): readonly string[] => [
  ...filesOf(`packages/${name}/test`, ".test.ts"),
  ...(ELSEWHERE[name] ?? []),
];

/** All mutants of a package, numbered in the order of its files. */
export function mutantsOfPackage(name: string): readonly Mutant[] {
  const mutants: Mutant[] = [];
  for (const file of filesOf(`packages/${name}/src`, ".ts")) {
    mutants.push(...mutantsOf(file, readFileSync(join(root, file), "utf8"), mutants.length));
  }
  return mutants;
}
