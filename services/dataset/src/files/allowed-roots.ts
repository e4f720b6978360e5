import { realpath, stat } from "node:fs/promises";
import { isAbsolute, relative, resolve, sep } from "node:path";
import { invalidInput, messageOf } from "@bnas/errors";
import { shown } from "./shown.js";

/** A folder below which files may be read: as an absolute path, and where its links lead. */
type Root = { readonly absolute: string; readonly real: string };

/** File systems that are no place for images: a read of some of their files waits, and others hold secrets of the process. */
const OF_THE_SYSTEM = ["/proc", "/sys"] as const;

/** The folders below which the dataset service may read. What lies elsewhere it does not open, look at, or name. */
export class AllowedRoots {
  readonly #roots: readonly Root[];
  /** Whether all that the user of the process may read is allowed. */
  readonly everything: boolean;

  private constructor(roots: readonly Root[]) {
    this.#roots = roots;
    this.everything = roots.some(({ real }) => real === resolve("/"));
  }

  /** Rejects with InvalidInput on `dataRoot` for a folder that is not there. @param paths `/` allows everything */
  static async of(paths: readonly string[]): Promise<AllowedRoots> {
    return new AllowedRoots(await Promise.all(paths.map(rootOf)));
  }

  /** As they were configured, for a message. */
  get names(): string {
    return this.#roots.length === 0 ? "none is set" : this.#roots.map(({ absolute }) => shown(absolute)).join(", ");
  }

  /** The root that a path names, by its letters alone: nothing is looked at. `rest`: what follows the root, part by part. */
  rootOf(path: string): { readonly real: string; readonly rest: readonly string[] } | undefined {
    const absolute = resolve(path);
    for (const root of this.#roots) {
      for (const spelling of [root.real, root.absolute]) {
        const rest = partsBelow(spelling, absolute);
        if (rest !== undefined) return { real: root.real, rest };
      }
    }
    return undefined;
  }

  /** Whether a path without links is below a root, and not of the system. */
  contain(real: string): boolean {
    return this.#roots.some((root) => partsBelow(root.real, real) !== undefined) && systemOf(real) === undefined;
  }
}

/** `/proc` or `/sys`, if a path without links is there. */
export const systemOf = (real: string): string | undefined =>
  OF_THE_SYSTEM.find((place) => partsBelow(place, real) !== undefined);

/** The parts of a path below a folder; undefined: it is not below it. Both are absolute. */
const partsBelow = (folder: string, path: string): readonly string[] | undefined => {
  const rest = relative(folder, path);
  if (rest === ".." || rest.startsWith(`..${sep}`) || isAbsolute(rest)) return undefined;
  return rest === "" ? [] : rest.split(sep);
};

const rootOf = async (named: string): Promise<Root> => {
  const absolute = resolve(named);
  try {
    if ((await stat(absolute)).isDirectory()) return { absolute, real: await realpath(absolute) };
  } catch (error) {
    throw invalidInput("dataRoot", named, "folders that are there", `The system says: ${messageOf(error)}`);
  }
  throw invalidInput("dataRoot", named, "folders that are there", "It is a file. Name the folder that it is in.");
};
