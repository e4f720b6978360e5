import { openEngine, trainSample } from "@bnas/network";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { images, smallNetwork } from "../inputs/small-network.js";
import { summedArrays } from "../references/summed-arrays.js";

const STEPS = 3;

export const row: Row = {
  measured: "a training step of a sample, wasm",
  reference: "a weighted sum of two large arrays in JavaScript",
  pairs: { short: 9, full: 31 },
  async open() {
    const engine = await openEngine("wasm");
    const small = smallNetwork();
    const run = async () => {
      await trainSample(engine, { ...small, rate: 0.025, batches: images(small.input, STEPS) });
    };
    return {
      measured: processorTime({ units: STEPS, run }),
      reference: processorTime(summedArrays(12)),
      close: () => {},
    };
  },
};
