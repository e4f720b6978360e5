import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder } from "./bnas.js";

/** A trainer as its pod runs it: by environment alone. */
const trainer = (env: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder();
  const main = new URL("../../services/trainer/dist/main.js", import.meta.url).pathname;
  const child = spawn(process.execPath, [main], {
    env: {
      PATH: process.env.PATH,
      BNAS_LOG: `file:${join(folder, "facts.jsonl")}`,
      BNAS_STORE: `dir:${join(folder, "blobs")}`,
      BNAS_DATASET: "127.0.0.1:1",
      BNAS_ENGINE: "wasm",
      BNAS_SEARCH: "one",
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (data: Buffer) => {
      said += data;
    });
  }
  return { child, ended: once(child, "close"), said: () => said };
};

describe("the process of a trainer", () => {
  it("ends by itself, and well, when it was idle for as long as it may be: its GPU is free", async () => {
    const { ended, said } = trainer({ BNAS_IDLE_SECONDS: "1" });
    expect(await ended).toEqual([0, null]);
    expect(said()).toContain("draining");
  });

  it("ends when it is stopped, where it may be idle without end", async () => {
    const { child, ended, said } = trainer({});
    await expect.poll(said, { timeout: 60_000 }).toContain("listening");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
  });

  it("waits for a NATS that starts after it, as after a node was drained of both", async () => {
    const server = await NatsServer.start();
    try {
      await server.kill();
      const address = `nats://${server.address}`;
      const { child, ended, said } = trainer({ BNAS_LOG: address, BNAS_STORE: address });
      await expect.poll(said, { timeout: 60_000 }).toContain("waiting for NATS");
      await server.restart();
      await expect.poll(said, { timeout: 60_000 }).toContain("listening");
      child.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);
    } finally {
      await server.stop();
    }
  });

  it("ends at once, and well, when it is stopped while it waits for NATS", async () => {
    const server = await NatsServer.start();
    await server.stop();
    const address = `nats://${server.address}`;
    const { child, ended, said } = trainer({ BNAS_LOG: address, BNAS_STORE: address });
    await expect.poll(said, { timeout: 60_000 }).toContain("waiting for NATS");
    child.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(said()).toContain("stopped before it listened");
  });

  it("does not begin with a setting that cannot be, and names it", async () => {
    const { ended, said } = trainer({ BNAS_IDLE_SECONDS: "a while" });
    expect(await ended).toEqual([1, null]);
    expect(said()).toMatch(/BNAS_IDLE_SECONDS.*seconds from 0 to 86400/);
  });
});
