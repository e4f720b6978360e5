import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";

/** What the tests keep on this machine from one run to the next. */
export const cache: string = join(homedir(), ".cache", "bnas-mesh");

/**
 * Do this while no other process does anything to the same thing. The lock goes with the process that holds it.
 * @param thing a word for a file name
 */
export async function alone<T>(thing: string, work: () => Promise<T>): Promise<T> {
  await mkdir(cache, { recursive: true });
  const lock = join(cache, `${thing}.lock`);
  const holder = spawn("flock", [lock, "sh", "-c", "echo held; cat"], { stdio: ["pipe", "pipe", "inherit"] });
  await Promise.race([
    once(holder.stdout, "data"),
    once(holder, "exit").then(() => {
      throw new Error(`The lock ${lock} cannot be taken.`);
    }),
  ]);
  try {
    return await work();
  } finally {
    holder.stdin.end();
  }
}
