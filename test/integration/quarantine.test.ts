import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { MOST_QUARANTINED } from "@bnas/log";
import { type JetStreamOptions, openJetStream } from "@bnas/nats";
import { decide, decisionContent, evolve, type Fact, record, start } from "@bnas/search";
import { silentLogger } from "@bnas/telemetry";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findSearch } from "../../services/pruner/src/usecases/find-search.js";
import { dropQuarantined, listQuarantined } from "../../services/pruner/src/usecases/quarantine.js";
import { searchMessage } from "../../services/pruner/src/usecases/search-message.js";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder } from "./bnas.js";
import { spec, startSimulatedServices } from "./simulated-services.js";

const TIMEOUT = 60_000;
const users = `authorization { users: [
  { user: admin, password: secret }
  { user: limited, password: secret, permissions: { publish: { deny: ["$JS.API.STREAM.PURGE.>"] } } }
] }`;
const folder = temporaryFolder();
let nats: NatsServer;
let stranger: NatsConnection;
type Services = Awaited<ReturnType<typeof startSimulatedServices>>;
const running: Services[] = [];
beforeAll(async () => {
  for (const user of ["admin", "limited"]) writeFileSync(join(folder, user), `${user} secret\n`, { mode: 0o600 });
  nats = await NatsServer.start(users, undefined, '"2m"');
  stranger = await connect({ servers: nats.address, user: "admin", pass: "secret" });
}, TIMEOUT);
afterEach(async () => {
  for (const services of running.splice(0)) await services.stop();
  const { streams } = await jetstreamManager(stranger);
  await streams.delete("BNAS").catch(() => {});
});
afterAll(async () => {
  await stranger?.close();
  await nats?.stop();
});

const as = (user: "admin" | "limited"): JetStreamOptions => ({
  servers: [nats.address],
  credentialsFile: join(folder, user),
});
/** @param workers whether trainers and evaluators may purge, as where there are no accounts */
const startServices = async (workers: "admin" | "limited" = "limited", pruner: "admin" | "limited" = "admin") => {
  const services = await startSimulatedServices({ pruner: as(pruner), workers: as(workers) });
  running.push(services);
  return services;
};
const publish = (subject: string, value: unknown) =>
  jetstream(stranger).publish(subject, typeof value === "string" ? value : JSON.stringify(value));

/** How the search of a seed ends where no one disturbs it, and on which subjects it has facts. */
const undisturbed = new Map<number, { readonly end: unknown; readonly subjects: readonly string[] }>();
const alone = async (seed: number) => {
  const known = undisturbed.get(seed);
  if (known !== undefined) return known;
  const services = await startServices();
  await services.open("alone", seed);
  const end = decisionContent(await services.end("alone"));
  const subjects = (await services.pruner.log.read("bnas.search.alone.>")).map(({ subject }) => subject);
  await services.stop();
  running.splice(running.indexOf(services), 1);
  const found = { end, subjects };
  undisturbed.set(seed, found);
  const { streams } = await jetstreamManager(stranger);
  await streams.delete("BNAS");
  return found;
};

const failed = (search: string): Fact => ({ kind: "search.failed", reason: `of ${search}`, hint: "" });
/** Messages that no search waits for: each kind of what is no fact. */
const strange = (i: number): readonly [string, unknown] => {
  const ghost = `ghost-${i}`;
  const valid = record(ghost, failed(ghost), "trainer", "2026-01-02T03:04:05.000Z");
  const subject = `bnas.search.${ghost}.failed`;
  return [
    [subject, "{}"] as const,
    [subject, "scribble"] as const,
    [subject, { ...valid, version: 2 }] as const,
    [subject, valid] as const,
    [`bnas.search.GHOST_${i}.failed`, "{}"] as const,
    [`bnas.search.${ghost}.nothing.of.ours`, { ...valid, fact: { kind: "search.dreamt" } }] as const,
    [subject, { ...valid, writer: "stranger" }] as const,
    [subject, { ...valid, subject: "bnas.search.other.failed" }] as const,
  ][i % 8] as readonly [string, unknown];
};

const collect = (() => {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
})();
const heap = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 1e6;
};

describe("messages that are no facts, on NATS", () => {
  it(
    "are 20,000 in a second, and live searches end as without them, in the same memory",
    async () => {
      const wanted = await alone(11);
      const services = await startServices();
      const quarantine = services.pruner.quarantine;
      await services.open("before", 11);
      const before = heap();
      const begun = performance.now();
      // Without waiting for answers, as an attacker would.
      for (let i = 0; i < 20_000; i++) {
        const [subject, value] = strange(i);
        stranger.publish(subject, typeof value === "string" ? value : JSON.stringify(value));
      }
      await stranger.flush();
      const seconds = (performance.now() - begun) / 1000;
      await services.open("during", 11);
      const ends = await Promise.all(["before", "during"].map((search) => services.end(search)));
      for (const end of ends) expect(decisionContent(end as Fact)).toEqual(wanted.end);
      while (quarantine.count() < 20_000) await new Promise((resolve) => setTimeout(resolve, 20));
      expect(quarantine.count()).toBe(20_000);
      expect(quarantine.list()).toHaveLength(MOST_QUARANTINED);
      const grown = heap() - before;
      console.log(`20,000 messages in ${seconds.toFixed(1)} s; heap ${before.toFixed(0)} MB, ${grown.toFixed(1)} more`);
      expect(grown).toBeLessThan(30);
    },
    TIMEOUT,
  );

  it.each(["admin", "limited"] as const)(
    "are cleared from every subject that a search waits for, written before it and while it runs (workers: %s)",
    async (workers) => {
      const { end, subjects } = await alone(12);
      const services = await startServices(workers);
      const own = subjects.map((subject) => subject.replace(".alone.", ".s."));
      // All but the first one, which opens it.
      for (const [i, subject] of own.slice(1).entries()) await publish(subject, i % 2 === 0 ? "scribble" : {});
      for (const kind of ["failed", "cancelled", "deleted", "archived"]) await publish(`bnas.search.s.${kind}`, "{}");
      await services.open("s", 12);
      expect(decisionContent(await services.end("s"))).toEqual(end);
      expect((await services.pruner.log.read("bnas.search.s.>")).length).toBe(own.length);
    },
    TIMEOUT,
  );
});

describe("messages that cannot be removed, on NATS", () => {
  it(
    "fail the search whose subject they hold, with the reason, and no other",
    async () => {
      const { end } = await alone(13);
      const services = await startServices("limited", "limited");
      await publish("bnas.search.bad.warmup.epoch.1.trained", "scribble");
      await publish("bnas.search.worse.warmup.epoch.1.requested", "scribble");
      // Nothing waits for these.
      await publish("bnas.search.good.warmup.epoch.99.trained", "scribble");
      await publish("bnas.search.good.failed", "{}");
      for (const search of ["bad", "worse", "good"]) await services.open(search, 13);
      expect(decisionContent(await services.end("good"))).toEqual(end);
      expect(await services.end("bad")).toMatchObject({
        kind: "search.failed",
        reason: expect.stringContaining("bnas.search.bad.warmup.epoch.1.trained holds message"),
      });
      expect(await services.end("worse")).toMatchObject({
        kind: "search.failed",
        reason: expect.stringContaining("bnas.search.worse.warmup.epoch.1.requested holds message"),
      });
    },
    TIMEOUT,
  );

  it(
    "cancel a search that cannot be failed, and leave one alone that cannot be ended",
    async () => {
      const services = await startServices("limited", "limited");
      await publish("bnas.search.bad.warmup.epoch.1.requested", "scribble");
      await publish("bnas.search.bad.failed", "scribble");
      for (const fact of ["warmup.epoch.1.requested", "failed", "cancelled"])
        await publish(`bnas.search.worst.${fact}`, "scribble");
      for (const search of ["worst", "bad", "good"]) await services.open(search, 13);
      expect(await services.end("bad")).toMatchObject({ kind: "search.cancelled" });
      expect(await services.end("good")).toMatchObject({ kind: "search.finished" });
      expect(services.searches.known("worst")).toMatchObject({ state: "live" });
    },
    TIMEOUT,
  );
});

describe("facts that their search cannot have, on NATS", () => {
  it(
    "are removed where the search waits for its own, and it ends as without them",
    async () => {
      const { end, subjects } = await alone(14);
      const services = await startServices("limited");
      await services.open("s", 14);
      const nas = { normal: [], reduce: [] };
      const fact = { kind: "epoch.trained", stage: "warmup", epoch: 1, alpha: nas, beta: nas } as const;
      const trained = { ...fact, checkpoint: "0".repeat(64), loss: 1, images: 1, seconds: 1 };
      await publish(
        "bnas.search.s.warmup.epoch.1.trained",
        record("s", trained, "trainer", "2026-01-02T03:04:05.000Z"),
      ).catch(() => {});
      expect(decisionContent(await services.end("s"))).toEqual(end);
      expect((await services.pruner.log.read("bnas.search.s.>")).length).toBe(subjects.length);
    },
    TIMEOUT,
  );
});

describe("a restart with messages that are no facts in the log", () => {
  it(
    "continues every search, and ends as without them",
    async () => {
      const { end } = await alone(15);
      const first = await startServices();
      await first.open("s", 15);
      for (let i = 0; i < 200; i++) await publish(...strange(i));
      while ((await first.pruner.log.read("bnas.search.s.>")).length < 8) await new Promise((r) => setTimeout(r, 5));
      await first.stop();
      running.splice(running.indexOf(first), 1);
      for (let i = 200; i < 400; i++) await publish(...strange(i));
      for (const subject of ["failed", "round.4.opened", "round.6.reduced", "finished"])
        await publish(`bnas.search.s.${subject}`, "{}").catch(() => {});
      const second = await startServices();
      expect(decisionContent(await second.end("s"))).toEqual(end);
    },
    TIMEOUT,
  );
});

/** The facts of a search that services of version N+1 have opened, as far as its first job. */
const later = (search: string) => {
  const at = (fact: Fact) => ({ ...record(search, fact, "pruner", "2026-01-02T03:04:05.000Z"), version: 2 });
  const opened = { kind: "search.opened", spec: { ...spec, seed: 16 } } as const;
  const [requested] = decide(evolve(start(search), opened));
  return [at(opened), at(requested as Fact)];
};
/** Every message of a stream under a pattern, as it is there. */
const messagesOf = async (pattern: string) => {
  const found: { readonly subject: string; readonly version: unknown }[] = [];
  const consumer = await jetstream(stranger).consumers.get("BNAS", { filter_subjects: [pattern] });
  for (;;) {
    const message = await consumer.next({ expires: 1000 });
    if (message === null) return found;
    found.push({ subject: message.subject, version: message.json<{ version: unknown }>().version });
  }
};

describe("services of two versions on one NATS", () => {
  it.each(["N+1 first", "N first"])(
    "leave each other's searches alone, whichever comes first: %s",
    async (order) => {
      const { end } = await alone(17);
      const facts = later("newer");
      const writeLater = async () => {
        for (const fact of facts) await publish(fact.subject, fact);
      };
      if (order === "N+1 first") {
        // A pruner makes the stream.
        await (await openJetStream(as("admin"))).log.close();
        await writeLater();
      }
      const services = await startServices("admin");
      if (order === "N first") await writeLater();
      await services.open("older", 17);
      expect(decisionContent(await services.end("older"))).toEqual(end);
      const { aside } = services.searches;
      while (!aside.isNewer("newer")) await new Promise((resolve) => setTimeout(resolve, 5));
      expect(new Set(aside.quarantine.list().map(({ reason }) => reason))).toEqual(new Set(["newer-version"]));
      // None of its subjects was written or freed by version N.
      expect(await messagesOf("bnas.search.newer.>")).toEqual(facts.map(({ subject }) => ({ subject, version: 2 })));
      // The job waits for a trainer of its version, which comes by the same consumer.
      const trainer = await jetstream(stranger).consumers.get("BNAS", "trainer");
      const job = await trainer.next({ expires: 10_000 });
      expect(job?.subject).toBe(facts[1]?.subject);
      job?.ack();
    },
    TIMEOUT,
  );

  it(
    "do not hold up a search of this version by a message of a newer one, on a subject that it waits for or has",
    async () => {
      const { end, subjects } = await alone(18);
      const services = await startServices();
      const own = subjects.map((subject) => subject.replace(".alone.", ".s.")).slice(1);
      for (const subject of own) await publish(subject, { version: 2, of: "a later version" });
      await services.open("s", 18);
      expect(decisionContent(await services.end("s"))).toEqual(end);
      const { aside } = services.searches;
      expect(searchMessage("s", await findSearch(services.searches, "s"), aside).quarantined).toBe(own.length);
      expect(new Set(aside.quarantine.list().map(({ reason, removed }) => `${reason} ${removed}`))).toEqual(
        new Set(["newer-version true"]),
      );
    },
    TIMEOUT,
  );

  it(
    "fail a search whose subject a newer one holds, where no process may remove it, and say so",
    async () => {
      const services = await startServices("limited", "limited");
      await publish("bnas.search.s.warmup.epoch.1.requested", { version: 2, of: "a later version" });
      await services.open("s", 18);
      expect(await services.end("s")).toMatchObject({
        kind: "search.failed",
        reason: expect.stringMatching(/epoch\.1\.requested holds message .* its version is newer/),
      });
    },
    TIMEOUT,
  );

  it(
    "differ in the fact that opens a search, which is dropped only by its name",
    async () => {
      const services = await startServices();
      const { aside } = services.searches;
      for (const fact of later("newer")) await publish(fact.subject, fact);
      while (!aside.isNewer("newer")) await new Promise((resolve) => setTimeout(resolve, 5));
      await expect(findSearch(services.searches, "newer")).rejects.toThrow(/opened by a newer version/);
      const sequence = aside.quarantine.list()[0]?.sequence ?? 0;
      const mesh = { searches: services.searches, logger: silentLogger };
      await expect(dropQuarantined({ sequence, newerVersion: false }, mesh)).rejects.toMatchObject({
        code: "FAILED_PRECONDITION",
      });
      await expect(dropQuarantined({ sequence: 999, newerVersion: true }, mesh)).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
      await dropQuarantined({ sequence, newerVersion: true }, mesh);
      expect(aside.isNewer("newer")).toBe(false);
      expect(listQuarantined({ searchId: "newer" }, services.searches).count).toBe(1);
    },
    TIMEOUT,
  );
});
