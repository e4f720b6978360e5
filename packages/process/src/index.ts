export { readConfig } from "./config.js";
export { millisecondsIn } from "./milliseconds-in.js";
export { type RunningService, runService } from "./run-service.js";
export { serveTasks, startThread, type TaskThread } from "./worker.js";
