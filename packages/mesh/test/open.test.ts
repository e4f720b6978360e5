import { writeFile } from "node:fs/promises";
import { messageOf } from "@bnas/errors";
import { control } from "@bnas/testing";
import { temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it } from "vitest";
import { openLog, openStore } from "../src/open.js";

const folder = temporaryFolder();

describe("openLog and openStore", () => {
  it("open what memory: and a path say", async () => {
    const path = await folder.fresh();
    for (const uri of ["memory:", `file:${path}/facts.jsonl`]) {
      const log = await openLog(uri);
      expect((await log.append(control(1))).duplicate).toBe(false);
      await log.close();
    }
    for (const uri of ["memory:", `dir:${path}/blobs`]) {
      const store = await openStore(uri);
      expect(await store.has(await store.put(Buffer.from("a")))).toBe(true);
    }
  });

  it("begin an empty log and store in memory each time", async () => {
    await (await openLog("memory:")).append(control(1));
    expect(await (await openLog("memory:")).read(">")).toEqual([]);
  });

  it("refuse an address that they do not know, and say which they do", async () => {
    for (const uri of ["", "facts.jsonl", "file:", "redis://localhost", "dir:blobs"]) {
      await expect(openLog(uri)).rejects.toMatchObject({
        field: "log",
        value: uri,
        allowed: "memory:, file:PATH or nats://HOST:PORT",
      });
    }
    for (const uri of ["", "blobs", "dir:", "gs://bucket", "file:blobs"]) {
      await expect(openStore(uri)).rejects.toMatchObject({
        field: "store",
        value: uri,
        allowed: "memory:, dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX",
      });
    }
  });

  it("refuse what is wrong in a nats:// address, by its name", async () => {
    for (const [uri, field, value] of [
      ["nats://", "log", "nats://"],
      ["nats://a b:4222", "log", "nats://a b:4222"],
      ["nats://a:4222,", "log", "nats://a:4222,"],
      ["nats://a:4222?stram=X", "log stram", "X"],
      ["nats://a:4222?stream=a.b", "log stream", "a.b"],
      ["nats://a:4222?replicas=0", "log replicas", "0"],
      ["nats://a:4222?replicas=three", "log replicas", "three"],
      ["nats://a:4222?lease=0", "log lease", "0"],
      ["nats://a:4222?lease=90m", "log lease", "90m"],
    ]) {
      await expect(openLog(uri ?? "")).rejects.toMatchObject({ code: "INVALID_INPUT", field, value });
    }
    await expect(openStore("nats://a?bucket=a/b")).rejects.toMatchObject({ field: "store bucket", value: "a/b" });
    await expect(openStore("nats://a?stream=b")).rejects.toMatchObject({ field: "store stream" });
  });

  it("refuse a password in an address, and do not repeat it", async () => {
    const refused = openLog("nats://user:secret@a:4222");
    await expect(refused).rejects.toThrow("credentials=PATH");
    await expect(refused).rejects.not.toThrow("secret");
    for (const [uri, open] of [
      ["nats://a:4222?password=S3CRETpw", openLog],
      ["nats://a:4222?user=me&pass=S3CRETpw", openStore],
      ["nats://a b?password=S3CRETpw", openLog],
      ["http://me:S3CRETpw@a", openStore],
      ["s3://blobs?secretAccessKey=S3CRETpw", openStore],
      ["s3://blobs?endpoint=http://me:S3CRETpw@a/b", openStore],
    ] as const) {
      const error = await open(uri).catch((refused: unknown) => refused);
      expect(`${messageOf(error)} ${JSON.stringify(error)}`).not.toContain("S3CRET");
      expect(error).toMatchObject({ code: "INVALID_INPUT" });
    }
  });

  it("refuse a path that the system refuses, with its reason", async () => {
    const file = await folder.fresh();
    await writeFile(file, "");
    await expect(openLog(`file:${file}/facts.jsonl`)).rejects.toThrow(
      expect.objectContaining({ code: "INVALID_INPUT" }),
    );
    await expect(openLog(`file:${file}/facts.jsonl`)).rejects.toThrow("EEXIST");
    await expect(openStore(`dir:${file}`)).rejects.toThrow("EEXIST");
    await expect(openLog(`file:${await folder.path(".")}`)).rejects.toThrow("EISDIR");
  });
});
