import { setTimeout } from "node:timers/promises";
import type { FactLog } from "@bnas/log";
import { ObjectStore, openJetStream } from "@bnas/nats";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Appending } from "../nats/append-through.js";
import { NatsCluster } from "../nats/cluster.js";
import { control } from "../nats/facts.js";
import type { NatsServer } from "../nats/server.js";

let cluster: NatsCluster;
beforeAll(async () => {
  cluster = await NatsCluster.start();
});
afterAll(() => cluster.stop());

const all = () => cluster.addresses.split(",");

/** Who leads the stream. JetStream does not answer while an election is held, so it is asked again until it does. */
const leaderOf = async (stream: string): Promise<NatsServer> => {
  const connection = await connect({ servers: all() });
  try {
    for (;;) {
      const group = await jetstreamManager(connection)
        .then(({ streams }) => streams.info(stream))
        .then(({ cluster: group }) => group)
        .catch(() => undefined);
      const server = cluster.servers.get(group?.leader ?? "");
      if (server !== undefined) return server;
      await setTimeout(100);
    }
  } finally {
    await connection.close();
  }
};

describe("a cluster of three NATS servers", () => {
  it("keeps every acknowledged fact once, and watchers continue, when the leader is killed in the middle of appends", async () => {
    const logs = await Promise.all(
      [1, 2].map(() => openJetStream({ servers: all(), replicas: 3 }).then(({ log }) => log)),
    );
    const appending = new Appending(logs, 8);
    onTestFinished(() => appending.abandon());
    for (let kill = 0; kill < 2; kill++) {
      await appending.progress(200);
      const leader = await leaderOf("BNAS");
      await leader.kill();
      await appending.progress(200);
      await leader.restart();
    }
    await appending.progress(200);
    const facts = await appending.stop(logs[1] as FactLog);

    const subjects = facts.map(({ subject }) => subject);
    expect(subjects).toEqual([...new Set(subjects)]);
    const kept = new Map(facts.map((stored) => [stored.subject, JSON.stringify(stored)]));
    for (const stored of appending.acknowledged) expect(kept.get(stored.subject)).toBe(JSON.stringify(stored));
    expect(appending.missed).toEqual([]);
    expect(appending.watched).toEqual(facts);
    for (const log of logs) await log.close();
  });

  it("lets every reader see a write that was done before, at whatever server", async () => {
    const logs = await Promise.all(all().map((server) => openJetStream({ servers: [server] }).then(({ log }) => log)));
    for (let turn = 1; turn <= 60; turn++) {
      const writer = logs[turn % 3];
      const reader = logs[(turn + 1) % 3];
      const appended = await writer?.append(control(1_000_000 + turn));
      const { stored } = appended ?? {};
      expect(await reader?.read(stored?.subject ?? "")).toEqual([stored]);
      expect((await reader?.read("bnas.search.s.control.*", (stored?.sequence ?? 0) - 1))?.at(-1)).toEqual(stored);
    }
    for (const log of logs) await log.close();
  });

  it("keeps blobs when a server is killed", async () => {
    const store = await ObjectStore.open({ servers: all(), replicas: 3 });
    const bytes = Buffer.alloc(3 * 2 ** 20, "blob");
    const first = await store.put(bytes);
    const leader = await leaderOf("OBJ_bnas-blobs");
    await leader.kill();
    expect(bytes.equals(await store.get(first))).toBe(true);
    const second = await store.put(Buffer.alloc(2 ** 20, "more"));
    await leader.restart();
    expect(await store.has(second)).toBe(true);
    await store.close();
  });
});
