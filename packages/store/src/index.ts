export { blobAltered, blobMissing } from "./blob-errors.js";
export { type BlobStore, type StoredBlob, TOUCH_AFTER_MS } from "./blob-store.js";
export { loadCheckpoint, readManifest, saveCheckpoint } from "./checkpoint/checkpoint.js";
export type { Manifest } from "./checkpoint/manifest.js";
export { mergeManifests, type Weighted, weightedMean } from "./checkpoint/merge.js";
export { DirectoryStore } from "./directory-store.js";
export { MemoryStore } from "./memory-store.js";
export { isS3Address, parseS3Address } from "./s3/s3-address.js";
export { TracedStore } from "./traced-store.js";
