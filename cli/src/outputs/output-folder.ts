import { constants } from "node:fs";
import { access, open, readdir, readFile, rename, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { makeFolders } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import { parseFactsFile } from "@bnas/log";

/** The file of facts in an output folder: the log of the search while it runs, its record when it has ended. */
export const factsPath = (folder: string): string => join(folder, "facts.jsonl");
export const blobsPath = (folder: string): string => join(folder, "blobs");

/** What a search that was killed before its first fact may leave. */
const LEFTOVERS = new Set(["facts.jsonl", "blobs"]);

/** A folder that a new search may fill: made if it is not there, refused if it holds anything else than what one that was killed left. */
export const outputFolder = async (folder: string): Promise<{ readonly made: boolean }> => {
  const made = await makeWritable(folder);
  const held = (await readdir(folder)).filter((name) => !LEFTOVERS.has(name));
  if (held.length === 0) return { made };
  const hint = `it holds ${held.length} files, nothing is written over: name another folder`;
  throw invalidInput("--out", folder, "an empty folder", hint);
};

/** A folder in which these files may be written: made if it is not there, refused if it holds one of them. */
export const freeFiles = async (folder: string, names: readonly string[]): Promise<void> => {
  await makeWritable(folder);
  const held = new Set(await readdir(folder));
  const taken = names.find((name) => held.has(name));
  if (taken === undefined) return;
  const hint = "Nothing is written over: name another folder.";
  throw invalidInput("--out", folder, `a folder without a ${taken}`, hint);
};

/** Take a folder back whose search was refused before anything was decided: it is left as it was found. */
export const takeBack = async (folder: string, { made }: { readonly made: boolean }): Promise<void> => {
  const path = factsPath(folder);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined || parseFactsFile(text, path).facts.some(({ fact }) => fact.kind !== "search.opened")) return;
  await unlink(path);
  await rmdir(blobsPath(folder)).catch(() => {});
  if (made) await rmdir(folder).catch(() => {});
};

/** Makes a folder that can be written, and says whether it had to be made. @param flag that named it */
export const makeWritable = async (folder: string, flag = "--out"): Promise<boolean> => {
  try {
    const made = await makeFolders(folder);
    await access(folder, constants.W_OK | constants.X_OK);
    return made.length > 0;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw invalidInput(
      flag,
      folder,
      "a folder that can be written",
      code === "ENOENT"
        ? "ENOENT: no folder can be made there, or the folder in which you are was deleted: name another, or cd to one that is there"
        : `${code}: name another folder, or change its permissions`,
    );
  }
};

/** A folder under `runs/` that is not taken yet: `bnas-7`, `bnas-7-2`, ... */
export const freeFolder = async (name: string): Promise<string> => {
  const taken = new Set(await readdir("runs").catch(() => []));
  let folder = name;
  for (let i = 2; taken.has(folder); i++) folder = `${name}-${i}`;
  return join("runs", folder);
};

/** Write a whole file or nothing: a reader never sees half of it. */
export const writeWhole = async (path: string, text: string | Uint8Array): Promise<void> => {
  const part = `${path}.part`;
  const file = await open(part, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
};
