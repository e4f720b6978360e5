import { createHash, randomBytes } from "node:crypto";
import { storeContract } from "@bnas/testing/contracts";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { Objm } from "@nats-io/obj";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { ageBlob } from "../../store/test/age-blob.js";
import { ObjectStore } from "../src/objects/object-store.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();
const opened: ObjectStore[] = [];
const openBucket = async (bucket: string): Promise<ObjectStore> => {
  const store = await ObjectStore.open({ servers: [nats.address], bucket });
  opened.push(store);
  return store;
};

let last = "";
storeContract(
  "ObjectStore",
  async () => {
    last = await nats.empty();
    return openBucket(last);
  },
  (sha256) => ageBlob(nats.address, last, sha256),
  20,
);

afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});

describe("ObjectStore: the bucket", () => {
  let connection: NatsConnection;
  beforeAll(async () => {
    connection = await connect({ servers: nats.address });
  }, 120_000);
  afterAll(() => connection.close());

  const streams = async () => (await jetstreamManager(connection)).streams;
  const stateOf = async (bucket: string) => (await (await streams()).info(`OBJ_${bucket}`)).state;
  const bytes = Buffer.from("the bytes");
  const sha256Of = (data: Uint8Array) => createHash("sha256").update(data).digest("hex");

  it("is there again when it is opened again", async () => {
    const bucket = await nats.empty();
    const sha256 = await (await openBucket(bucket)).put(bytes);
    expect(Buffer.from(await (await openBucket(bucket)).get(sha256))).toEqual(bytes);
  });

  it("keeps a blob of 50 MB in chunks, and writes nothing when it is put again", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    const large = randomBytes(50 * 2 ** 20);
    const sha256 = await store.put(large);
    const { messages, last_seq } = await stateOf(bucket);
    expect(messages).toBe(100 + 1);
    expect(large.equals(await store.get(sha256))).toBe(true);
    await store.put(large);
    expect((await stateOf(bucket)).last_seq).toBe(last_seq);
  });

  it("keeps an empty blob", async () => {
    const store = await openBucket(await nats.empty());
    expect(await store.get(await store.put(new Uint8Array()))).toHaveLength(0);
  });

  it("holds one copy of a blob that many processes put at once", async () => {
    const bucket = await nats.empty();
    const stores = await Promise.all(Array.from({ length: 5 }, () => openBucket(bucket)));
    const hashes = await Promise.all(stores.map((store) => store.put(bytes)));
    expect(new Set(hashes)).toEqual(new Set([sha256Of(bytes)]));
    expect((await stateOf(bucket)).messages).toBe(2);
  });

  it("counts nothing of a put that was cut off, and takes the blob when it is put again", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    await jetstream(connection).publish(`$O.${bucket}.C.LEFTBYACRASH`, bytes.subarray(0, 4));
    const sha256 = sha256Of(bytes);
    expect(await store.has(sha256)).toBe(false);
    await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
    await store.put(bytes);
    expect(Buffer.from(await store.get(sha256))).toEqual(bytes);
  });

  it("holds nothing of a blob that was removed, and is swept of the chunks of puts that were cut off", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    await store.remove(await store.put(bytes), Number.POSITIVE_INFINITY);
    expect((await stateOf(bucket)).messages).toBe(0);
    const sha256 = await store.put(bytes);
    for (let chunk = 0; chunk < 2; chunk++) await jetstream(connection).publish(`$O.${bucket}.C.LEFT`, bytes);
    expect(await store.sweep(0)).toBe(0);
    expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(1);
    expect((await stateOf(bucket)).messages).toBe(2);
    expect(Buffer.from(await store.get(sha256))).toEqual(bytes);
  });

  it("is verified: other bytes under a name, and chunks that are gone, are named; putting them again repairs it", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    const sha256 = await store.put(bytes);
    const altered: (() => Promise<unknown>)[] = [
      async () => (await new Objm(connection).open(bucket)).putBlob({ name: sha256 }, Buffer.from("the Bytes")),
      async () => (await streams()).purge(`OBJ_${bucket}`, { filter: `$O.${bucket}.C.>` }),
    ];
    for (const alter of altered) {
      await alter();
      const got = store.get(sha256);
      await expect(got).rejects.toThrow(expect.objectContaining({ code: "BLOB_ALTERED" }));
      await expect(got).rejects.toThrow(`bucket ${bucket} object ${sha256}`);
      await store.put(bytes);
      expect(Buffer.from(await store.get(sha256))).toEqual(bytes);
    }
  });

  it("does not have, nor list, what was deleted, or what another has put under a name of its own", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    const sha256 = await store.put(bytes);
    const objects = await new Objm(connection).open(bucket);
    await objects.delete(sha256);
    await objects.putBlob({ name: "notes.txt" }, bytes);
    expect(await store.has(sha256)).toBe(false);
    await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
    const listed = [];
    for await (const { sha256 } of store.list()) listed.push(sha256);
    expect(listed).toEqual([]);
    await store.put(bytes);
    expect(await store.has(sha256)).toBe(true);
  });
});
