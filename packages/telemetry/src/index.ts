export type { Environment } from "./environment.js";
export { failSpan, inSpan } from "./in-span.js";
export { createLogger, LOG_LEVELS, type Logger, type LogLevel, silentLogger } from "./logging.js";
export {
  type Attributes,
  type Headers,
  type Identity,
  type OpenSpan,
  type Recorder,
  silentRecorder,
} from "./recorder.js";
export {
  type RunningTelemetry,
  silentTelemetry,
  startAs,
  startTelemetry,
  type Telemetry,
} from "./start-telemetry.js";
