import { readFile } from "node:fs/promises";
import type { Work } from "../gate/cost.js";

/** A file of lines, read whole and parsed line by line. */
export const parsedFile = (path: string): Work => ({
  units: 1,
  async run() {
    for (const line of (await readFile(path, "utf8")).trimEnd().split("\n")) JSON.parse(line);
  },
});
