import { type BnasError, fault } from "@bnas/errors";

/** The store has no such blob. @param place where it should be: a path or an address */
export const blobMissing = (sha256: string, place: string): BnasError<"BLOB_MISSING"> =>
  fault(
    "BLOB_MISSING",
    `Blob ${sha256} is missing: there is no ${place}`,
    "Is this the store that the search wrote to? If the blob was deleted, restore it from a copy or begin the search again.",
  );

/** The store has other bytes under this hash than those that were put. @param place where it is: a path or an address */
export const blobAltered = (sha256: string, place: string, actual: string): BnasError<"BLOB_ALTERED"> =>
  fault(
    "BLOB_ALTERED",
    `Blob ${sha256} was altered: ${place} hashes to ${actual}`,
    "Check the disk, and restore the blob from a copy; if there is none, delete it and begin the search again.",
  );
