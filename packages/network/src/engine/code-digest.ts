import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Which code computes here. */
export type CodeVersion = {
  /** Of this package. */
  readonly version: string;
  /**
   * SHA-256 of the scripts that compute: those of this package and of every package of ours that it needs, and of a module of operations.
   * The same release built twice has the same; its source run as it is has another.
   */
  readonly digest: string;
};

/** This module lies two folders deep in `dist`, or in `src` where the source is run. */
const built = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Which code computes in this process. It rejects where a package that is needed is not installed.
 * @param operations path of the module of operations that was loaded (`loadOperations`)
 */
export const readCode = async (operations?: string): Promise<CodeVersion> => {
  const own = dirname(built);
  const hash = createHash("sha256");
  for (const folder of await withNeeded(own)) {
    const { name } = await manifestOf(folder);
    for (const file of await scriptsOf(join(folder, basename(built)))) await add(hash, name, folder, file);
  }
  if (operations !== undefined) await add(hash, "operations", dirname(operations), operations);
  return { version: (await manifestOf(own)).version, digest: hash.digest("hex") };
};

const add = async (hash: ReturnType<typeof createHash>, name: string, folder: string, file: string): Promise<void> => {
  const content = createHash("sha256").update(await readFile(file));
  const path = relative(folder, file).split(sep).join("/");
  hash.update(`${name}/${path} ${content.digest("hex")}\n`);
};

type Manifest = { readonly name: string; readonly version: string; readonly dependencies?: object };

const manifestOf = async (folder: string): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, "package.json"), "utf8"));

/** The folders of a package and of those of ours that it needs, in the order of their names. */
const withNeeded = async (folder: string): Promise<readonly string[]> => {
  const found = new Map<string, string>();
  const visit = async (at: string): Promise<void> => {
    const { name, dependencies = {} } = await manifestOf(at);
    if (found.has(name)) return;
    found.set(name, at);
    for (const needed of Object.keys(dependencies)) {
      if (needed.startsWith("@bnas/")) await visit(installed(needed, at));
    }
  };
  await visit(folder);
  return [...found].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, at]) => at);
};

/** Where a package is that another needs: in the nearest node_modules that has it, as Node looks for it. */
const installed = (name: string, from: string): string => {
  const place = join(from, "node_modules", name);
  if (existsSync(join(place, "package.json"))) return place;
  const above = dirname(from);
  if (above === from) throw new Error(`${name} is not installed: run npm ci, or build the image again`);
  return installed(name, above);
};

/** The scripts below a folder, in the order of their paths. */
const scriptsOf = async (folder: string): Promise<readonly string[]> => {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && /(?<!\.d)\.[jt]s$/.test(file.name))
    .map((file) => join(file.parentPath, file.name))
    .sort();
};
