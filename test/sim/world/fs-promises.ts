// In a run it stands for node:fs/promises, as far as the store of blobs and the log in a file use it.
import { type Disk, type Inode, parentOf, systemError } from "./disk.js";
import { enteredWorld } from "./timers.js";

const disks = new WeakMap<object, Disk>();

/** The disk of a world. */
export const placeDisk = (world: object, disk: Disk): void => void disks.set(world, disk);

/** Do something on the disk: later, and if the process dies before that, perhaps not. */
const onDisk = <Answer>(act: (disk: Disk) => Answer): Promise<Answer> => {
  const world = enteredWorld();
  const disk = disks.get(world);
  const process = world.current;
  if (disk === undefined || process === undefined) throw new Error("a file outside of a process");
  return new Promise((resolve, reject) => {
    if (!process.maySend()) return;
    world.after(disk.drawMs(), () => {
      let answer: () => void;
      try {
        const result = act(disk);
        answer = () => resolve(result);
      } catch (error) {
        answer = () => reject(error);
      }
      world.afterIn(process, disk.drawMs(), answer);
    });
  });
};

const statOf = (inode: Inode) => ({
  size: inode.bytes.length,
  mtimeMs: inode.changedMs,
  nlink: 1,
  isFile: () => !inode.isFolder,
  isDirectory: () => inode.isFolder,
});

class Handle {
  readonly #inode: Inode;
  readonly #path: string;
  readonly #isAppended: boolean;

  constructor(path: string, inode: Inode, isAppended: boolean) {
    this.#path = path;
    this.#inode = inode;
    this.#isAppended = isAppended;
  }

  async writeFile(bytes: Uint8Array): Promise<void> {
    const inode = this.#inode;
    await onDisk(() => {
      inode.bytes = Buffer.concat(this.#isAppended ? [inode.bytes, bytes] : [bytes]);
      inode.changedMs = enteredWorld().time;
    });
  }

  async datasync(): Promise<void> {
    const inode = this.#inode;
    await onDisk(() => {
      inode.safe = inode.bytes;
    });
  }

  async sync(): Promise<void> {
    const [path, inode] = [this.#path, this.#inode];
    await onDisk((disk) => {
      if (inode.isFolder) disk.syncFolder(path);
      else inode.safe = inode.bytes;
    });
  }

  stat() {
    return onDisk(() => statOf(this.#inode));
  }

  async close(): Promise<void> {}
}

export const open = (path: string, flags: string) =>
  onDisk((disk) => {
    const isMade = flags === "wx" || (flags === "a" && !disk.has(path));
    return new Handle(path, isMade ? disk.make(path) : disk.find(path), flags === "a");
  });

export const truncate = (path: string, bytes: number): Promise<void> =>
  onDisk((disk) => {
    const inode = disk.find(path);
    inode.bytes = inode.bytes.subarray(0, bytes);
  });

/** Of a disk that does not say how much room it has. */
export const statfs = async (_: string) => ({ blocks: 0, bavail: 0, bsize: 1 });

export const mkdir = (path: string, _: { readonly recursive: true }): Promise<string | undefined> =>
  onDisk((disk) => {
    let first: string | undefined;
    const make = (one: string): void => {
      if (disk.has(one)) return;
      make(parentOf(one));
      disk.makeFolder(one);
      first ??= one;
    };
    make(path);
    return first;
  });

export const readFile = (path: string): Promise<Buffer> => onDisk((disk) => Buffer.from(disk.find(path).bytes));

export const rename = (from: string, to: string): Promise<void> => onDisk((disk) => disk.rename(from, to));

export const rm = (path: string, { force = false }: { readonly force?: boolean } = {}): Promise<void> =>
  onDisk((disk) => {
    if (force && !disk.has(path)) return;
    disk.remove(path);
  });

export const stat = (path: string) => onDisk((disk) => statOf(disk.find(path)));

export const utimes = (path: string, _: Date, changed: Date): Promise<void> =>
  onDisk((disk) => {
    disk.find(path).changedMs = changed.getTime();
  });

export const readdir = (path: string, options?: { readonly withFileTypes: true }) =>
  onDisk((disk) =>
    disk.list(path).map((one) => {
      const name = one.slice(one.lastIndexOf("/") + 1);
      return options === undefined ? name : { name, isDirectory: () => disk.find(one).isFolder };
    }),
  );

/** Of files that no process of a run opens. */
export const access = (path: string): Promise<never> => Promise.reject(systemError("ENOENT", path));
