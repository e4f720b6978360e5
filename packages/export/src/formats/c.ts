import { lower, withThresholds } from "@bnas/model";
import { cFiles } from "../c/c-files.js";
import type { ExportFormat } from "../form/exported.js";
import { cConsumer } from "../proof/c-consumer.js";

/** C99 without allocation, for devices. */
export const c: ExportFormat = {
  name: "c",
  opsets: [],
  graph: (model) => withThresholds(lower(model)),
  write: cFiles,
  consumers: () => [cConsumer("cc")],
};
