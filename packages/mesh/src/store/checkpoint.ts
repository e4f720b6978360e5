import { type CheckpointRef, InvalidInput, type Tensors, type TensorValue } from "@bnas/search";
import { concurrently } from "../concurrently.js";
import type { BlobStore } from "./blob-store.js";
import { type Manifest, manifestText, parseManifest, sizeOf, type TensorEntry } from "./manifest.js";
import { sha256Of } from "./sha256.js";
import { bytesOf, valuesOf } from "./tensor-bytes.js";

/** Blobs on their way at once: enough for the disk to write their fsyncs together. */
const atOnce = 16;

/**
 * Write the tensors that changed, then the manifest of base and changed together: what `changed` names replaces the base's.
 * Values that the base has already write nothing; no change at all gives the base's own reference.
 * The manifest comes last, so a reference always stands for a whole checkpoint. @param base null: there is none
 */
export async function saveCheckpoint(
  store: BlobStore,
  base: CheckpointRef | null,
  changed: Tensors,
): Promise<CheckpointRef> {
  const earlier: Manifest = base === null ? new Map() : await readManifest(store, base);
  const entries = await concurrently(
    [...changed],
    atOnce,
    async ([name, tensor]) => [name, await saveTensor(store, name, tensor, earlier.get(name))] as const,
  );
  return store.put(Buffer.from(manifestText(new Map([...earlier, ...entries]))));
}

async function saveTensor(
  store: BlobStore,
  name: string,
  { shape, values }: TensorValue,
  earlier: TensorEntry | undefined,
): Promise<TensorEntry> {
  if (sizeOf(shape) !== values.length) {
    throw new InvalidInput(
      `tensor ${name}`,
      shape,
      `a shape of ${values.length} values`,
      "Give the shape that the values have, row-major.",
    );
  }
  const bytes = bytesOf(values);
  const known = earlier !== undefined && earlier.sha256 === sha256Of(bytes);
  return { dtype: "float32", shape, sha256: known ? earlier.sha256 : await store.put(bytes) };
}

/** Which tensors a checkpoint has. Throws BlobMissing, BlobAltered, or InvalidInput for a blob that is no manifest. */
export async function readManifest(store: BlobStore, ref: CheckpointRef): Promise<Manifest> {
  return parseManifest(Buffer.from(await store.get(ref)).toString("utf8"), `checkpoint ${ref}`);
}

/** The tensors of a checkpoint, or only those that are `wanted`. Throws as readManifest does. */
export async function loadCheckpoint(
  store: BlobStore,
  ref: CheckpointRef,
  wanted: (name: string) => boolean = () => true,
): Promise<Tensors> {
  const entries = [...(await readManifest(store, ref))].filter(([name]) => wanted(name));
  return new Map(
    await concurrently(
      entries,
      atOnce,
      async ([name, entry]) => [name, await loadTensor(store, ref, name, entry)] as const,
    ),
  );
}

async function loadTensor(
  store: BlobStore,
  ref: CheckpointRef,
  name: string,
  { shape, sha256 }: TensorEntry,
): Promise<TensorValue> {
  const bytes = await store.get(sha256);
  if (bytes.length === 4 * sizeOf(shape)) return { shape, values: valuesOf(bytes) };
  throw new InvalidInput(
    `checkpoint ${ref}, tensor ${name}`,
    `${bytes.length} bytes`,
    `${4 * sizeOf(shape)} bytes for the shape [${shape.join(", ")}]`,
    "The manifest does not fit its blobs: load another checkpoint of the search.",
  );
}
