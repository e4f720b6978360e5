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

  const valid = {
    nuid: "ABC",
    size: 9,
    chunks: 1,
    mtime: "2026-01-02T03:04:05Z",
    digest: "SHA-256=AAAA",
    deleted: false,
  };
  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["an empty object", "{}"],
    ["no digest", JSON.stringify({ ...valid, digest: undefined })],
    ["a wildcard as the name of its chunks", JSON.stringify({ ...valid, nuid: ">" })],
    ["several parts as the name of its chunks", JSON.stringify({ ...valid, nuid: "A.*" })],
    ["a time that is none", JSON.stringify({ ...valid, mtime: "yesterday" })],
    ["a size that is none", JSON.stringify({ ...valid, size: -1 })],
    ["another name", JSON.stringify({ ...valid, name: "f".repeat(64) })],
    ["a number of chunks that is none", JSON.stringify({ ...valid, chunks: 1e300 })],
  ])(
    "takes a description with %s for no blob, keeps all others, and takes the blob when it is put",
    async (_, text) => {
      const bucket = await nats.empty();
      const store = await openBucket(bucket);
      const other = await store.put(Buffer.from("another blob"));
      const sha256 = sha256Of(bytes);
      const said = text.includes('"name"') || !text.includes("nuid") ? text : text.replace("{", `{"name":"${sha256}",`);
      await jetstream(connection).publish(`$O.${bucket}.M.${Buffer.from(sha256).toString("base64")}`, said);
      expect(await store.has(sha256)).toBe(false);
      await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
      expect(await store.remove(sha256, Number.POSITIVE_INFINITY)).toBe(false);
      const listed = [];
      for await (const { sha256 } of store.list()) listed.push(sha256);
      expect(listed).toEqual([other]);
      expect(await store.sweep(Number.POSITIVE_INFINITY)).toBe(0);
      await store.put(bytes);
      expect(Buffer.from(await store.get(sha256))).toEqual(bytes);
      expect(Buffer.from(await store.get(other)).toString()).toBe("another blob");
    },
  );

  it("says that the bucket is gone when it was removed, and what to do", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    await (await streams()).delete(`OBJ_${bucket}`);
    const isGone = { code: "UNAVAILABLE", message: expect.stringContaining("it was removed, or its data are lost") };
    await expect(store.full()).rejects.toMatchObject(isGone);
    await expect(store.has(sha256Of(bytes))).rejects.toMatchObject(isGone);
  });

  it("never removes the chunks of another blob, whatever a description says", async () => {
    const bucket = await nats.empty();
    const store = await openBucket(bucket);
    const other = await store.put(Buffer.from("another blob"));
    const chunks = await (await streams()).info(`OBJ_${bucket}`, { subjects_filter: `$O.${bucket}.C.>` });
    const nuid = Object.keys(chunks.state.subjects ?? {})[0]
      ?.split(".")
      .at(-1);
    const sha256 = sha256Of(bytes);
    const forged = JSON.stringify({ ...valid, name: sha256, nuid });
    const forge = () =>
      jetstream(connection).publish(`$O.${bucket}.M.${Buffer.from(sha256).toString("base64")}`, forged);
    await forge();
    await store.put(bytes);
    expect(Buffer.from(await store.get(other)).toString()).toBe("another blob");
    await forge();
    expect(await store.remove(sha256, Number.POSITIVE_INFINITY)).toBe(true);
    expect(Buffer.from(await store.get(other)).toString()).toBe("another blob");
  });
});
