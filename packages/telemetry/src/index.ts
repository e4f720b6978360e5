export { failSpan, inSpan } from "./in-span.js";
export { createLogger, type Logger, type LogLevel, silentLogger } from "./logging.js";
export type { Identity } from "./open-exporters.js";
export { type Attributes, type Headers, type OpenSpan, recorder } from "./recorder.js";
export { type RunningTelemetry, startAs, startTelemetry, whoRecords } from "./start-telemetry.js";
export { continueTrace, inject } from "./trace-context.js";
