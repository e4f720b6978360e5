import { concurrently, sha256Of } from "@bnas/disk";
import { invalidInput } from "@bnas/errors";
import type { CheckpointRef, Tensors, TensorValue } from "@bnas/search";
import { blobAltered } from "../blob-errors.js";
import type { BlobStore } from "../blob-store.js";
import { isSameTensor, type Manifest, manifestText, parseManifest, sizeOf, type TensorEntry } from "./manifest.js";
import { bytesOf, valuesOf } from "./tensor-bytes.js";

/** Blobs on their way at once. */
const AT_ONCE = 16;

/**
 * Write the tensors that changed as one blob, then the manifest of base and changed together: what `changed` names replaces
 * the base's. Values that the base has already are not written again; no change at all gives the base's own reference.
 * The manifest comes last, so a reference always stands for a whole checkpoint.
 * @param base null: there is none. A manifest: tensors that are in blobs already, such as those of a merge
 * @example
 * ```ts
 * import { loadCheckpoint, MemoryStore, saveCheckpoint } from "@bnas/store";
 *
 * const store = new MemoryStore();
 * const stem = { shape: [2], values: Float32Array.of(1, 2) };
 * const reference = await saveCheckpoint(store, null, new Map([["stem", stem]]));
 * (await loadCheckpoint(store, reference)).get("stem"); // => stem
 * ```
 */
export const saveCheckpoint = async (
  store: BlobStore,
  base: CheckpointRef | Manifest | null,
  changed: Tensors,
): Promise<CheckpointRef> => {
  const earlier = typeof base === "string" ? await readManifest(store, base) : (base ?? new Map());
  // In the order of their names, so that the same tensors are the same blob.
  const pieces = [...changed]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, tensor]) => piece(name, tensor))
    .filter((piece) => !isSameTensor(earlier.get(piece.name), piece));
  if (typeof base === "string" && pieces.length === 0) return base;
  if (base !== null && pieces.length === 0) return store.put(Buffer.from(manifestText(earlier)));
  const blob = await store.put(Buffer.concat(pieces.map(({ bytes }) => bytes)));
  const entries: [string, TensorEntry][] = [];
  let offset = 0;
  for (const { name, shape, sha256, bytes } of pieces) {
    entries.push([name, { dtype: "float32", shape, sha256, blob, offset }]);
    offset += bytes.length;
  }
  return store.put(Buffer.from(manifestText(new Map([...earlier, ...entries]))));
};

const piece = (name: string, { shape, values }: TensorValue) => {
  if (sizeOf(shape) !== values.length) {
    throw invalidInput(
      `tensor ${name}`,
      shape,
      `a shape of ${values.length} values`,
      "Give the shape that the values have, row-major.",
    );
  }
  const bytes = bytesOf(values);
  return { name, shape, bytes, sha256: sha256Of(bytes) };
};

/** Which tensors a checkpoint has. @throws BLOB_MISSING, BLOB_ALTERED, or InvalidInput for a blob that is no manifest */
export const readManifest = async (store: BlobStore, ref: CheckpointRef): Promise<Manifest> => {
  return parseManifest(Buffer.from(await store.get(ref)).toString("utf8"), `checkpoint ${ref}`);
};

/** The tensors of a checkpoint, or only those that are `wanted`. @throws as readManifest does */
export const loadCheckpoint = async (
  store: BlobStore,
  ref: CheckpointRef,
  wanted: (name: string) => boolean = () => true,
): Promise<Tensors> => {
  const entries = [...(await readManifest(store, ref))].filter(([name]) => wanted(name));
  // The store verifies a blob as a whole, so each is fetched once, however many tensors of it are wanted.
  const names = [...new Set(entries.map(([, { blob }]) => blob))];
  const blobs = new Map(await concurrently(names, AT_ONCE, async (blob) => [blob, await store.get(blob)] as const));
  return new Map(entries.map(([name, entry]) => [name, tensorIn(blobs, ref, name, entry)]));
};

const tensorIn = (
  blobs: ReadonlyMap<string, Uint8Array>,
  ref: CheckpointRef,
  name: string,
  { shape, sha256, blob, offset }: TensorEntry,
): TensorValue => {
  const bytes = blobs.get(blob)?.subarray(offset, offset + 4 * sizeOf(shape)) ?? new Uint8Array();
  if (bytes.length === 4 * sizeOf(shape)) {
    const found = sha256Of(bytes);
    if (found !== sha256) throw blobAltered(sha256, `tensor ${name} of checkpoint ${ref}`, found);
    return { shape, values: valuesOf(bytes) };
  }
  throw invalidInput(
    `checkpoint ${ref}, tensor ${name}`,
    `${bytes.length} bytes`,
    `${4 * sizeOf(shape)} bytes for the shape [${shape.join(", ")}]`,
    "The manifest does not fit its blobs: load another checkpoint of the search.",
  );
};
