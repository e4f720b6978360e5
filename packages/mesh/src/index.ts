export { concurrently } from "./concurrently.js";
export { type ConfigSources, readConfig } from "./config.js";
export {
  type DataDescription,
  describeData,
  judgingBatches,
  splitPlan,
  trainingBatches,
} from "./dataset-client.js";
export { isUnavailable, MeshError } from "./errors.js";
export { failSearch } from "./fail-search.js";
export type { Appended, FactLog, Stored, Work } from "./log/fact-log.js";
export { FactsDamaged } from "./log/facts-damaged.js";
export { type FactsFile, parseFactsFile } from "./log/facts-file.js";
export { FileLog } from "./log/file-log.js";
export { LogClosed } from "./log/log-closed.js";
export { MemoryLog } from "./log/memory-log.js";
export { defaultRetryPolicy, Retry, type RetryPolicy } from "./log/retry.js";
export { createLogger, type Logger, type LogLevel, logLevels, silentLogger } from "./logging.js";
export { openLog, openStore } from "./open.js";
export { openedSpec } from "./opened-spec.js";
export { type Connection, type ConnectOptions, connect } from "./rpc/client.js";
export { defaultMaxMessageBytes } from "./rpc/limits.js";
export { fromRpcError, toRpcError } from "./rpc/rpc-errors.js";
export { type RpcServer, type RpcService, serveRpc } from "./rpc/server.js";
export { type RunningService, runService } from "./run-service.js";
export { type Followed, Searches } from "./searches.js";
export { specOfMessage, specToMessage } from "./spec-message.js";
export { BlobAltered, BlobMissing } from "./store/blob-errors.js";
export type { BlobStore } from "./store/blob-store.js";
export { loadCheckpoint, readManifest, saveCheckpoint } from "./store/checkpoint.js";
export { DirectoryStore } from "./store/directory-store.js";
export type { Manifest, TensorEntry } from "./store/manifest.js";
export { MemoryStore } from "./store/memory-store.js";
export { Aborted, serveTasks, startThread, type TaskThread } from "./worker.js";
