import type { Stream } from "@bnas/search";
import type { World } from "./world.js";

/** Bytes, and what of them a power cut leaves. */
export type Inode = { bytes: Buffer; safe: Buffer; changedMs: number; readonly isFolder: boolean };

/** A disk that several processes share. What is not synced, bytes as well as names, a power cut may take. */
export class Disk {
  readonly #world: World;
  readonly #drawn: Stream;
  #names = new Map<string, Inode>();
  #safeNames = new Map<string, Inode>();

  constructor(world: World) {
    this.#world = world;
    this.#drawn = world.stream("disk");
    this.makeFolder("/");
    this.syncFolder("/");
    this.#safeNames.set("/", this.find("/"));
  }

  /** How long the next access takes, in milliseconds. */
  drawMs(): number {
    return 0.05 + this.#drawn.next() * 2;
  }

  has(path: string): boolean {
    return this.#names.has(path);
  }

  find(path: string): Inode {
    const found = this.#names.get(path);
    if (found === undefined) throw systemError("ENOENT", path);
    return found;
  }

  makeFolder(path: string): void {
    if (this.has(path)) throw systemError("EEXIST", path);
    this.#names.set(path, {
      bytes: Buffer.alloc(0),
      safe: Buffer.alloc(0),
      changedMs: this.#world.time,
      isFolder: true,
    });
  }

  make(path: string): Inode {
    if (this.has(path)) throw systemError("EEXIST", path);
    const made = { bytes: Buffer.alloc(0), safe: Buffer.alloc(0), changedMs: this.#world.time, isFolder: false };
    this.#names.set(path, made);
    return made;
  }

  rename(from: string, to: string): void {
    const moved = this.find(from);
    this.#names.delete(from);
    this.#names.set(to, moved);
  }

  remove(path: string): void {
    this.find(path);
    this.#names.delete(path);
  }

  list(folder: string): readonly string[] {
    return [...this.#names.keys()].filter((path) => path !== folder && parentOf(path) === folder);
  }

  files(): readonly string[] {
    return [...this.#names].filter(([, { isFolder }]) => !isFolder).map(([path]) => path);
  }

  /** A file is gone, synced or not. */
  lose(path: string): void {
    this.#world.tell("a blob is lost");
    this.#names.delete(path);
    this.#safeNames.delete(path);
  }

  /** A bit of a file is another. */
  alter(path: string, place: number): void {
    this.#world.tell("a blob is altered");
    const inode = this.find(path);
    const bytes = Buffer.from(inode.bytes);
    if (bytes.length === 0) return;
    const at = place % bytes.length;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    inode.bytes = bytes;
    inode.safe = bytes;
  }

  /** The names in a folder survive from now on. */
  syncFolder(folder: string): void {
    for (const path of [...this.#safeNames.keys()]) {
      if (parentOf(path) === folder && !this.has(path)) this.#safeNames.delete(path);
    }
    for (const path of this.list(folder)) this.#safeNames.set(path, this.find(path));
  }

  /** What was not synced is lost: all of it, or what the system has not happened to write. */
  cutPower(): void {
    this.#world.tell("power cut of the disk");
    for (const [path, inode] of this.#names) {
      if (!this.#safeNames.has(path) && this.#drawn.below(2) === 0) this.#safeNames.set(path, inode);
    }
    this.#names = new Map([...this.#safeNames].filter(([path]) => this.#reaches(path)));
    for (const inode of this.#names.values()) {
      if (inode.bytes.equals(inode.safe)) continue;
      const kept = this.#drawn.below(inode.bytes.length + 1);
      inode.bytes = this.#drawn.below(2) === 0 ? inode.safe : inode.bytes.subarray(0, kept);
      inode.safe = inode.bytes;
    }
  }

  #reaches(path: string): boolean {
    return path === "/" || (this.#safeNames.has(parentOf(path)) && this.#reaches(parentOf(path)));
  }
}

export const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/")) || "/";

export const systemError = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: ${path}`), { code, syscall: "open", path });
