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
export { type FactsFile, factsFileText, parseFactsFile } from "./log/facts-file.js";
export { FileLog } from "./log/file-log.js";
export { JetStreamLog, type JetStreamLogOptions } from "./log/jetstream-log.js";
export { LogClosed } from "./log/log-closed.js";
export { MemoryLog } from "./log/memory-log.js";
export { type Restored, restoreFacts } from "./log/restore-facts.js";
export { defaultRetryPolicy, Retry, type RetryPolicy } from "./log/retry.js";
export { tombstonesOf } from "./log/tombstone.js";
export { createLogger, type Logger, type LogLevel, logLevels, silentLogger } from "./logging.js";
export { natsAccounts } from "./nats/accounts.js";
export type { NatsOptions } from "./nats/nats-options.js";
export { type NatsSettings, natsOfService, natsSecurity, natsSettings } from "./nats/nats-settings.js";
export { defaultPlaces, type NatsPlaces, type NatsRights, natsRights } from "./nats/rights.js";
export { type OpenOptions, openLog, openStore } from "./open.js";
export { openedSpec } from "./opened-spec.js";
export { type Connection, type ConnectOptions, connect } from "./rpc/client.js";
export { defaultMaxMessageBytes } from "./rpc/limits.js";
export { fromRpcError, toRpcError } from "./rpc/rpc-errors.js";
export { type RpcServer, type RpcService, serveRpc } from "./rpc/server.js";
export type { ClientTls, ServerTls } from "./rpc/tls.js";
export { TokenFile } from "./rpc/tokens.js";
export { type RunningService, runService } from "./run-service.js";
export { readArchive, writeArchive } from "./searches/archive.js";
export { type Followed, followAll } from "./searches/followed.js";
export type { EndedSearch, KnownSearch } from "./searches/known-search.js";
export { type ArchivedFact, findFacts, readSearchFacts, type SearchFacts } from "./searches/search-facts.js";
export { type FollowOptions, Searches } from "./searches/searches.js";
export { checkClientTls, clientTls, type SecureSettings, secureSettings, serverTls } from "./secure-settings.js";
export { specOfMessage, specToMessage } from "./spec-message.js";
export { BlobAltered, BlobMissing } from "./store/blob-errors.js";
export type { BlobStore, StoredBlob } from "./store/blob-store.js";
export { loadCheckpoint, readManifest, saveCheckpoint } from "./store/checkpoint.js";
export { type Amount, type Collected, type CollectOptions, collectGarbage } from "./store/collect-garbage.js";
export { DirectoryStore } from "./store/directory-store.js";
export { lastCheckpoint } from "./store/garbage.js";
export type { Manifest, TensorEntry } from "./store/manifest.js";
export { MemoryStore } from "./store/memory-store.js";
export { type Merge, mergeManifests, type Weighted, weightedMean } from "./store/merge.js";
export { ObjectStore, type ObjectStoreOptions } from "./store/object-store.js";
export { checkpointsIn, removeCheckpoints } from "./store/remove-checkpoints.js";
export { queueDepth } from "./telemetry/queue-depth.js";
export { recorder } from "./telemetry/recorder.js";
export { type RunningTelemetry, startTelemetry } from "./telemetry/start-telemetry.js";
export { continueTrace, inject } from "./telemetry/trace-context.js";
export { Aborted, serveTasks, startThread, type TaskThread } from "./worker.js";
