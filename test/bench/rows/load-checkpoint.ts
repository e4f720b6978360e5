import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { loadCheckpoint, saveCheckpoint } from "@bnas/store";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { bytesOf, stateNumber } from "../inputs/numbered-state.js";
import { ownFolder } from "../inputs/own-folder.js";

const TIMES = 10;

export const row: Row = {
  measured: "a checkpoint loaded from a folder",
  reference: "its bytes read and hashed",
  pairs: { short: 15, full: 61 },
  async open() {
    const { folder, remove } = await ownFolder();
    const store = await openStore(`dir:${join(folder, "blobs")}`);
    const checkpoint = await saveCheckpoint(store, null, stateNumber(0));
    const plain = join(folder, "plain");
    await writeFile(plain, bytesOf(stateNumber(0)));
    const run = async () => {
      for (let time = 0; time < TIMES; time++) await loadCheckpoint(store, checkpoint);
    };
    const read = async () => {
      for (let time = 0; time < TIMES; time++) {
        createHash("sha256")
          .update(await readFile(plain))
          .digest();
      }
    };
    return {
      measured: processorTime({ units: TIMES, run }),
      reference: processorTime({ units: TIMES, run: read }),
      close: remove,
    };
  },
};
