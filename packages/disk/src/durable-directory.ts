import { mkdir, open, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { systemErrorCode } from "@bnas/errors";

/** Make a directory with its parents, so that after a power cut it is still there: each new name is fsynced in its parent. */
export const makeDirectory = async (path: string): Promise<void> => {
  for (const made of await makeFolders(path)) await syncDirectory(dirname(made));
};

/**
 * Make a folder with its parents. Node's own `recursive` never ends where the system says ENOENT below a folder that is there, as
 * /proc does and a folder that was deleted under its users (nodejs/node#27198).
 * @param mode of those that are made
 * @returns the folders that were made, the innermost first
 */
export const makeFolders = async (path: string, mode?: number): Promise<readonly string[]> => {
  const missing: string[] = [];
  for (let folder = resolve(path); !(await isFolder(folder)); folder = dirname(folder)) missing.push(folder);
  const made: string[] = [];
  for (const folder of missing.reverse()) if (await makeOne(folder, mode)) made.unshift(folder);
  return made;
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

/** Whether it is there: throws what the system says where something else is in its place, or on the way to it. */
const isFolder = async (path: string): Promise<boolean> => {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    return false;
  }
  // The system's own error for what is no folder.
  await mkdir(path);
  return false;
};

/** False: another process was first. */
const makeOne = async (path: string, mode: number | undefined): Promise<boolean> => {
  try {
    await mkdir(path, mode === undefined ? {} : { mode });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST" && (await isFolder(path))) return false;
    throw error;
  }
};
