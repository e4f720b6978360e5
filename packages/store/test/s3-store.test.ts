import { DeleteObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { storeContract } from "@bnas/testing/contracts";
import { describe, expect, it, vi } from "vitest";
import { S3Store } from "../src/s3/s3-store.js";
import { answerOf } from "./bucket-in-memory.js";
import { address, bucket, bytes, key, mark, openBeforeEach, sha256, store } from "./opened-bucket.js";

openBeforeEach();

storeContract(
  "S3Store in memory",
  async () => store,
  async (sha256) => {
    const [path = "", blob] = [...bucket.objects].find(([name]) => name.endsWith(`/${sha256}`)) ?? [];
    if (blob !== undefined) bucket.objects.set(path, { ...blob, putAt: blob.putAt - 3_600_000 });
  },
);

describe("S3Store: opening", () => {
  it("asks for one key of its prefix, which shows that bucket and permission are there", async () => {
    const send = vi.fn();
    bucket.before = (command) => {
      if (command instanceof ListObjectsV2Command) send(command.input);
    };
    await S3Store.open(address);
    expect(send).toHaveBeenCalledWith({ Bucket: "blobs", Prefix: "mesh/a/", MaxKeys: 1 });
    await S3Store.open({ ...address, prefix: "" });
    expect(send).toHaveBeenLastCalledWith({ Bucket: "blobs", Prefix: "", MaxKeys: 1 });
  });

  it("says what is wrong where it is refused, and leaves no connection", async () => {
    const destroyed = vi.spyOn(S3Client.prototype, "destroy");
    bucket.refuse(ListObjectsV2Command, answerOf("NoSuchBucket", 404));
    await expect(S3Store.open(address)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("open store: bucket blobs"),
    });
    expect(destroyed).toHaveBeenCalledTimes(1);
  });
});

describe("S3Store: closing", () => {
  it("ends the connections, and what waits", async () => {
    const destroyed = vi.spyOn(S3Client.prototype, "destroy");
    bucket.before = () => {
      throw answerOf("SlowDown", 503);
    };
    const waiting = store.get(sha256);
    await store.close();
    await expect(waiting).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(destroyed).toHaveBeenCalledTimes(1);
  });
});

describe("S3Store: a get", () => {
  it("names what is missing and what was altered, with the place", async () => {
    const place = `s3://blobs/${key}`;
    const missing = expect.objectContaining({ code: "BLOB_MISSING", message: expect.stringContaining(place) });
    await expect(store.get(sha256)).rejects.toThrow(missing);
    bucket.place(key, "");
    const altered = expect.objectContaining({ code: "BLOB_ALTERED", message: expect.stringContaining(place) });
    await expect(store.get(sha256)).rejects.toThrow(altered);
  });

  it("says what the server refuses, which is no missing blob", async () => {
    bucket.before = () => {
      throw answerOf("AccessDenied", 403);
    };
    await expect(store.get(sha256)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining(`get ${sha256}`),
    });
    await expect(store.has(sha256)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining(`look for ${sha256}`),
    });
  });
});

describe("S3Store: its list", () => {
  const listed = async () => {
    const found = [];
    for await (const blob of store.list()) found.push(blob);
    return found;
  };

  it("goes through all pages, and asks for no page after the last", async () => {
    const put: string[] = [];
    for (let i = 0; i < 7; i++) put.push(await store.put(Buffer.from(`blob ${i}`)));
    bucket.pageLength = 3;
    bucket.asked.length = 0;
    expect((await listed()).map((blob) => blob.sha256).sort()).toEqual(put.sort());
    expect(bucket.asked).toEqual(["List", "List", "List"]);
  });

  it("has blobs under their own keys alone, with size and time", async () => {
    await store.put(bytes);
    const elsewhere = [
      mark,
      `mesh/a/ee/${sha256}`,
      `mesh/a/ed/ed/${sha256}`,
      `mesh/a/${sha256}`,
      "mesh/a/ed/notes",
      `mesh/b/ed/${sha256}`,
      `mesh/a/ed/${sha256.toUpperCase()}`,
    ];
    for (const other of elsewhere) bucket.place(other, "no blob");
    expect(await listed()).toEqual([{ sha256, bytes: 9, putAt: bucket.now }]);
  });

  it("counts a blob whose time the server does not tell as put after any time, so that nothing removes it", async () => {
    bucket.place(key, "the bytes", Number.NaN);
    expect(await listed()).toEqual([{ sha256, bytes: 9, putAt: Number.POSITIVE_INFINITY }]);
  });
});

describe("S3Store: a removal", () => {
  it("is of what was put until that time, under a mark that it takes back", async () => {
    await store.put(bytes);
    expect(await store.remove(sha256, bucket.now - 1)).toBe(false);
    expect(bucket.textOf(key)).toBe("the bytes");
    bucket.asked.length = 0;
    expect(await store.remove(sha256, bucket.now)).toBe(true);
    const own = expect.stringContaining(` mesh/a/.removing/${sha256}/`);
    expect(bucket.asked).toEqual([own, `Head ${key}`, `Delete ${key}`, own]);
    expect([...bucket.objects.keys()]).toEqual([]);
    expect(await store.remove(sha256, bucket.now)).toBe(false);
  });

  it("that has become late, as others no longer wait for it, is left", async () => {
    await store.put(bytes);
    let time = 0;
    vi.spyOn(performance, "now").mockImplementation(() => time);
    bucket.before = (command) => {
      if (command instanceof HeadObjectCommand) time = 30_001;
    };
    expect(await store.remove(sha256, bucket.now)).toBe(false);
    expect([...bucket.objects.keys()]).toEqual([key]);
  });

  it("that is refused says which blob it was of", async () => {
    await store.put(bytes);
    bucket.before = (command) => {
      if (command instanceof DeleteObjectCommand && command.input.Key === key) throw answerOf("AccessDenied", 403);
    };
    await expect(store.remove(sha256, bucket.now)).rejects.toThrow(`remove ${sha256}`);
    expect([...bucket.objects.keys()]).toEqual([key]);
  });

  it("that was cut off leaves a mark, which a sweep takes back", async () => {
    await store.put(bytes);
    bucket.place(mark, "", bucket.now - 1);
    expect(await store.sweep(bucket.now - 2)).toBe(0);
    expect(await store.sweep(bucket.now - 1)).toBe(1);
    expect([...bucket.objects.keys()]).toEqual([key]);
  });
});
