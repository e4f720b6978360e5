import { mkdir, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";

/** Make a directory with its parents, so that after a power cut it is still there: each new name is fsynced in its parent. */
export const makeDirectory = async (path: string): Promise<void> => {
  const target = resolve(path);
  const first = await mkdir(target, { recursive: true });
  if (first === undefined) return;
  for (let made = target; ; made = dirname(made)) {
    await syncDirectory(dirname(made));
    if (made === resolve(first)) return;
  }
};

/** Make the names in a directory (files made, renamed) survive a power cut. */
export const syncDirectory = async (path: string): Promise<void> => {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
};
