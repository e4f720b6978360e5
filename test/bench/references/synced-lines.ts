import { open } from "node:fs/promises";
import type { Work } from "../gate/cost.js";

/** Lines written to a file one after the other, fsync after each: what a log that keeps its word cannot do without. */
export const syncedLines = async (
  path: string,
  lines: readonly string[],
): Promise<Work & { readonly close: () => Promise<void> }> => {
  const file = await open(path, "a");
  const bytes = lines.map((line) => Buffer.from(`${line}\n`));
  return {
    units: lines.length,
    async run() {
      for (const line of bytes) {
        await file.write(line);
        await file.datasync();
      }
    },
    close: () => file.close(),
  };
};
