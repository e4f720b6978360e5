import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { invalidInput, nearest, systemErrorCode } from "@bnas/errors";

/** What lies at a path that a dataset URI names. @throws InvalidInput on `dataset`, with the nearest name that is there */
export const existing = async (uri: string, path: string): Promise<Stats> => {
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (error) {
    throw await unreadable(uri, path, error);
  }
  if (stats.isDirectory() || stats.isFile()) return stats;
  // Opening a pipe waits without end.
  throw invalidInput("dataset", uri, "a file or a folder", `${path} is neither.`);
};

/** The names in a folder, in the order of their code units: the same on every machine, whatever its language. */
export const namesIn = async (uri: string, folder: string): Promise<string[]> => {
  try {
    return (await readdir(folder)).sort((one, other) => (one < other ? -1 : 1));
  } catch (error) {
    throw await unreadable(uri, folder, error);
  }
};

/** The names in a folder, in that order, without hidden ones, and whether each is a folder, a file, or something else. */
export const entriesIn = async (
  uri: string,
  folder: string,
): Promise<{ readonly name: string; readonly kind: "folder" | "file" | "other" }[]> => {
  try {
    const entries = (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
    entries.sort((one, other) => (one.name < other.name ? -1 : 1));
    const found: { name: string; kind: "folder" | "file" | "other" }[] = [];
    for (const entry of entries) {
      // What a link leads to, or what a file system does not say with the name, is asked for.
      const known = entry.isFile() || entry.isDirectory() ? entry : await stat(join(folder, entry.name));
      found.push({ name: entry.name, kind: known.isDirectory() ? "folder" : known.isFile() ? "file" : "other" });
    }
    return found;
  } catch (error) {
    throw await unreadable(uri, folder, error);
  }
};

/** The error for a file or folder that cannot be read; a fault that is not about the path comes back as it is. */
export const unreadable = async (uri: string, path: string, error: unknown): Promise<unknown> => {
  switch (systemErrorCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return invalidInput("dataset", uri, "a path that exists", `${path} is not there. ${await whatIsThere(path)}`);
    case "EACCES":
    case "EPERM":
      return invalidInput(
        "dataset",
        uri,
        "a readable path",
        `The dataset service may not read ${path}; give it the right to.`,
      );
    case "EISDIR":
      return invalidInput("dataset", uri, "files where files belong", `${path} is a folder; a file was expected.`);
    case "ENAMETOOLONG":
    case "ELOOP":
      return invalidInput("dataset", uri, "a path that exists", `${path} cannot be a path here; write a shorter one.`);
    default:
      return error;
  }
};

/** Where the path stops existing, and what it may have meant. */
const whatIsThere = async (path: string): Promise<string> => {
  if (path.startsWith("~")) return "A ~ is not expanded here; write the whole path.";
  let missing = resolve(path);
  for (;;) {
    const parent = dirname(missing);
    if (parent === missing) return "Write another path.";
    try {
      const names = (await readdir(parent)).sort();
      return names.length === 0
        ? `${parent} is empty.`
        : `Did you mean ${join(parent, nearest(basename(missing), names))}?`;
    } catch {
      missing = parent;
    }
  }
};
