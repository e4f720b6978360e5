import type { CheckpointRef } from "@bnas/search";
import type { BlobStore } from "../blob-store.js";
import { isSameTensor, type Manifest } from "./manifest.js";

/** A checkpoint that a job made, and what it was made of. `parts`: the samples of a merge. */
export type Descent = {
  readonly checkpoint: CheckpointRef;
  readonly from: CheckpointRef | null;
  readonly parts?: readonly CheckpointRef[];
};

/**
 * Why a checkpoint is not one that a job can have made of the given ones; undefined where it may be. A job keeps the tensors that it did not
 * change, where they are, and writes those that it changed as one blob: a checkpoint of another search shares none of them. Its manifest
 * and the blob that it wrote must be there.
 * It rejects with BLOB_MISSING or BLOB_ALTERED for a manifest.
 */
export const descentFault = async (
  { checkpoint, from, parts = [] }: Descent,
  store: Pick<BlobStore, "has">,
  manifestOf: (ref: CheckpointRef) => Promise<Manifest>,
): Promise<string | undefined> => {
  const made = await manifestOf(checkpoint);
  const base = from === null ? new Map() : await manifestOf(from);
  for (const name of base.keys()) {
    if (!made.has(name)) return `checkpoint ${checkpoint} lacks tensor ${name} of ${from}, which it should begin with`;
  }
  const others = await Promise.all(parts.map(manifestOf));
  const kept = [base, ...others];
  const written = new Set<string>();
  for (const [name, entry] of made) {
    const isKept = kept.some((one) => one.get(name)?.blob === entry.blob && isSameTensor(one.get(name), entry));
    if (!isKept) written.add(entry.blob);
  }
  if (written.size > 1) {
    return `checkpoint ${checkpoint} has tensors in ${written.size} blobs that are not of ${from ?? "the beginning"}, and a job writes one`;
  }
  for (const blob of written)
    if (!(await store.has(blob))) return `Blob ${blob} of checkpoint ${checkpoint} is missing`;
  return undefined;
};
