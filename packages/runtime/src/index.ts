export {
  aligned,
  BLOCK,
  type ElementType,
  ENTRY,
  FORMAT_VERSION,
  HEADER,
  HEADER_AT,
  INPUT,
  KINDS,
  MAGIC,
  NODE,
  TYPE,
  tensorBytes,
} from "./bnn-layout.js";
export { crc32, digestOf } from "./checksums.js";
export { DamagedFile } from "./damaged-file.js";
export { decodeBnn } from "./decode-bnn.js";
export {
  type Graph,
  type GraphNode,
  type GraphOperation,
  type GraphWeights,
  IMAGE,
  type ValueShape,
} from "./graph.js";
export { type Classification, type LoadedNetwork, load } from "./network.js";
