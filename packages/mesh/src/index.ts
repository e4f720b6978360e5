export * from "./log/fact-log.js";
export * from "./store/blob-store.js";
