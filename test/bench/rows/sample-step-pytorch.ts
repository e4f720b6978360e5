import { openEngine, trainSample } from "@bnas/network";
import { processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { images, smallNetwork } from "../inputs/small-network.js";
import { pytorchSample } from "../references/pytorch-sample.js";

const STEPS = 4;

export const row: Row = {
  measured: "a training step of a sample, wasm",
  reference: "that step in PyTorch, eager, one thread",
  pairs: { short: 9, full: 31 },
  async open() {
    const engine = await openEngine("wasm");
    const small = smallNetwork();
    const pytorch = await pytorchSample(small, process.env.BNAS_BENCH_PYTHON ?? "python3", STEPS);
    const run = async () => {
      await trainSample(engine, { ...small, rate: 0.025, batches: images(small.input, STEPS) });
    };
    return { measured: processorTime({ units: STEPS, run }), reference: pytorch.cost, close: pytorch.close };
  },
};
