import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Beside the checkout, which is on a disk: where the system keeps temporary files in memory, fsync costs nothing. */
const runs = fileURLToPath(new URL("../../../runs", import.meta.url));

/** An empty folder on a disk, and how to remove it with all that is in it. */
export const ownFolder = async (): Promise<{ readonly folder: string; readonly remove: () => Promise<void> }> => {
  await mkdir(runs, { recursive: true });
  const folder = await mkdtemp(join(runs, "bench-"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
};
