import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { type JetStreamOptions, openJetStream } from "@bnas/nats";
import { defaultAccountLimits, natsLimits } from "@bnas/nats/permissions";
import { decisionContent, type Fact, record } from "@bnas/search";
import { silentLogger, silentRecorder } from "@bnas/telemetry";
import { jetstreamManager, type StreamAPI } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { watchRoom } from "../../services/pruner/src/deciding/watch-room.js";
import { deleteSearch } from "../../services/pruner/src/usecases/delete-search.js";
import { searchMessage } from "../../services/pruner/src/usecases/search-message.js";
import { type MeshServer, startMeshServer } from "../nats/mesh-server.js";
import { startSimulatedServices } from "./simulated-services.js";

const MIB = 2 ** 20;
const limits = {
  ...defaultAccountLimits,
  store: 16 * MIB,
  streams: 4,
  consumers: 24,
  connections: 8,
  subscriptions: 30,
};
let nats: MeshServer;
let streams: StreamAPI;
const connections: NatsConnection[] = [];
/** As an attacker who has the credentials of a service, and uses them without this program. */
const raw = async (user: string): Promise<NatsConnection> => {
  const [name = "", pass = ""] = readFileSync(nats.credentials(user), "utf8").trim().split(" ");
  const connection = await connect({ servers: nats.address, user: name, pass, reconnect: false });
  connections.push(connection);
  return connection;
};
const as = (user: string): JetStreamOptions => ({
  servers: [nats.address],
  credentialsFile: nats.credentials(user),
  patienceMs: 3_000,
});
type Services = Awaited<ReturnType<typeof startSimulatedServices>>;
const running: { stop(): Promise<void> }[] = [];
const startServices = async (): Promise<Services> => {
  const services = await startSimulatedServices({
    pruner: as("pruner"),
    workers: as("trainer"),
    evaluator: as("evaluator"),
  });
  running.push(services);
  return services;
};
const storeOf = (user: string) =>
  openStore(`nats://${nats.address}`, { nats: { credentialsFile: nats.credentials(user), patienceMs: 3_000 } });
/** The answer of JetStream to a request. */
type Answer = { readonly error?: { readonly err_code: number }; readonly config?: { readonly name: string } };

beforeAll(async () => {
  nats = await startMeshServer("nats.conf", (folder) => writeFileSync(join(folder, "limits.conf"), natsLimits(limits)));
  streams = (await jetstreamManager(await raw("admin"))).streams;
}, 120_000);
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  for (const connection of connections.splice(1)) await connection.close();
  for (const stream of ["BNAS", "OBJ_bnas-blobs", "KV_BNAS-leases"]) await streams.delete(stream).catch(() => {});
});
afterAll(async () => {
  for (const connection of connections) await connection.close();
  await nats.server.stop();
});

/** Make consumers as a trainer until NATS refuses one. @returns how many, and the code of the refusal */
const makeConsumers = async (trainer: NatsConnection) => {
  for (let made = 0; ; made++) {
    const config = { durable_name: `mine-${made}`, ack_policy: "explicit" };
    const asked = JSON.stringify({ stream_name: "BNAS", config });
    const answer = await trainer.request(`bnas.api.CONSUMER.DURABLE.CREATE.BNAS.mine-${made}`, asked);
    const { error } = answer.json<Answer>();
    if (error !== undefined) return { made, code: error.err_code };
  }
};
/** How a search ends where no one disturbs it. */
const end = async (services: Services, search: string) => decisionContent(await services.end(search));

describe("the limits of the accounts of deploy/nats", () => {
  it("gives the account so many streams, and no more", async () => {
    const names = ["a", "b", "c", "d", "e"];
    const made: string[] = [];
    for (const name of names) {
      const added = streams.add({ name, subjects: [name] });
      if (made.length === limits.streams) await expect(added).rejects.toThrow("maximum number of streams reached");
      else made.push((await added).config.name);
    }
    expect(made).toHaveLength(limits.streams);
    for (const name of made) await streams.delete(name);
  });

  it("refuses the consumer that is one too many, and live searches continue", async () => {
    const alone = await startServices();
    await alone.open("alone", 7);
    const expected = await end(alone, "alone");
    const { made, code } = await makeConsumers(await raw("trainer"));
    expect(code).toBe(10026);
    expect((await streams.info("BNAS")).state.consumer_count).toBe(limits.consumers);
    expect(made).toBeLessThan(limits.consumers);
    await alone.open("beside", 7);
    expect(await end(alone, "beside")).toEqual(expected);
    // Services that start when none is left: the workers' are there, and readers ask.
    await alone.stop();
    running.splice(0);
    await makeConsumers(await raw("trainer"));
    const later = await startServices();
    await later.open("later", 7);
    expect(await end(later, "later")).toEqual(expected);
  }, 120_000);

  it("refuses the connection that is one too many of a service, and takes those of others", async () => {
    for (let made = 0; made < limits.connections; made++) await raw("trainer");
    // The server says so and closes: a client may find that first.
    await expect(raw("trainer")).rejects.toThrow(/maximum account active connections exceeded|EPIPE|ECONNRESET/);
    await (await raw("evaluator")).flush();
    await (await openJetStream(as("pruner"))).log.close();
  });

  it("refuses the subscription that is one too many of a connection", async () => {
    const trainer = await raw("trainer");
    const held = async () => {
      const answer = await fetch(`http://127.0.0.1:${nats.monitor}/connz?auth=1&state=any`);
      const all: { connections: { authorized_user?: string; subscriptions: number; reason?: string }[] } =
        await answer.json();
      return all.connections.filter(({ authorized_user }) => authorized_user === "trainer").at(-1);
    };
    for (let made = 0; made < limits.subscriptions; made++) trainer.subscribe(`_INBOX.x.${made}`);
    await trainer.flush();
    expect(await held()).toMatchObject({ subscriptions: limits.subscriptions });
    trainer.subscribe("_INBOX.x.more");
    await trainer.flush().catch(() => {});
    expect((await held())?.subscriptions).toBeLessThanOrEqual(limits.subscriptions);
  });

  it("refuses the message that is one byte too long", async () => {
    const pruner = await openJetStream(as("pruner"));
    const trainer = await raw("trainer");
    expect(trainer.info?.max_payload).toBe(limits.message);
    const subject = "bnas.search.s.failed";
    const longest = await trainer.request(subject, new Uint8Array(limits.message), { timeout: 5_000 });
    expect(longest.json()).toMatchObject({ stream: "BNAS" });
    expect(() => trainer.publish(subject, new Uint8Array(limits.message + 1))).toThrow("max_payload");
    await pruner.log.close();
  });

  it("refuses the blob that is one too many, and takes the facts that others write", async () => {
    const services = await startServices();
    await storeOf("pruner");
    const trainer = await raw("trainer");
    const chunk = new Uint8Array(512 * 1024);
    let written = 0;
    for (;;) {
      const answer = await trainer.request(`$O.bnas-blobs.C.junk${written}`, chunk, { timeout: 5_000 });
      const { error } = answer.json<Answer>();
      if (error !== undefined) break;
      written++;
    }
    expect(written * chunk.length).toBeLessThanOrEqual((limits.store * 10) / 16);
    expect((written + 2) * chunk.length).toBeGreaterThan((limits.store * 10) / 16);
    await expect((await storeOf("trainer")).put(Buffer.from("a checkpoint".repeat(100_000)))).rejects.toMatchObject({
      code: "NO_ROOM",
      hint: expect.stringContaining("bnas gc"),
    });
    await services.open("beside", 7);
    expect((await services.end("beside")).kind).toBe("search.finished");
    // As `bnas gc` does, with the user of people.
    expect(await (await storeOf("admin")).sweep(Number.POSITIVE_INFINITY)).toBe(written);
    await (await storeOf("trainer")).put(Buffer.from("a checkpoint".repeat(100_000)));
  }, 60_000);
});

describe("a log that is full", () => {
  const failed = (): Fact => ({ kind: "search.failed", reason: "x".repeat(900), hint: "y".repeat(900) });
  /** As a trainer that writes without an end. */
  const fill = async () => {
    const trainer = await raw("trainer");
    for (let size = 256 * 1024, i = 0; size > 16; i++) {
      const answer = await trainer.request(`bnas.search.junk-${i}.failed`, new Uint8Array(size), { timeout: 5_000 });
      if (answer.json<Answer>().error !== undefined) size = Math.floor(size / 2);
    }
  };

  it("says so of the searches that wait, deletes a search, and continues when there is room", async () => {
    const services = await startServices();
    await services.open("old", 5);
    await services.end("old");
    await services.open("live", 7);
    await fill();
    const { searches, pruner } = services;
    const room = { log: pruner.log, store: undefined, searches, logger: silentLogger, recorder: silentRecorder };
    const looking = new AbortController();
    running.push({ stop: async () => looking.abort() });
    void watchRoom(room, looking.signal, 50);
    await vi.waitFor(() => {
      const known = searches.known("live");
      if (known?.state !== "live") throw new Error("the search has ended before the log was full");
      const { message } = searchMessage("live", known.followed, searches.aside);
      expect(message).toMatch(/^it waits: .* is full .*`bnas delete` and `bnas gc` work/);
    }, 20_000);
    await expect(
      pruner.log.append(record("new", failed(), "pruner", "2026-01-02T03:04:05.000Z")),
    ).rejects.toMatchObject({ code: "NO_ROOM" });

    const mesh = { ...pruner, searches, store: undefined, logger: silentLogger, clock: () => new Date() };
    await deleteSearch(mesh, "old");
    expect(await pruner.log.read("bnas.search.old.>")).toMatchObject([{ fact: { kind: "search.deleted" } }]);
    // The one that waits, too: it is cancelled first.
    await deleteSearch(mesh, "live");
    expect(await pruner.log.read("bnas.search.live.>")).toMatchObject([{ fact: { kind: "search.deleted" } }]);
    expect((await streams.info("BNAS")).config.max_bytes).toBe((limits.store * 4) / 16);

    await streams.purge("BNAS", { filter: "bnas.search.junk-0.failed" });
    await services.open("later", 7);
    expect((await services.end("later")).kind).toBe("search.finished");
  }, 120_000);
});
