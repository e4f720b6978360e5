import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FactLog } from "@bnas/log";
import { openLog, openStore } from "@bnas/mesh";
import type { BlobStore } from "@bnas/store";
import type { Release } from "./release.js";

/** The log and the store of a release, as the administrator of NATS sees them. */
export type ReleaseMesh = { readonly log: FactLog; readonly store: BlobStore } & AsyncDisposable;

/** Reach them by a port of this machine, until it is disposed. */
export const openReleaseMesh = async (release: Release): Promise<ReleaseMesh> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-admin-"));
  const users = ["secret", "bnas-nats-users", "--output=jsonpath={.data.admin}"];
  const credentialsFile = join(folder, "admin");
  await writeFile(credentialsFile, Buffer.from(await release.kubectl("get", ...users), "base64"), { mode: 0o600 });
  const forward = await forwardPort(release, "service/bnas-nats", 4222);
  const address = `nats://127.0.0.1:${forward.port}`;
  const options = { nats: { credentialsFile } };
  const [log, store] = await Promise.all([openLog(address, options), openStore(address, options)]);
  return {
    log,
    store,
    [Symbol.asyncDispose]: async () => {
      await log.close();
      forward.close();
      await rm(folder, { recursive: true });
    },
  };
};

/** How many blobs a store has. */
export const countBlobs = async (store: BlobStore): Promise<number> => {
  let count = 0;
  for await (const _ of store.list()) count++;
  return count;
};

const forwardPort = (release: Release, target: string, port: number) =>
  new Promise<{ readonly port: number; close(): void }>((resolve, reject) => {
    const args = ["port-forward", "--namespace", release.namespace, "--address", "127.0.0.1", target, `:${port}`];
    const child = spawn("kubectl", args, { env: release.env, stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    child.stdout.on("data", (data: Buffer) => {
      said += data;
      const local = /127\.0\.0\.1:(\d+) /.exec(said)?.[1];
      if (local !== undefined) resolve({ port: Number(local), close: () => child.kill() });
    });
    child.stderr.on("data", (data: Buffer) => {
      said += data;
    });
    child.on("close", () => reject(new Error(`kubectl ${args.join(" ")} ended: ${said}`)));
    child.on("error", reject);
  });
