import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { type JetStream, openJetStream } from "@bnas/nats";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import type { BlobStore } from "@bnas/store";
import { jetstreamManager, type StreamAPI } from "@nats-io/jetstream";
import { connect as connectNats, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { composedService } from "../nats/composed-service.js";
import { control, evaluated, trained } from "../nats/facts.js";
import { type MeshServer, makePasswords, startMeshServer } from "../nats/mesh-server.js";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";

let nats: MeshServer;
let streams: StreamAPI;
const connections: NatsConnection[] = [];
/** As an attacker who has the credentials of a service, and uses them without this program. */
const raw = async (user: string): Promise<NatsConnection> => {
  const [name = "", pass = ""] = readFileSync(nats.credentials(user), "utf8").trim().split(" ");
  const connection = await connectNats({ servers: nats.address, user: name, pass });
  connections.push(connection);
  return connection;
};
beforeAll(async () => {
  nats = await startMeshServer();
  streams = (await jetstreamManager(await raw("admin"))).streams;
});
afterAll(async () => {
  for (const connection of connections) await connection.close();
  await nats.server.stop();
});

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
const logOf = async (user: string, patienceMs?: number): Promise<JetStream> => {
  const options = patienceMs === undefined ? {} : { patienceMs };
  const jetStream = await openJetStream({
    servers: [nats.address],
    credentialsFile: nats.credentials(user),
    ...options,
  });
  opened.push(jetStream.log);
  return jetStream;
};
const storeOf = (user: string): Promise<BlobStore> =>
  openStore(`nats://${nats.address}`, { nats: { credentialsFile: nats.credentials(user) } });

const refusal = { code: "PERMISSION_DENIED" };
const services = ["pruner", "trainer", "evaluator"] as const;
/** The last sequence of the stream of facts, and how many subjects it has. */
const written = async () => (await streams.info("BNAS")).state;

describe("a service whose user may make no stream", () => {
  it("says that a pruner must be started when no one makes the stream", async () => {
    const refused = logOf("trainer", 400);
    await expect(refused).rejects.toMatchObject({ code: "FAILED_PRECONDITION" });
    await expect(refused).rejects.toThrow("there is no stream BNAS");
  });

  it("waits for the pruner, which makes it, whichever starts first", async () => {
    const trainer = logOf("trainer");
    const pruner = await logOf("pruner");
    const { stored } = await pruner.log.append(control(1));
    expect(await (await trainer).log.read(stored.subject)).toEqual([stored]);
    const blobs = storeOf("evaluator");
    await storeOf("pruner");
    expect(await (await blobs).has("0".repeat(64))).toBe(false);
  });
});

describe("the services of deploy/compose, with the users of deploy/nats/accounts.conf", () => {
  it("search to the end, and delete, each with its own permissions", async () => {
    const dataset = await composedService("dataset", nats);
    const pruner = await composedService("pruner", nats, dataset.address);
    const trainers = [
      await composedService("trainer", nats, dataset.address),
      await composedService("trainer", nats, dataset.address),
    ];
    const evaluator = await composedService("evaluator", nats, dataset.address);
    const { client, close } = connect(SearchServiceDefinition, pruner.address);

    const spec = { ...tinySpec, parallel: 2 };
    await client.createSearch({ searchId: "mine", spec });
    for await (const _ of client.watchSearch({ searchId: "mine" }));
    expect((await client.getSearch({ searchId: "mine" })).state).toBe(SearchState.SEARCH_STATE_FINISHED);

    const log = ["--log", `nats://${nats.address}`, "--nats-credentials", nats.credentials("admin")];
    const facts = await bnas("facts", "mine", ...log);
    expect(facts.code).toBe(0);
    const kinds = new Set(
      facts.stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).fact?.kind),
    );
    for (const kind of ["epoch.trained", "pass.merged", "sample.evaluated", "round.reduced", "search.finished"]) {
      expect(kinds).toContain(kind);
    }

    await client.deleteSearch({ searchId: "mine" });
    expect((await written()).num_subjects).toBeLessThan(5);
    close();

    const all = [pruner, ...trainers, evaluator, dataset];
    for (const { stop } of all) stop();
    for (const { ended } of all) {
      const { code, said } = await ended;
      expect(code).toBe(0);
      // A right that it lacks is logged, and no secret is.
      expect(said).not.toContain("NATS gives this user no right");
      for (const user of services) {
        const [, password = ""] = readFileSync(nats.credentials(user), "utf8").trim().split(" ");
        expect(said).not.toContain(password);
      }
    }
  });
});

describe("a service, with its own user", () => {
  it("cannot append a fact of another service", async () => {
    const facts = { pruner: control(10), trainer: trained(10), evaluated: evaluated(10, 1) };
    for (const service of services) {
      const log = await logOf(service);
      for (const fact of Object.values(facts)) {
        const append = log.log.append(fact);
        if (fact.writer === service) expect((await append).stored.subject).toBe(fact.subject);
        else await expect(append).rejects.toMatchObject(refusal);
      }
    }
  });

  it.each(["trainer", "evaluator"])("cannot write what the pruner decides: %s", async (service) => {
    const connection = await raw(service);
    const before = await written();
    for (const end of [
      "opened",
      "round.1.opened",
      "round.1.reduced",
      "control.7",
      "finished",
      "cancelled",
      "deleted",
    ]) {
      const publish = connection.request(`bnas.search.mine-2.${end}`, "{}", { timeout: 2_000 });
      await expect(publish).rejects.toThrow("Permissions Violation");
    }
    expect(await written()).toEqual(before);
  });

  it.each(["trainer", "evaluator"])("cannot change, purge or delete a stream: %s", async (service) => {
    const connection = await raw(service);
    const before = (await streams.info("BNAS")).config;
    for (const stream of ["BNAS", "OBJ_bnas-blobs", "KV_BNAS-leases"]) {
      for (const verb of ["CREATE", "UPDATE", "PURGE", "DELETE", "MSG.DELETE", "SNAPSHOT", "RESTORE"]) {
        for (const api of ["$JS.API", "bnas.api"]) {
          const ask = connection.request(`${api}.STREAM.${verb}.${stream}`, "", { timeout: 2_000 });
          await expect(ask).rejects.toThrow("Permissions Violation");
        }
      }
    }
    expect((await streams.info("BNAS")).config).toEqual(before);
  });

  it("cannot have an answer of NATS written for it on a subject of another", async () => {
    const connection = await raw("evaluator");
    const { subject: own } = evaluated(77, 1);
    const forged = { ...evaluated(77, 1), subject: "bnas.search.s.round.7.reduced", writer: "pruner" };
    await connection.request(own, JSON.stringify(forged));
    const before = await written();
    for (const [api, asked] of [
      ["STREAM.INFO.BNAS", {}],
      ["STREAM.MSG.GET.BNAS", { last_by_subj: own }],
      ["DIRECT.GET.BNAS", { last_by_subj: own }],
      ["DIRECT.GET.BNAS", { seq: 1, next_by_subj: "bnas.search.>", batch: 5 }],
      ["CONSUMER.MSG.NEXT.BNAS.evaluator", { batch: 1 }],
    ] as const) {
      connection.publish(`bnas.api.${api}`, JSON.stringify(asked), { reply: forged.subject });
    }
    for (const deliver_subject of [forged.subject, "$JS.API.STREAM.PURGE.BNAS", "$JS.API.STREAM.DELETE.BNAS"]) {
      const config = { name: "forger", deliver_subject, ack_policy: "none", filter_subject: own };
      const asked = { stream_name: "BNAS", config, action: "create" };
      await connection.request(`bnas.api.CONSUMER.CREATE.BNAS.forger.${own}`, JSON.stringify(asked));
      await connection.flush();
      await connection.request("bnas.api.CONSUMER.DELETE.BNAS.forger");
    }
    expect(await written()).toEqual(before);
    // What it wrote on its own subject is no fact to any reader.
    const pruner = await logOf("pruner");
    expect(await pruner.log.read(own)).toEqual([]);
    expect(pruner.quarantine.list()).toMatchObject([{ subject: own, reason: "other-subject" }]);
    await streams.purge("BNAS", { filter: own });
  });

  it("cannot take, answer, change or remove the jobs of another", async () => {
    const connection = await raw("trainer");
    const config = { durable_name: "evaluator", ack_policy: "explicit", filter_subject: "bnas.search.none" };
    for (const [subject, asked] of [
      ["bnas.api.CONSUMER.MSG.NEXT.BNAS.evaluator", "{}"],
      ["bnas.api.CONSUMER.DELETE.BNAS.evaluator", ""],
      ["bnas.api.CONSUMER.DURABLE.CREATE.BNAS.evaluator", JSON.stringify({ stream_name: "BNAS", config })],
      ["bnas.api.CONSUMER.CREATE.BNAS", JSON.stringify({ stream_name: "BNAS", config: { ...config, name: "x" } })],
      ["$JS.ACK.BNAS.evaluator.1.1.1.1760000000000000000.0", "+ACK"],
    ] as const) {
      await expect(connection.request(subject, asked, { timeout: 2_000 })).rejects.toThrow("Permissions Violation");
    }
  });

  it("shares the jobs of one search with trainers that are there for it alone", async () => {
    const [pruner, trainer] = [await logOf("pruner"), await logOf("trainer")];
    const stop = new AbortController();
    const { stored } = await pruner.log.append(control(15));
    await trainer.jobs.work(
      {
        name: "trainer-s",
        pattern: "bnas.search.s.control.*",
        result: ({ subject }) => (subject === stored.subject ? trained(15).subject : null),
        async handle() {
          expect((await trainer.log.append(trained(15))).duplicate).toBe(false);
          stop.abort();
        },
        failed: async (_, error) => {
          throw error;
        },
      },
      stop.signal,
    );
    expect(await trainer.log.read(trained(15).subject)).toHaveLength(1);
  });

  it("hears nothing that is said to another: no answer, and no fact but by reading the log", async () => {
    const connection = await raw("trainer");
    const heard: string[] = [];
    const callback = (error: Error | null, message: { readonly subject: string }) =>
      void heard.push(error?.message ?? message.subject);
    for (const subject of ["_INBOX.>", ">", "bnas.search.>", "$JS.EVENT.>", "$O.>"])
      connection.subscribe(subject, { callback });
    await connection.flush();
    expect(heard).toHaveLength(4);
    for (const message of heard.splice(0)) expect(message).toContain("Permissions Violation for Subscription");
    const pruner = await logOf("pruner");
    expect((await pruner.log.append(control(20))).duplicate).toBe(false);
    expect((await pruner.log.read("bnas.search.>")).length).toBeGreaterThan(1);
    await connection.flush();
    expect(heard).toEqual([]);
  });

  it("cannot write blobs, as an evaluator", async () => {
    await expect((await storeOf("evaluator")).put(Buffer.from("a"))).rejects.toMatchObject(refusal);
  });

  it("puts one copy of a blob, as a trainer, whichever others put it at the same time", async () => {
    const stores = await Promise.all(Array.from({ length: 4 }, () => storeOf("trainer")));
    const bytes = Buffer.alloc(1_500_000, 7);
    const hashes = await Promise.all(stores.map((store) => store.put(bytes)));
    expect(new Set(hashes).size).toBe(1);
    expect(Buffer.from((await stores[0]?.get(hashes[0] ?? "")) ?? []).equals(bytes)).toBe(true);
    // What the others left is swept: they may not purge.
    const swept = await (await storeOf("admin")).sweep(Number.POSITIVE_INFINITY);
    expect(swept).toBeLessThanOrEqual(3);
    expect(Buffer.from((await stores[0]?.get(hashes[0] ?? "")) ?? []).equals(bytes)).toBe(true);
  });
});

describe("a password", () => {
  it("that is wrong is refused, and the file named, not what is in it", async () => {
    const folder = temporaryFolder();
    makePasswords(join(folder, "other"));
    const file = join(folder, "other", "trainer");
    const where = ["--nats", `nats://${nats.address}`, "--dataset", "localhost:1"];
    const { code, stderr } = await bnas("serve", "trainer", ...where, "--nats-credentials", file);
    expect(code).not.toBe(0);
    expect(stderr).toContain("natsCredentials");
    expect(stderr).not.toContain(readFileSync(file, "utf8").trim().split(" ")[1]);
  });

  it("that was replaced is used at the next connection, and nothing is lost", async () => {
    const log = await logOf("pruner");
    const fresh = join(temporaryFolder(), "fresh");
    makePasswords(fresh);
    // Those of the clients first: nats-server closes the connections of users whose password is unknown.
    for (const user of services) copyFileSync(join(fresh, user), nats.credentials(user));
    copyFileSync(join(fresh, "passwords.conf"), join(nats.folder, "passwords.conf"));
    nats.server.reload();
    for (let number = 31; number < 40; number++) {
      expect((await log.log.append(control(number))).duplicate).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(await (await logOf("trainer")).log.read(control(39).subject)).toHaveLength(1);
  });

  it("is known to no one but the owner of its folder", () => {
    const folder = join(temporaryFolder(), "secrets");
    makePasswords(folder);
    expect(execFileSync("stat", ["-c", "%a", folder], { encoding: "utf8" }).trim()).toBe("700");
    expect(() => makePasswords(folder)).toThrow("exists");
  });
});
