import { concurrently } from "@bnas/disk";
import { hasCode, type InvalidInput, invalidInput } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import type { CheckpointRef } from "@bnas/search";
import type { BlobStore, Manifest, StoredBlob } from "@bnas/store";
import { readManifest } from "@bnas/store";
import { blobsOf, sortBlobs } from "./garbage.js";
import { type Root, readRoots, removeStaleFacts } from "./roots.js";

/** Blobs on their way at once. */
const AT_ONCE = 16;

export type CollectOptions = {
  /** All logs whose searches write to the store: what none of them reaches is garbage. */
  readonly logs: readonly FactLog[];
  readonly store: BlobStore;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What was put within this time is no garbage: its fact may be on its way. Longer than clocks differ. */
  readonly graceMs: number;
  /** Keep every checkpoint of searches that have ended, not only the last. */
  readonly keepAll: boolean;
  /** Say what would be removed, and remove nothing. */
  readonly dryRun: boolean;
  /** Stops after the removals that are under way. */
  readonly signal?: AbortSignal;
};

/** So many blobs, and their bytes in all. */
export type Amount = { readonly count: number; readonly bytes: number };

/** What was collected. */
export type Collected = {
  readonly searches: { readonly live: number; readonly ended: number };
  readonly reached: Amount;
  /** Nothing reaches them, but they are within the grace time. */
  readonly young: Amount;
  /** Removed, or with `dryRun` what would be. */
  readonly garbage: Amount;
  /** Rests of puts and removals that were cut off, which were removed. */
  readonly swept: number;
  /** Ended searches of which the last checkpoint is not in the store. */
  readonly withoutCheckpoint: readonly string[];
};

/**
 * Remove the blobs that no search of the logs reaches, and what is left of facts of searches that were archived or deleted. Safe
 * while searches run and while blobs are put: everything that a search still needs is reached, and a blob without a fact is young.
 * @throws BLOB_MISSING when a live search lacks a checkpoint, or an archived one its facts
 * @throws InvalidInput, and removes nothing, when the logs reach none of the blobs: they are not the logs of this store
 */
export const collectGarbage = async (options: CollectOptions): Promise<Collected> => {
  const { store, dryRun, signal } = options;
  const before = options.now - options.graceMs;
  // Blobs first: whatever was put before the list and has its fact is seen to be reached.
  const blobs: StoredBlob[] = [];
  for await (const blob of store.list()) blobs.push(blob);
  // Log by log: two of them may each have a search of the same name.
  const roots = (await Promise.all(options.logs.map((log) => readRoots(log, store, options)))).flat();
  const { manifests, withoutCheckpoint } = await readManifests(store, roots);
  const archives = roots.flatMap(({ archive }) => archive ?? []);
  const { reached, young, garbage } = sortBlobs(blobs, new Set([...archives, ...blobsOf(manifests)]), { before });
  if (garbage.length > 0 && reached.length === 0 && !wroteTo(roots, blobs)) throw notTheLog(blobs.length, roots);

  const removed = dryRun ? garbage : await remove(store, garbage, before, signal);
  if (!dryRun && !signal?.aborted) for (const log of options.logs) await removeStaleFacts(log);
  return {
    searches: {
      live: roots.filter(({ state }) => state === "live").length,
      ended: roots.filter(({ state }) => state === "ended").length,
    },
    reached: amountOf(reached),
    young: amountOf(young),
    garbage: amountOf(removed),
    swept: dryRun || signal?.aborted ? 0 : await store.sweep(before),
    withoutCheckpoint,
  };
};

const readManifests = async (store: BlobStore, roots: readonly Root[]) => {
  const manifests = new Map<CheckpointRef, Manifest>();
  const withoutCheckpoint: string[] = [];
  await concurrently(roots, AT_ONCE, async ({ searchId, state, checkpoints }) => {
    for (const ref of checkpoints) {
      try {
        manifests.set(ref, await readManifest(store, ref));
      } catch (error) {
        // Nothing depends on the weights of an ended search. A live search without its checkpoint cannot continue.
        if (!hasCode(error, "BLOB_MISSING") || state === "live") throw error;
        if (!withoutCheckpoint.includes(searchId)) withoutCheckpoint.push(searchId);
      }
    }
  });
  return { manifests, withoutCheckpoint: withoutCheckpoint.sort() };
};

/** Whether deleted searches of the logs wrote to this store, where no other search is left that reaches anything. */
const wroteTo = (roots: readonly Root[], blobs: readonly StoredBlob[]): boolean => {
  const there = new Set(blobs.map(({ sha256 }) => sha256));
  return roots.some(({ deleted }) => deleted !== undefined && there.has(deleted));
};

const remove = async (
  store: BlobStore,
  garbage: readonly StoredBlob[],
  before: number,
  signal: AbortSignal | undefined,
): Promise<readonly StoredBlob[]> => {
  const removed = await concurrently(garbage, AT_ONCE, async (blob) =>
    !signal?.aborted && (await store.remove(blob.sha256, before)) ? [blob] : [],
  );
  return removed.flat();
};

const amountOf = (blobs: readonly StoredBlob[]): Amount => ({
  count: blobs.length,
  bytes: blobs.reduce((sum, { bytes }) => sum + bytes, 0),
});

const notTheLog = (blobs: number, roots: readonly Root[]): InvalidInput =>
  invalidInput(
    "log",
    `${roots.filter(({ state }) => state !== "deleted").length} searches`,
    `a log whose searches reach at least one of the ${blobs} blobs of the store`,
    "Nothing was removed. Are these the log and the store of one mesh? If the log was lost, `bnas restore` brings its facts back; if all of the blobs are garbage, remove the store itself.",
  );
