export { flagOf, readConfig, variableOf } from "./config.js";
export {
  defineService,
  type RunningService,
  type ServiceDefinition,
  type ServiceTools,
  silentTools,
  startAlone,
} from "./define-service.js";
export { millisecondsIn } from "./milliseconds-in.js";
export { prepareEnvironment } from "./prepare-environment.js";
export { runService } from "./run-service.js";
export { serveThread } from "./serve-thread.js";
export { listenSetting, processSettings, saidOf } from "./settings.js";
export { startThread, type TaskThread } from "./start-thread.js";
export type { TaskContext, ThreadMethods } from "./thread-protocol.js";
