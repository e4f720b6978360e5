export { parseConfig } from "./config.js";
export {
  type Graph,
  type GraphNode,
  type GraphOperation,
  type GraphWeights,
  IMAGE,
  type ValueShape,
} from "./graph.js";
export { lower } from "./lower.js";
export type { Model } from "./model.js";
export { readModel, writeModel } from "./model-folder.js";
export { runGraph, type Seen } from "./run-graph.js";
export { decodeSafetensors, encodeSafetensors } from "./safetensors.js";
