import { openLog } from "@bnas/mesh";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { factsOnDisk } from "../inputs/facts-on-disk.js";
import { parsedFile } from "../references/parsed-file.js";

export const row: Row = {
  measured: "a log opened on a file of 10,000 facts",
  reference: "that file read, JSON.parse of its lines",
  pairs: { short: 5, full: 15 },
  async open() {
    const { path, remove } = await factsOnDisk();
    const run = async () => (await openLog(`file:${path}`)).close();
    return {
      measured: processorTime({ units: 1, run }),
      reference: processorTime(parsedFile(path)),
      close: remove,
    };
  },
};
