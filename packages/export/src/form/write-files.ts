import { open } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolders, syncDirectory } from "@bnas/disk";
import type { Files } from "./exported.js";

/** Write files into a folder that is there, and wait until they are on the disk. Names may have folders in them. */
export const writeFiles = async (folder: string, files: Files): Promise<void> => {
  for (const [name, data] of files) {
    const path = join(folder, name);
    await makeFolders(dirname(path));
    const file = await open(path, "wx");
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  await syncDirectory(folder);
};
