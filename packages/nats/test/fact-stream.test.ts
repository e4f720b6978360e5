import { control } from "@bnas/testing";
import { DiscardPolicy, jetstreamManager, type StreamAPI, type StreamConfig } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { freePort, NatsServer } from "../../../test/nats/server.js";
import { openLog, openStore } from "../../mesh/src/open.js";
import { createLogger } from "../../telemetry/src/logging.js";
import { ObjectStore } from "../src/objects/object-store.js";
import { openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();
let streams: StreamAPI;
let hangUp = async (): Promise<void> => {};
beforeAll(async () => {
  const connection = await connect({ servers: nats.address });
  streams = (await jetstreamManager(connection)).streams;
  hangUp = () => connection.close();
}, 120_000);
afterAll(() => hangUp());

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

/** Open, and what was logged meanwhile. */
const openLogged = async (stream: string, replicas?: number) => {
  const logged: Record<string, unknown>[] = [];
  const logger = createLogger({ name: "test", level: "warn", to: { write: (line) => logged.push(JSON.parse(line)) } });
  const { log } = await openJetStream({ servers: [nats.address], stream, replicas, logger });
  opened.push(log);
  return { log, logged };
};

const change = async (stream: string, changed: Partial<StreamConfig>) => {
  const { config } = await streams.info(stream);
  await streams.update(stream, { ...config, ...changed });
};

describe("the stream of facts", () => {
  it("is made with one message a subject permanently, on disk, without limits", async () => {
    const stream = await nats.empty();
    await openLogged(stream);
    expect((await streams.info(stream)).config).toMatchObject({
      subjects: ["bnas.search.>"],
      storage: "file",
      retention: "limits",
      max_msgs_per_subject: 1,
      discard: "new",
      discard_new_per_subject: true,
      max_age: 0,
      max_msgs: -1,
      max_bytes: -1,
      deny_delete: true,
      deny_purge: false,
      num_replicas: 1,
    });
  });

  it("is opened again as it is, by many processes at once, with nothing to tell", async () => {
    const stream = await nats.empty();
    const all = await Promise.all(Array.from({ length: 6 }, () => openLogged(stream)));
    await all[0]?.log.append(control(1));
    const again = await openLogged(stream);
    expect(await again.log.read(">")).toHaveLength(1);
    expect([...all, again].flatMap(({ logged }) => logged)).toEqual([]);
  });

  it("is refused when it would lose or double facts, with the command that repairs it", async () => {
    const changes: [Partial<StreamConfig>, string, unknown, string][] = [
      [{ max_msgs_per_subject: 2 }, "max_msgs_per_subject", 2, "--max-msgs-per-subject=1"],
      [{ discard_new_per_subject: false }, "discard_new_per_subject", false, "--discard-per-subject"],
      [{ max_age: 3_600e9 }, "max_age", 3_600e9, "--max-age=0s"],
      [{ no_ack: true }, "no_ack", true, "--ack"],
      [{ allow_direct: false }, "allow_direct", false, "--allow-direct"],
      [{ subjects: ["bnas.search.a.>"] }, "subjects", ["bnas.search.a.>"], '--subjects="bnas.search.>"'],
    ];
    for (const [changed, field, value, flag] of changes) {
      const stream = await nats.empty();
      await openLogged(stream);
      await change(stream, changed);
      const refused = openLogged(stream);
      await expect(refused).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
      await expect(refused).rejects.toMatchObject({ field: `NATS stream ${stream} ${field}`, value });
      await expect(refused).rejects.toThrow(`nats stream edit ${stream} --force ${flag}`);
    }
  });

  it("is refused with one command for all that is wrong", async () => {
    const stream = await nats.empty();
    await openLogged(stream);
    await change(stream, { discard: DiscardPolicy.Old, discard_new_per_subject: false });
    await expect(openLogged(stream)).rejects.toThrow(
      `nats stream edit ${stream} --force --discard-per-subject --discard=new\``,
    );
  });

  it("is refused when it was made by hand in memory, and says that it must be made again", async () => {
    const stream = await nats.empty();
    await openLogged(stream);
    const { config } = await streams.info(stream);
    const other = await nats.empty();
    await streams.add({ ...config, name: other, storage: "memory" as never });
    await expect(openLogged(other)).rejects.toThrow(`nats stream rm ${other}`);
  });

  it("is used, and what was found and wanted is logged, when a change does no harm", async () => {
    const stream = await nats.empty();
    await openLogged(stream);
    await change(stream, { max_bytes: 1e9, allow_rollup_hdrs: false });
    const { log, logged } = await openLogged(stream, 3);
    expect((await log.append(control(1))).duplicate).toBe(false);
    expect(logged).toMatchObject([
      { level: "warn", stream, field: "num_replicas", found: 1, wanted: 3 },
      { level: "warn", stream, field: "max_bytes", found: 1e9, wanted: -1 },
    ]);
    expect(logged[0]?.hint).toContain(`nats stream edit ${stream} --force --replicas=3`);
  });

  it("is migrated when an earlier version of the program made it", async () => {
    const stream = await nats.empty();
    await openLogged(stream);
    const { metadata } = (await streams.info(stream)).config;
    await change(stream, { max_msgs_per_subject: 5, metadata: { ...metadata, "bnas.settings": "0" } });
    const { logged } = await openLogged(stream);
    const { config } = await streams.info(stream);
    expect(config).toMatchObject({ max_msgs_per_subject: 1, metadata: { "bnas.settings": "1" } });
    expect(logged).toEqual([]);
  });

  it("is refused under another name while one has the same subjects", async () => {
    await openLogged(await nats.empty());
    await expect(openLogged("OTHER")).rejects.toMatchObject({ field: "log stream", value: "OTHER" });
  });

  it("is refused with more replicas than there are servers", async () => {
    await expect(openLogged(await nats.empty(), 3)).rejects.toMatchObject({ field: "log replicas", value: 3 });
  });
});

describe("the bucket of blobs", () => {
  const openBucket = async (bucket: string): Promise<ObjectStore> => {
    const store = await ObjectStore.open({ servers: [nats.address], bucket });
    opened.push(store);
    return store;
  };

  it("is refused when it would lose blobs", async () => {
    for (const changed of [{ max_age: 3_600e9 }, { max_msgs_per_subject: 10 }, { discard: DiscardPolicy.Old }]) {
      const bucket = await nats.empty();
      await openBucket(bucket);
      await change(`OBJ_${bucket}`, changed);
      await expect(openBucket(bucket)).rejects.toThrow(`nats stream edit OBJ_${bucket} --force`);
    }
  });

  it("is opened by many processes at once", async () => {
    const bucket = await nats.empty();
    const stores = await Promise.all(Array.from({ length: 6 }, () => openBucket(bucket)));
    const sha256 = await stores[0]?.put(Buffer.from("a"));
    for (const store of stores) expect(await store.has(sha256 ?? "")).toBe(true);
  });
});

describe("openLog and openStore by nats://", () => {
  it("open the stream and the bucket that the address names", async () => {
    await nats.empty();
    const log = await openLog(`nats://${nats.address}?stream=MINE&replicas=1`);
    opened.push(log);
    const store = await openStore(`nats://${nats.address},${nats.address}/?bucket=mine`);
    opened.push(store as ObjectStore);
    expect((await log.append(control(1))).duplicate).toBe(false);
    expect(await store.has(await store.put(Buffer.from("a")))).toBe(true);
    expect((await streams.info("MINE")).state.messages).toBe(1);
    expect((await streams.info("OBJ_mine")).state.messages).toBe(2);
  });

  it("say that no server answers", async () => {
    const address = `nats://127.0.0.1:${await freePort()}`;
    await expect(openLog(address)).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(openStore(address)).rejects.toThrow(address);
  });

  it("say that a server has no JetStream, or does not know us", async () => {
    const start = async (config: string): Promise<string> => {
      const server = await NatsServer.start(config);
      opened.push({ close: () => server.stop() });
      return `nats://${server.address}`;
    };
    const plain = await start("jetstream: disabled");
    await expect(openLog(plain)).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    const closed = await start('authorization { user: "u", password: "p" }');
    await expect(openLog(closed)).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
  });

  it("refuse a credentials file that cannot be read", async () => {
    await expect(openLog(`nats://${nats.address}?credentials=/nowhere.creds`)).rejects.toThrow("ENOENT");
  });
});
