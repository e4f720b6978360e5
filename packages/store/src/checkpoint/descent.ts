import { hasCode } from "@bnas/errors";
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
 * and the blob that it wrote must be there. Where the manifest of what it was made of was collected, all of its blobs must be.
 * It rejects with BLOB_MISSING for its own manifest, and with BLOB_ALTERED for any.
 */
export const descentFault = async (
  { checkpoint, from, parts = [] }: Descent,
  store: Pick<BlobStore, "has">,
  manifestOf: (ref: CheckpointRef) => Promise<Manifest>,
): Promise<string | undefined> => {
  const made = await manifestOf(checkpoint);
  const inputs = [...(from === null ? [] : [from]), ...parts];
  const there = await Promise.all(inputs.map((ref) => unlessCollected(manifestOf(ref))));
  const manifests = there.filter((manifest) => manifest !== undefined);
  if (manifests.length < inputs.length) return missingBlob(checkpoint, blobsOf(made), store);
  const [base = new Map(), ...others] = from === null ? [new Map(), ...manifests] : manifests;
  for (const name of base.keys()) {
    if (!made.has(name)) return `checkpoint ${checkpoint} lacks tensor ${name} of ${from}, which it should begin with`;
  }
  const kept = [base, ...others];
  const written = new Set<string>();
  for (const [name, entry] of made) {
    const isKept = kept.some((one) => one.get(name)?.blob === entry.blob && isSameTensor(one.get(name), entry));
    if (!isKept) written.add(entry.blob);
  }
  if (written.size > 1) {
    return `checkpoint ${checkpoint} has tensors in ${written.size} blobs that are not of ${from ?? "the beginning"}, and a job writes one`;
  }
  return missingBlob(checkpoint, written, store);
};

/** What a job began with may be collected once its answer is there: what is left to look at is the answer. */
const unlessCollected = async (manifest: Promise<Manifest>): Promise<Manifest | undefined> => {
  try {
    return await manifest;
  } catch (error) {
    if (hasCode(error, "BLOB_MISSING")) return undefined;
    throw error;
  }
};

const blobsOf = (manifest: Manifest): ReadonlySet<string> => new Set([...manifest.values()].map(({ blob }) => blob));

const missingBlob = async (
  checkpoint: CheckpointRef,
  blobs: ReadonlySet<string>,
  store: Pick<BlobStore, "has">,
): Promise<string | undefined> => {
  for (const blob of blobs) {
    if (!(await store.has(blob))) return `Blob ${blob} of checkpoint ${checkpoint} is missing`;
  }
  return undefined;
};
