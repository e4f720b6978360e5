import { descriptionOf } from "./object-bucket.js";

/** What describes an object of a bucket: NATS ADR-20, of which we read these. */
export type BlobDescription = {
  /** The hash of a blob; another has put an object whose name is none. */
  readonly name: string;
  /** The last part of the subject of its chunks. */
  readonly nuid: string;
  /** Bytes. */
  readonly size: number;
  readonly chunks: number;
  /** Lower-case hex. */
  readonly sha256: string;
  /** When it was put, or counted as put, in milliseconds since 1970. */
  readonly putAt: number;
  readonly deleted: boolean;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;
/** No wildcard of NATS, which would be the chunks of other objects. */
const isNuid = (value: unknown): value is string => typeof value === "string" && /^[A-Za-z0-9]{1,128}$/.test(value);

/**
 * Of a message on the subject of a description; undefined for what no client has written there: all who may write blobs may write
 * any bytes. It throws nothing.
 */
export const readDescription = (
  bucket: string,
  { subject, data }: { readonly subject: string; readonly data: Uint8Array },
): BlobDescription | undefined => {
  try {
    const {
      name,
      nuid,
      size,
      chunks,
      digest,
      mtime,
      deleted = false,
    } = Object(JSON.parse(Buffer.from(data).toString("utf8")));
    if (typeof name !== "string" || descriptionOf(bucket, name) !== subject) return undefined;
    if (!isNuid(nuid) || !isCount(size) || !isCount(chunks) || typeof deleted !== "boolean") return undefined;
    const putAt = typeof mtime === "string" ? Date.parse(mtime) : Number.NaN;
    if (Number.isNaN(putAt)) return undefined;
    // Of an object that was deleted there is none.
    if (!deleted && typeof digest !== "string") return undefined;
    const sha256 = Buffer.from(String(digest ?? "").replace("SHA-256=", ""), "base64url").toString("hex");
    return { name, nuid, size, chunks, sha256, putAt, deleted };
  } catch {
    return undefined;
  }
};

/**
 * Whether chunks are of the blob of this name, by their name: it begins with the hash. Others may be those of another blob, so
 * that they are removed only where nothing describes them.
 */
export const areChunksOf = (sha256: string, nuid: string): boolean => nuid.startsWith(sha256);
