import { type FSWatcher, watch } from "node:fs";

/** Calls back when a file has changed. Undefined where the system has no more watches to give: the poll is enough then. */
export const watchFile = (path: string, changed: () => void): FSWatcher | undefined => {
  try {
    return watch(path, changed).on("error", () => {});
  } catch {
    return undefined;
  }
};
