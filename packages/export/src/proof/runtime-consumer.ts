import { readFile } from "node:fs/promises";
import { load } from "@bnas/runtime";
import type { Consumer } from "../form/consumer.js";
import { LOGITS } from "../form/logits.js";

/** The runtime of `bnn` files (packages/runtime), which shares no arithmetic with the reference. It gives logits alone. */
export const runtimeConsumer: Consumer = {
  name: "runtime",
  async find() {
    return { node: process.version };
  },
  async run({ model, images }) {
    const network = await load(await readFile(model));
    return new Map([[LOGITS, network.logits(images)]]);
  },
};
