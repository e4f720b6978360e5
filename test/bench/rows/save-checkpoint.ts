import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { saveCheckpoint } from "@bnas/store";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { bytesOf, stateNumber } from "../inputs/numbered-state.js";
import { ownFolder } from "../inputs/own-folder.js";

const TIMES = 4;

export const row: Row = {
  measured: "a checkpoint saved in a folder",
  reference: "its bytes hashed and written, with fsync",
  pairs: { short: 11, full: 41 },
  async open() {
    const { folder, remove } = await ownFolder();
    const store = await openStore(`dir:${join(folder, "blobs")}`);
    // Values that the store has already are not written again, so each time they are others.
    let saved = 0;
    let written = 0;
    const run = async () => {
      for (let time = 0; time < TIMES; time++) await saveCheckpoint(store, null, stateNumber(saved++));
    };
    const write = async () => {
      for (let time = 0; time < TIMES; time++) {
        const bytes = bytesOf(stateNumber(written));
        const sha256 = createHash("sha256").update(bytes).digest("hex");
        const file = await open(join(folder, `${written++}-${sha256}`), "wx");
        await file.writeFile(bytes);
        await file.datasync();
        await file.close();
      }
    };
    return {
      measured: processorTime({ units: TIMES, run }),
      reference: processorTime({ units: TIMES, run: write }),
      close: remove,
    };
  },
};
