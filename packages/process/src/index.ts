export { readConfig, variableOf } from "./config.js";
export {
  defineService,
  type RunningService,
  type ServiceDefinition,
  type ServiceTools,
  startAlone,
} from "./define-service.js";
export { quietLibraries } from "./quiet-libraries.js";
export { runService } from "./run-service.js";
export { serveThread } from "./serve-thread.js";
export { listenSetting, processSettings, saidOf } from "./settings.js";
export { startThread, type TaskThread } from "./start-thread.js";
export type { TaskContext, ThreadMethods } from "./thread-protocol.js";
