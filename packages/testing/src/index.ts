export * from "./build-facts.js";
export * from "./counting-log.js";
export * from "./run-search.js";
export * from "./simulate.js";
