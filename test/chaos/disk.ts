import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { mkdirSync, statfsSync } from "node:fs";

const room = "2g";

/**
 * Its own file system in memory. It is filled by removing all that is free: for a process that writes there, that is the same as a
 * disk that others have filled, and it costs no memory.
 */
export class Disk {
  readonly name: string;
  readonly folder: string;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.folder = folder;
  }

  /** Mount it at a folder, which is made. Throws the system's error where that cannot be done. */
  static mount(name: string, folder: string): Disk {
    mkdirSync(folder, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${room}`, "bnas-chaos", folder], quiet);
    return new Disk(name, folder);
  }

  /** From now on the system refuses every new block (ENOSPC). */
  fill(): void {
    for (let tries = 0; ; tries++) {
      const { blocks, bfree, bsize } = statfsSync(this.folder);
      try {
        // A size of nothing would be no limit.
        this.#resize(`${Math.max(blocks - bfree, 1) * bsize}`);
        return;
      } catch (error) {
        // More was written since we looked.
        if (tries === 20) throw error;
      }
    }
  }

  empty(): void {
    this.#resize(room);
  }

  #resize(size: string): void {
    execFileSync("mount", ["-o", `remount,size=${size}`, this.folder], quiet);
  }
}

const quiet: ExecFileSyncOptions = { stdio: ["ignore", "ignore", "pipe"] };
