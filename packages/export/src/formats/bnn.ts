import { compact, encodeBnn, lower, withThresholds } from "@bnas/model";
import type { ExportFormat } from "../form/exported.js";
import { runtimeConsumer } from "../proof/runtime-consumer.js";

/** Our own form: one file of packed 1-bit weights and numbers of 16 bits, for the runtime of packages/runtime. */
export const bnn: ExportFormat = {
  name: "bnn",
  opsets: [],
  graph: (model) => withThresholds(lower(model)),
  rounded: compact,
  write(_, graph) {
    const files = new Map([[FILE, encodeBnn(graph)]]);
    // The runtime computes several nodes at once, so there are no values in between to look at.
    return { files, opened: FILE, traced: { files, opened: FILE, values: [] } };
  },
  consumers: () => [runtimeConsumer],
};

const FILE = "model.bnn";
