import { concurrently } from "@bnas/disk";
import { hasCode } from "@bnas/errors";
import type { CheckpointRef, Fact } from "@bnas/search";
import type { BlobStore, Manifest } from "@bnas/store";
import { readManifest } from "@bnas/store";

/** Blobs on their way at once. */
const AT_ONCE = 16;

/** The checkpoints that facts say were made. */
export const checkpointsIn = (facts: readonly { readonly fact: Fact }[]): ReadonlySet<CheckpointRef> =>
  new Set(
    facts.flatMap(({ fact }) => (fact.kind !== "search.deleted" && "checkpoint" in fact ? [fact.checkpoint] : [])),
  );

/**
 * Remove checkpoints and the blobs that they alone are made of. Cut off in the middle, it may be done again: manifests go last.
 * @param kept checkpoints of others: nothing of theirs is removed
 * @param before milliseconds since 1970: what was put later stays
 * @param mayGoOn asked before each removal: false, and nothing more is removed
 */
export const removeCheckpoints = async (
  store: BlobStore,
  removed: ReadonlySet<CheckpointRef>,
  { kept, before, mayGoOn }: { readonly kept: ReadonlySet<CheckpointRef>; readonly before: number; mayGoOn(): boolean },
): Promise<void> => {
  const [own, others] = await Promise.all([manifestsOf(store, removed), manifestsOf(store, kept)]);
  const reached = new Set([...others.keys(), ...others.values()].flatMap((part) => blobsIn(part)));
  const parts = new Set([...own.values()].flatMap(blobsIn));
  for (const blobs of [parts, new Set(own.keys())]) {
    await concurrently(
      [...blobs].filter((blob) => !reached.has(blob)),
      AT_ONCE,
      async (blob) => {
        if (mayGoOn()) await store.remove(blob, before);
      },
    );
  }
};

const blobsIn = (part: CheckpointRef | Manifest): readonly string[] =>
  typeof part === "string" ? [part] : [...part.values()].map(({ blob }) => blob);

/** Those that are there. */
const manifestsOf = async (
  store: BlobStore,
  refs: ReadonlySet<CheckpointRef>,
): Promise<ReadonlyMap<CheckpointRef, Manifest>> => {
  const found = await concurrently([...refs], AT_ONCE, async (ref) => {
    try {
      return [[ref, await readManifest(store, ref)] as const];
    } catch (error) {
      if (hasCode(error, "BLOB_MISSING")) return [];
      throw error;
    }
  });
  return new Map(found.flat());
};
