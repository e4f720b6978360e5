import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, unlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { storeContract } from "@bnas/testing/contracts";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { openStore } from "../../packages/mesh/src/open.js";
import { S3Server } from "../s3/server.js";

// The first run may build the server.
let server: S3Server;
beforeAll(async () => {
  server = await S3Server.start();
}, 600_000);
afterAll(() => server?.stop());

/** Use another identity for a test: it comes from the environment. */
const be = (environment: Readonly<Record<string, string>>) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
};
const open = async (bucket: string, prefix = "", environment = server.environment) => {
  be(environment);
  return openStore(server.uri(bucket, prefix));
};
afterEach(() => vi.unstubAllEnvs());

let last = "";
storeContract(
  "S3Store",
  async () => {
    last = await server.bucket();
    return open(last, "mesh/blobs");
  },
  (sha256) => server.age(last, `mesh/blobs/${sha256.slice(0, 2)}/${sha256}`),
);

describe("S3Store: the bucket", () => {
  const bytes = Buffer.from("the bytes");
  const place = async (prefix = "") => {
    const bucket = await server.bucket();
    const store = await open(bucket, prefix);
    const sha256 = await store.put(bytes);
    const key = `${prefix === "" ? "" : `${prefix}/`}${sha256.slice(0, 2)}/${sha256}`;
    return { bucket, store, sha256, key, path: server.path(bucket, key) };
  };

  it("is there again when it is opened again, with a blob under the first two digits of its hash", async () => {
    for (const prefix of ["", "a", "a/b"]) {
      const { bucket, sha256, path } = await place(prefix);
      expect((await readFile(path)).equals(bytes)).toBe(true);
      expect(bytes.equals(await (await open(bucket, prefix)).get(sha256))).toBe(true);
    }
  });

  it("keeps apart what is under other prefixes, and lists nothing that is no blob", async () => {
    const { bucket, store, sha256, path } = await place("a");
    const other = await open(bucket, "b");
    expect(await other.has(sha256)).toBe(false);
    await (await open(bucket, "ab")).put(bytes);
    await writeFile(join(path, "..", "notes.txt"), "");
    await writeFile(join(path, "..", `${"0".repeat(64)}`), "");
    const listed = [];
    for await (const { sha256: name } of store.list()) listed.push(name);
    expect(listed).toEqual([sha256]);
  });

  it("lists more blobs than a page holds", async () => {
    const bucket = await server.bucket();
    const store = await open(bucket);
    const put = new Set<string>();
    for (let i = 0; i < 1_050; i += 50) {
      const some = Array.from({ length: 50 }, (_, j) => store.put(Buffer.from(`blob ${i + j}`)));
      for (const sha256 of await Promise.all(some)) put.add(sha256);
    }
    const listed = new Set<string>();
    for await (const { sha256 } of store.list()) listed.add(sha256);
    expect(listed).toEqual(put);
    expect(listed.size).toBe(1_050);
  });

  it("keeps a blob of 50 MB, and none of half of it when the server is killed in the middle", async () => {
    const bucket = await server.bucket();
    const store = await open(bucket);
    const large = randomBytes(50 * 2 ** 20);
    const putting = store.put(large);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await server.kill();
    await server.restart();
    const sha256 = await putting;
    expect(large.equals(await store.get(sha256))).toBe(true);
    expect(await readdir(server.path(bucket, sha256.slice(0, 2)))).toEqual([sha256]);
  });

  it("is verified: changed, cut and deleted blobs are named with their place, and repaired by putting them again", async () => {
    for (const altered of ["the Bytes", "the", ""]) {
      const { bucket, store, sha256, key, path } = await place("a");
      await writeFile(path, altered);
      await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_ALTERED" }));
      await expect(store.get(sha256)).rejects.toThrow(`s3://${bucket}/${key}`);
      await expect(store.get(sha256)).rejects.toThrow(sha256);
    }
    const { bucket, store, sha256, key, path } = await place("a");
    await unlink(path);
    await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_MISSING" }));
    await expect(store.get(sha256)).rejects.toThrow(`s3://${bucket}/${key}`);
    await store.put(bytes);
    expect(bytes.equals(await store.get(sha256))).toBe(true);
  });

  it("is repaired by a put when another program has put other bytes under a hash", async () => {
    const { PutObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
    const { bucket, store, sha256, key } = await place("a");
    const client = new S3Client({ endpoint: server.endpoint, forcePathStyle: true });
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "the Bytes" }));
    await expect(store.get(sha256)).rejects.toThrow(expect.objectContaining({ code: "BLOB_ALTERED" }));
    await store.put(bytes);
    expect(bytes.equals(await store.get(sha256))).toBe(true);
  });

  it("is swept of what removals that were cut off have left, which holds up no put without end and is no blob", async () => {
    const { bucket, store, sha256 } = await place("a");
    const mark = `a/.removing/${sha256}/left-by-a-kill`;
    await mkdir(dirname(server.path(bucket, mark)), { recursive: true });
    await writeFile(server.path(bucket, mark), "");
    expect(await store.sweep(0)).toBe(0);
    await server.age(bucket, mark);
    const putting = store.put(bytes);
    expect(await store.sweep(Date.now() - 1_800_000)).toBe(1);
    expect(await putting).toBe(sha256);
    const listed = [];
    for await (const blob of store.list()) listed.push(blob.sha256);
    expect(listed).toEqual([sha256]);
  });

  it("is waited for while the server is unavailable, and what waited is done when it is back", async () => {
    const { store, sha256 } = await place();
    await server.kill();
    const more = Buffer.from("more bytes");
    const waiting = Promise.all([store.get(sha256), store.put(more), store.has(sha256)]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.restart();
    const [got, put, has] = await waiting;
    expect(bytes.equals(got)).toBe(true);
    expect(more.equals(await store.get(put))).toBe(true);
    expect(has).toBe(true);
  });
});

describe("S3Store: when it cannot be opened", () => {
  const refused = async (opening: Promise<unknown>) => {
    const error = await opening.then(() => undefined).catch((reason: unknown) => reason);
    if (!(error instanceof Error)) throw new Error("it was opened");
    // Neither the error nor anything that a logger would print of it gives a secret away.
    const printed = `${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`;
    expect(printed).not.toContain(server.environment.AWS_SECRET_ACCESS_KEY);
    expect(printed).not.toContain("strangers-secret");
    return error;
  };

  it("names a bucket that is not there, and how to make it", async () => {
    const error = await refused(open("no-such-bucket"));
    expect(error).toMatchObject({ code: "NOT_FOUND", hint: expect.stringContaining("aws s3 mb s3://no-such-bucket") });
    expect(error.message).toContain("no-such-bucket");
    expect(error.message).toContain(server.endpoint);
  });

  it("names the bucket that is not ours, and the permissions that are needed", async () => {
    const bucket = await server.bucket();
    const error = await refused(open(bucket, "", await server.stranger()));
    expect(error).toMatchObject({ code: "PERMISSION_DENIED", hint: expect.stringContaining("s3:GetObject") });
    expect(error.message).toContain(bucket);
    expect(error.message).toContain("access is denied");
  });

  it("says where keys are to be set when they are wrong or none are", async () => {
    const bucket = await server.bucket();
    const who = server.environment;
    const wrong = [
      { ...who, AWS_SECRET_ACCESS_KEY: "another-secret" },
      { ...who, AWS_ACCESS_KEY_ID: "unknown" },
      { ...who, AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", AWS_EC2_METADATA_DISABLED: "true" },
    ];
    for (const environment of wrong) {
      vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null");
      vi.stubEnv("AWS_CONFIG_FILE", "/dev/null");
      const error = await refused(open(bucket, "", environment));
      expect(error).toMatchObject({ code: "UNAUTHENTICATED", hint: expect.stringContaining("AWS_ACCESS_KEY_ID") });
      expect(error.message).toContain(bucket);
    }
  });

  it("says that no one answers at an address, after a while", async () => {
    be(server.environment);
    const silent = "http://127.0.0.1:1";
    const opening = openStore(`s3://blobs?endpoint=${silent}&pathStyle=true`);
    const error = await refused(opening);
    expect(error.message).toContain(`bucket blobs at ${silent} does not answer`);
    expect(error.message).toContain("ECONNREFUSED");
  });
});
