export * from "./log-contract.js";
export * from "./removal-contract.js";
export * from "./store-contract.js";
export * from "./temporary-folder.js";
