import { join } from "node:path";
import { openLog } from "@bnas/mesh";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { ownFolder } from "../inputs/own-folder.js";
import { recordedSearch } from "../inputs/whole-search.js";
import { syncedLines } from "../references/synced-lines.js";

const FACTS = 40;

export const row: Row = {
  measured: "a fact appended to a log in a file",
  reference: "its line written to a file, with fsync",
  pairs: { short: 15, full: 41 },
  async open() {
    const { folder, remove } = await ownFolder();
    const log = await openLog(`file:${join(folder, "facts.jsonl")}`);
    const facts = (id: string) => recordedSearch(id).slice(0, FACTS);
    const lines = facts("plain").map((recorded) => JSON.stringify(recorded));
    const plain = await syncedLines(join(folder, "plain"), lines);
    let search = 0;
    const run = async () => {
      for (const recorded of facts(`appended-${search++}`)) await log.append(recorded);
    };
    return {
      measured: processorTime({ units: FACTS, run }),
      reference: processorTime(plain),
      async close() {
        await plain.close();
        await log.close();
        await remove();
      },
    };
  },
};
