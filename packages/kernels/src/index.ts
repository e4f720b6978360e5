export * from "./ops.js";
export { registerPortableKernels } from "./portable.js";
export { EngineMissing, findTensorflow } from "./tensorflow/find.js";
export { loadTensorflowKernels, type TensorflowVersions } from "./tensorflow/load.js";
export { loadWasmKernels } from "./wasm/load.js";
