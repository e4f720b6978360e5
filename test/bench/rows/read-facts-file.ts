import { readFile } from "node:fs/promises";
import { parseFactsFile } from "@bnas/log";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { factsOnDisk } from "../inputs/facts-on-disk.js";
import { parsedFile } from "../references/parsed-file.js";

export const row: Row = {
  measured: "a file of 10,000 facts read, every fact checked",
  reference: "that file read, JSON.parse of its lines",
  pairs: { short: 5, full: 15 },
  async open() {
    const { path, remove } = await factsOnDisk();
    const run = async () => {
      parseFactsFile(await readFile(path, "utf8"), path);
    };
    return {
      measured: processorTime({ units: 1, run }),
      reference: processorTime(parsedFile(path)),
      close: remove,
    };
  },
};
