import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dataset, encodeImage } from "@bnas/dataset";
import { silentTools } from "@bnas/process";
import { DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { ownFolder } from "../inputs/own-folder.js";
import { copiedBytes } from "../references/copied-bytes.js";

const BATCH = 32;
const BATCHES = 4;
const SIDE = 224;
const BYTES = SIDE * SIDE * 3;

export const row: Row = {
  measured: `a batch of ${BATCH} pictures of ${SIDE}x${SIDE} streamed from the cache on the disk`,
  reference: "its bytes copied one by one in JavaScript",
  pairs: { short: 9, full: 31 },
  async open() {
    const { folder, remove } = await ownFolder();
    const pictures = BATCH * BATCHES;
    for (let number = 0; number < pictures; number++) {
      const pixels = Uint8Array.from({ length: 48 * 48 * 3 }, (_, value) => (value * (number + 1)) % 256);
      const picture = await encodeImage(pixels, { width: 48, height: 48, channels: 3 });
      for (const part of ["train", "val"]) {
        const place = join(folder, "pictures", part, `class${number % 2}`);
        await mkdir(place, { recursive: true });
        await writeFile(join(place, `${number}.png`), picture);
      }
    }
    // An epoch needs more memory than there is, and asks for the pictures in one order: none of them is there when it is asked for.
    const settings = {
      listen: "127.0.0.1:0",
      dataRoot: "/",
      datasetMemoryMib: 16,
      datasetCache: join(folder, "cache"),
    };
    const service = await dataset.start(dataset.config.parse(settings), silentTools());
    const { client, close } = connect(DatasetServiceDefinition, service.address);
    const plan = { uri: `folder:${join(folder, "pictures")}`, imageSize: SIDE, reductionImages: 1, digest: "files" };
    const run = async () => {
      let images = 0;
      for await (const { count } of client.streamBatches({ plan, split: Split.SPLIT_TRAIN, batch: BATCH }))
        images += count;
      if (images !== pictures) throw new Error(`${images} of ${pictures} pictures`);
    };
    await run();
    return {
      measured: processorTime({ units: BATCHES, run }),
      reference: processorTime(copiedBytes(BATCH * BYTES, BATCHES)),
      async close() {
        close();
        await service.drain();
        await remove();
      },
    };
  },
};
