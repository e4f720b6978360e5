import { compact, encodeBnn, lower, type Model } from "@bnas/model";
import { load } from "@bnas/runtime";
import { type Cost, processorTime } from "../gate/cost.js";
import type { Row } from "../gate/row.js";
import { publishedImages, publishedNetwork } from "../inputs/published-network.js";
import { onnxruntimeFloat } from "../references/onnxruntime-float.js";

/**
 * A row: the authors' network of 20 cells and 36 channels in the runtime, and in onnxruntime in 32-bit numbers.
 * @param batch images of a call
 */
export const inferenceRow = (
  binarize: Model["network"]["binarize"],
  which: Parameters<typeof onnxruntimeFloat>[0],
  batch: 1 | 16,
): Row => ({
  measured: `an image of 32x32 of ${batch} by the authors' network, runtime, ${binarize}`,
  reference: `the same in 32 bits, ${which}, one thread`,
  pairs: { short: 9, full: 31 },
  async open() {
    const images = publishedImages(batch);
    const network = await load(encodeBnn(compact(lower(publishedNetwork(binarize)))));
    const run = (): void => {
      network.logits(images);
    };
    const float: Cost = processorTime(await onnxruntimeFloat(which, publishedNetwork("weights"), images));
    return { measured: processorTime({ units: batch, run }), reference: float, close: () => {} };
  },
});
