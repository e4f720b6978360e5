export { type PrunerConfig, prunerConfig } from "./config.js";
export { startPruner } from "./service.js";
