export * from "./jobs-contract.js";
export * from "./lead-contract.js";
export * from "./log-contract.js";
export * from "./removal-contract.js";
export * from "./store-contract.js";
export * from "./temporary-folder.js";
