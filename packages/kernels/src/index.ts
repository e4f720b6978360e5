export * from "./ops.js";
export { registerPortableKernels } from "./portable.js";
export { loadWasmKernels } from "./wasm/load.js";
