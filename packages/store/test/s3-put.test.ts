import { ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { TOUCH_AFTER_MS } from "../src/blob-store.js";
import { S3Store } from "../src/s3/s3-store.js";
import { answerOf } from "./bucket-in-memory.js";
import { address, bucket, bytes, key, mark, openBeforeEach, sha256, store } from "./opened-bucket.js";

const checksum = Buffer.from(sha256, "hex").toString("base64");
openBeforeEach();

describe("S3Store: a put", () => {
  it("is of the first alone, with the SHA-256 for the server to check, and is looked for afterwards", async () => {
    expect(await store.put(bytes)).toBe(sha256);
    expect(bucket.puts).toEqual([
      {
        Bucket: "blobs",
        Key: key,
        Body: Uint8Array.from(bytes),
        ChecksumSHA256: checksum,
        ContentType: "application/octet-stream",
        IfNoneMatch: "*",
      },
    ]);
    expect(bucket.asked).toEqual([`Put ${key}`, "List", `Head ${key}`]);
  });

  it("has its keys at the top of a bucket without a prefix", async () => {
    const top = await S3Store.open({ ...address, prefix: "" });
    await top.put(bytes);
    expect([...bucket.objects.keys()]).toEqual([`ed/${sha256}`]);
  });

  it("of bytes that were put a short time ago writes nothing more", async () => {
    await store.put(bytes);
    const { now } = bucket;
    bucket.now += TOUCH_AFTER_MS - 1;
    await store.put(bytes);
    expect(bucket.objects.get(key)?.putAt).toBe(now);
  });

  it("of bytes that were put ten minutes ago writes them again, so that they count as put now", async () => {
    await store.put(bytes);
    bucket.now += TOUCH_AFTER_MS;
    await store.put(bytes);
    expect(bucket.objects.get(key)?.putAt).toBe(bucket.now);
    expect(bucket.puts.at(-1)).not.toHaveProperty("IfNoneMatch");
  });

  it.each([
    ["other bytes, by their checksum", "c2hvcnQ="],
    ["bytes of which no checksum is known", undefined],
  ])("writes over %s", async (_, other) => {
    bucket.place(key, "the Bytes", bucket.now, other);
    await store.put(bytes);
    expect(bucket.textOf(key)).toBe("the bytes");
  });

  it("writes over a blob whose time the server does not tell", async () => {
    bucket.place(key, "the Bytes", Number.NaN, checksum);
    await store.put(bytes);
    expect(bucket.textOf(key)).toBe("the bytes");
  });

  it("does without the condition on a server that does not know it", async () => {
    bucket.refuse(PutObjectCommand, answerOf("NotImplemented", 501));
    expect(await store.put(bytes)).toBe(sha256);
    expect(bucket.textOf(key)).toBe("the bytes");
    expect(bucket.puts.at(-1)).not.toHaveProperty("IfNoneMatch");
  });

  it("is refused where the server refuses it, also when it writes over an old blob", async () => {
    bucket.refuse(PutObjectCommand, answerOf("AccessDenied", 403));
    await expect(store.put(bytes)).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      message: expect.stringContaining(`put ${sha256}`),
    });
    bucket.place(key, "the Bytes", 0);
    bucket.refuse(PutObjectCommand, answerOf("PreconditionFailed", 412), answerOf("PreconditionFailed", 412));
    await expect(store.put(bytes)).rejects.toMatchObject({ code: "INTERNAL" });
    bucket.refuse(PutObjectCommand, answerOf("PreconditionFailed", 412), answerOf("NotImplemented", 501));
    await expect(store.put(bytes)).rejects.toMatchObject({ code: "INTERNAL" });
  });

  it("sends the bytes as they were when it was called", async () => {
    const given = Uint8Array.from(bytes);
    const putting = store.put(given);
    given.fill(0);
    await putting;
    expect(bucket.textOf(key)).toBe("the bytes");
  });

  it("waits for a removal in progress, and writes again what that has removed", async () => {
    bucket.place(mark, "");
    let lists = 0;
    bucket.before = (command) => {
      if (!(command instanceof ListObjectsV2Command) || ++lists !== 3) return;
      bucket.objects.delete(key);
      bucket.objects.delete(mark);
    };
    await store.put(bytes);
    expect(bucket.textOf(key)).toBe("the bytes");
    expect(bucket.asked).toEqual([
      `Put ${key}`,
      "List",
      "List",
      "List",
      `Head ${key}`,
      `Put ${key}`,
      "List",
      `Head ${key}`,
    ]);
  });
});
