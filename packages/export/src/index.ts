export { type ExportOptions, type ExportProof, exportModel } from "./export-model.js";
export { FORMAT_NAMES, formatOf } from "./formats.js";
export { packInt2 } from "./onnx/int2.js";
