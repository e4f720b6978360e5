import { afterEach, beforeEach, vi } from "vitest";
import { S3Store } from "../src/s3/s3-store.js";
import { BucketInMemory } from "./bucket-in-memory.js";

// What an S3 server sees of a store: order, conditions, pages. test/integration/s3-store.test.ts tries a real one.

export const address = { bucket: "blobs", prefix: "mesh/a", endpoint: "http://s3:9000", pathStyle: true };
export const bytes = Buffer.from("the bytes");
export const sha256 = "ed589341c9fd5da96aaff4c5efa008226282a716186608d5a032ac75895a9c2f";
export const key = `mesh/a/ed/${sha256}`;
export const mark = `mesh/a/.removing/${sha256}/another-process`;

export let bucket: BucketInMemory;
export let store: S3Store;

/** A new bucket before each test of the file that calls this, and a store that was opened on it, at the bucket's time. */
export const openBeforeEach = (): void => {
  beforeEach(async () => {
    bucket = new BucketInMemory();
    bucket.serve();
    vi.spyOn(Date, "now").mockImplementation(() => bucket.now);
    store = await S3Store.open(address);
    bucket.asked.length = 0;
  });
  afterEach(async () => {
    await store.close();
    vi.restoreAllMocks();
  });
};
