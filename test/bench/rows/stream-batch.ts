import { dataset as datasetService } from "@bnas/dataset";
import { silentTools } from "@bnas/process";
import { DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect, trainingBatches } from "@bnas/rpc";
import { parseSpec } from "@bnas/search";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { copiedBytes } from "../references/copied-bytes.js";

const BATCH = 128;
const SIDE = 32;
const BATCHES = 15;

export const row: Row = {
  measured: `a batch of ${BATCH} images cropped, flipped and streamed`,
  reference: "its bytes copied one by one in JavaScript",
  pairs: { short: 11, full: 41 },
  async open() {
    const service = await datasetService.start(datasetService.config.parse({ listen: "127.0.0.1:0" }), silentTools());
    const { client, close } = connect(DatasetServiceDefinition, service.address);
    // Half of the images train the weights: so many that an epoch has 15 whole batches.
    const dataset = `shapes:?size=${SIDE}&images=${2 * BATCH * (BATCHES + 0.5)}`;
    const spec = parseSpec({ dataset, data: { reductionImages: 6 } });
    let epoch = 0;
    let batches = 0;
    const run = async () => {
      const options = { split: Split.SPLIT_WEIGHT, epoch: epoch++, batch: BATCH };
      for await (const batch of trainingBatches(client, spec, options)) batches += Number(batch.count === BATCH);
      if (batches !== epoch * BATCHES) throw new Error(`${batches} batches of ${BATCH} images in ${epoch} epochs`);
    };
    return {
      measured: processorTime({ units: BATCHES, run }),
      reference: processorTime(copiedBytes(BATCH * SIDE * SIDE * 3, BATCHES)),
      async close() {
        close();
        await service.drain();
      },
    };
  },
};
