/** The store has no such blob. */
export class BlobMissing extends Error {
  readonly sha256: string;
  /** Where it should be: a path or an address. */
  readonly place: string;

  constructor(sha256: string, place: string) {
    super(
      `Blob ${sha256} is missing: there is no ${place}. ` +
        "Is this the store that the search wrote to? If the blob was deleted, restore it from a copy or begin the search anew.",
    );
    this.name = "BlobMissing";
    this.sha256 = sha256;
    this.place = place;
  }
}

/** The store has other bytes under this hash than those that were put. */
export class BlobAltered extends Error {
  readonly sha256: string;
  /** Where it is: a path or an address. */
  readonly place: string;

  constructor(sha256: string, place: string, actual: string) {
    super(
      `Blob ${sha256} was altered: ${place} hashes to ${actual}. ` +
        "Check the disk, and restore the blob from a copy; if there is none, delete it and begin the search anew.",
    );
    this.name = "BlobAltered";
    this.sha256 = sha256;
    this.place = place;
  }
}
