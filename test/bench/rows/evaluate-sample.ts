import { evaluateSample, openEngine, trainSample } from "@bnas/network";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { images, smallNetwork } from "../inputs/small-network.js";

const BATCHES = 4;

export const row: Row = {
  measured: "a batch of a sample evaluated, wasm",
  reference: "a training step of that sample",
  pairs: { short: 9, full: 31 },
  async open() {
    const engine = await openEngine("wasm");
    const small = smallNetwork();
    const batches = () => images(small.input, BATCHES);
    const run = async () => {
      await evaluateSample(engine, { ...small, batches: batches() });
    };
    const train = async () => {
      await trainSample(engine, { ...small, rate: 0.025, batches: batches() });
    };
    return {
      measured: processorTime({ units: BATCHES, run }),
      reference: processorTime({ units: BATCHES, run: train }),
      close: () => {},
    };
  },
};
