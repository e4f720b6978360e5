export * from "./facts.js";
export * from "./genotype.js";
export * from "./invalid-input.js";
export * from "./operations.js";
export * from "./space.js";
export * from "./spec.js";
export * from "./tensors.js";
