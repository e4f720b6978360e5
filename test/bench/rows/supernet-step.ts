import { openEngine, trainEpoch } from "@bnas/network";
import { darts, fullSpace } from "@bnas/search";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { images, smallNetwork } from "../inputs/small-network.js";
import { summedArrays } from "../references/summed-arrays.js";

export const row: Row = {
  measured: "a step of the supernet on strengths and weights, wasm",
  reference: "a weighted sum of two large arrays in JavaScript",
  pairs: { short: 7, full: 21 },
  async open() {
    const engine = await openEngine("wasm");
    const small = smallNetwork();
    const run = async () => {
      await trainEpoch(engine, {
        ...small,
        rate: 0.025,
        candidates: fullSpace(darts),
        trainStrengths: true,
        weightBatches: images(small.input, 1),
        strengthBatches: images(small.input, 1),
      });
    };
    return {
      measured: processorTime({ units: 1, run }),
      reference: processorTime(summedArrays(48)),
      close: () => {},
    };
  },
};
