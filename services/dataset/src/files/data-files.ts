import { constants, readlinkSync } from "node:fs";
import { type FileHandle, lstat, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { type InvalidInput, invalidInput, isBnasError, LIMITS, nearest, systemErrorCode } from "@bnas/errors";
import { type AllowedRoots, systemOf } from "./allowed-roots.js";
import { type Kind, kindOf, kindText } from "./kind-of.js";
import { shown } from "./shown.js";

/** What a folder holds. `odd`: what cannot be read, and why. */
export type FolderEntry =
  | { readonly name: string; readonly kind: "file" | "folder" }
  | { readonly name: string; readonly kind: "odd"; readonly is: string; readonly lost: boolean };

/** What the system refuses because of this process and not of a path. */
const OF_THE_PROCESS: readonly string[] = ["EMFILE", "ENFILE", "ENOMEM", "EAGAIN", "EBADF"];

/** As many links as Linux follows. */
const MOST_LINKS = LIMITS["data.links"].value;

/**
 * The one way to the files of datasets. Nothing that is not below an allowed root is opened or looked at, whether a path, a link or a
 * link within a folder leads there; an open never waits, and gives regular files alone. All refusals are InvalidInput on `dataset`.
 */
export class DataFiles {
  readonly #roots: AllowedRoots;

  constructor(roots: AllowedRoots) {
    this.#roots = roots;
  }

  /** Whether a file or a folder lies at a path that a dataset URI names. Rejects for anything else, with the nearest name that is there. */
  async kindAt(uri: string, path: string): Promise<"file" | "folder"> {
    return this.asked(uri, path, async () => {
      const kind = kindOf(await stat(await this.#resolved(uri, path)));
      if (kind === "file" || kind === "folder") return kind;
      throw notRegular(uri, path, kind);
    });
  }

  /** Bytes of a file. */
  async sizeOf(uri: string, file: string): Promise<number> {
    return this.asked(uri, file, async () => (await stat(await this.#resolved(uri, file))).size);
  }

  /** What a folder holds, without hidden names, in the order of their code units: the same on every machine, whatever its language. */
  async entriesIn(uri: string, folder: string): Promise<FolderEntry[]> {
    return this.asked(uri, folder, async () => {
      const real = await this.#resolved(uri, folder);
      const entries = (await readdir(real, { withFileTypes: true })).filter(({ name }) => !name.startsWith("."));
      entries.sort((one, other) => (one.name < other.name ? -1 : 1));
      const found: FolderEntry[] = [];
      for (const entry of entries) found.push(await this.#entry(uri, real, entry.name, kindOf(entry)));
      return found;
    });
  }

  /**
   * Opens a regular file to read. Of a pipe the other end is not waited for. After it was opened, what was opened is checked again:
   * a name may have become a link meanwhile.
   */
  async open(uri: string, file: string): Promise<FileHandle> {
    const flags = constants.O_RDONLY | constants.O_NONBLOCK;
    return this.asked(uri, file, async () => {
      const handle = this.#roots.everything
        ? await open(file, flags)
        : await open(await this.#resolved(uri, file), flags | constants.O_NOFOLLOW);
      try {
        const stats = await handle.stat();
        const kind = kindOf(stats);
        if (kind === "folder") {
          throw invalidInput(
            "dataset",
            uri,
            "files where files belong",
            `${shown(file)} is a folder; a file was expected.`,
          );
        }
        if (kind !== "file") throw notRegular(uri, file, kind);
        const real = await realPathOf(handle, file);
        if (real === undefined || !this.#roots.contain(real)) throw this.#outside(uri, file, real);
        return handle;
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  async #entry(uri: string, folder: string, name: string, kind: Kind): Promise<FolderEntry> {
    const odd = (is: string, lost = true): FolderEntry => ({ name, kind: "odd", is, lost });
    if (name.includes("\ufffd") && !(await isThere(join(folder, name)))) {
      return odd("a name that is not UTF-8");
    }
    if (kind === "file" || kind === "folder") return { name, kind };
    if (kind !== "link") return odd(kindText(kind), false);
    const path = join(folder, name);
    try {
      const leads = kindOf(await stat(await this.#resolved(uri, path)));
      return leads === "file" || leads === "folder"
        ? { name, kind: leads }
        : odd(`a link to ${kindText(leads)}`, false);
    } catch (error) {
      if (isBnasError(error)) return odd("a link that leads out of what may be read");
      switch (systemErrorCode(error)) {
        case "EACCES":
        case "EPERM":
          return odd("a link to what may not be read");
        case "ELOOP":
          return odd("a link to itself");
        default:
          return odd(`a link to ${shown(await readlink(path))}, which is not there`);
      }
    }
  }

  /** A path without links. Where not everything is allowed, its parts are followed one by one, so that none outside is looked at. */
  async #resolved(uri: string, path: string): Promise<string> {
    const real = this.#roots.everything ? await realpath(path) : await this.#followed(uri, path);
    if (systemOf(real) !== undefined) throw this.#outside(uri, path, real);
    return real;
  }

  async #followed(uri: string, path: string): Promise<string> {
    const start = this.#roots.rootOf(path);
    if (start === undefined) throw this.#outside(uri, path, undefined);
    let real = start.real;
    let rest = start.rest;
    for (let links = 0; ; ) {
      const [part, ...others] = rest;
      if (part === undefined) return real;
      const next = join(real, part);
      rest = others;
      if (!(await lstat(next)).isSymbolicLink()) {
        real = next;
        continue;
      }
      links += 1;
      const leads = this.#roots.rootOf(resolve(real, await readlink(next)));
      if (leads === undefined || links > MOST_LINKS) throw this.#outside(uri, path, undefined);
      real = leads.real;
      rest = [...leads.rest, ...others];
    }
  }

  #outside(uri: string, path: string, real: string | undefined): InvalidInput {
    const system = real === undefined ? undefined : systemOf(real);
    if (system !== undefined) {
      return invalidInput(
        "dataset",
        uri,
        "files of a disk",
        `${shown(path)} is in ${system}, which holds no images. Write another path.`,
      );
    }
    return invalidInput(
      "dataset",
      uri,
      `a path below an allowed root: ${this.#roots.names}`,
      `${shown(path)} is not below it, or a link in it leads elsewhere. Move the data there, or start the dataset service with --data-root FOLDER (BNAS_DATA_ROOT).`,
    );
  }

  /** Does something with a path. What the system refuses becomes words about it; a fault that is not about a path stays as it is. */
  async asked<T>(uri: string, path: string, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      const found = await this.#refused(uri, path, systemErrorCode(error));
      throw found ?? error;
    }
  }

  async #refused(uri: string, path: string, code: string | undefined): Promise<InvalidInput | undefined> {
    const refuse = (allowed: string, hint: string) => invalidInput("dataset", uri, allowed, hint);
    switch (code) {
      case "ENOENT":
      case "ENOTDIR":
        return refuse("a path that exists", `${shown(path)} is not there. ${await this.#whatIsThere(uri, path)}`);
      case "EACCES":
      case "EPERM":
        return refuse("a readable path", `The dataset service may not read ${shown(path)}; give it the right to.`);
      case "ENXIO":
        return refuse("files where files belong", `${shown(path)} is a socket or a pipe, and no file.`);
      case "ENAMETOOLONG":
      case "ELOOP":
        return refuse("a path that exists", `${shown(path)} cannot be a path here; write a shorter one.`);
      default:
        if (code === undefined || OF_THE_PROCESS.includes(code)) return undefined;
        return refuse(
          "files that can be read",
          `${shown(path)} cannot be read (${code}): check the disk that it is on.`,
        );
    }
  }

  /** Where the path stops existing, and what it may have meant: only of what lies below a root. */
  async #whatIsThere(uri: string, path: string): Promise<string> {
    if (path.startsWith("~")) return "A ~ is not expanded here; write the whole path.";
    if (path.includes("\ufffd")) return "Its name is not UTF-8: rename it.";
    let missing = resolve(path);
    for (;;) {
      const parent = dirname(missing);
      if (parent === missing) return "Write another path.";
      try {
        const real = await this.#resolved(uri, parent);
        const names = (await readdir(real)).sort();
        if (names.length === 0) return `${shown(parent)} is empty.`;
        const likely = nearest(basename(missing), names);
        // A name that is there and the same: a link whose end is missing.
        if (likely === basename(missing)) return `${shown(missing)} is a link to what is not there.`;
        return `Did you mean ${shown(join(parent, likely))}?`;
      } catch (error) {
        if (isBnasError(error)) return "Write another path.";
        missing = parent;
      }
    }
  }
}

const notRegular = (uri: string, path: string, kind: Kind): InvalidInput =>
  invalidInput(
    "dataset",
    uri,
    "a file or a folder",
    `${shown(path)} is neither: it is ${kindText(kind)}. Remove it, or name another path.`,
  );

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** The path of an open file, without links. Linux says it of the file itself; elsewhere the name must still be that of the same file. */
const realPathOf = async (handle: FileHandle, file: string): Promise<string | undefined> => {
  try {
    return readlinkSync(`/proc/self/fd/${handle.fd}`);
  } catch {
    const real = await realpath(file);
    const [named, opened] = await Promise.all([stat(real), handle.stat()]);
    return named.dev === opened.dev && named.ino === opened.ino ? real : undefined;
  }
};
