import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JetStreamOptions } from "@bnas/nats";
import { decisionContent, type Fact, record, searchIdOf, subjectTail, type Writer } from "@bnas/search";
import { checkProof } from "@bnas/searches";
import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { findSearch } from "../../services/pruner/src/usecases/find-search.js";
import { searchMessage } from "../../services/pruner/src/usecases/search-message.js";
import { NatsServer } from "../nats/server.js";
import { temporaryFolder } from "./bnas.js";
import { startSimulatedServices } from "./simulated-services.js";

const TIMEOUT = 90_000;
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
const stopAll = async () => {
  for (const services of running.splice(0)) await services.stop();
  const { streams } = await jetstreamManager(stranger);
  await streams.delete("BNAS").catch(() => {});
};
afterEach(stopAll);
afterAll(async () => {
  await stranger?.close();
  await nats?.stop();
});

const as = (user: "admin" | "limited"): JetStreamOptions => ({
  servers: [nats.address],
  credentialsFile: join(folder, user),
});
const startServices = async (pruner: "admin" | "limited" = "admin") => {
  const services = await startSimulatedServices({ pruner: as(pruner), workers: as("limited") });
  running.push(services);
  return services;
};

/** The facts of the search of a seed that no one disturbs. */
const alone = async (seed: number) => {
  const services = await startServices();
  await services.open("alone", seed, { proof: 1 });
  const end = decisionContent(await services.end("alone"));
  const facts = await services.pruner.log.read("bnas.search.alone.>");
  await stopAll();
  return { end, facts };
};

/** An answer as another search had it: it names no request of this one. */
const forged = (fact: Fact, writer: Writer, search = "s") => {
  const recorded = record(search, { ...fact, request: "f".repeat(64) } as Fact, writer, "2026-01-02T03:04:05.000Z");
  return jetstream(stranger).publish(recorded.subject, JSON.stringify(recorded));
};
const isAnswer = (fact: Fact): boolean => "request" in fact || fact.kind === "round.scored";

describe("answers that a search does not take, on NATS", () => {
  it(
    "are removed wherever they were put before they were asked for, and the search ends as without them",
    async () => {
      const { end, facts } = await alone(21);
      const services = await startServices();
      const answers = facts.filter(({ fact }) => isAnswer(fact));
      for (const { fact, writer } of answers.slice(0, answers.length / 2)) await forged(fact, writer);
      await services.open("s", 21, { proof: 1 });
      for (const { fact, writer } of answers.slice(answers.length / 2)) await forged(fact, writer).catch(() => {});
      expect(decisionContent(await services.end("s"))).toEqual(end);
      expect(searchMessage("s", await findSearch(services.searches, "s"), services.searches.aside).quarantined).toBe(
        answers.length,
      );
    },
    TIMEOUT,
  );

  it(
    "are removed when they come in the place of an answer that was asked for, which is asked for again",
    async () => {
      const { end, facts } = await alone(22);
      const answers = new Map(facts.flatMap((one) => (isAnswer(one.fact) ? [[subjectTail(one.subject), one]] : [])));
      const services = await startServices();
      // As soon as anything is written, the answer to it and what may come after is forged.
      const follow = async () => {
        for await (const { subject } of services.pruner.log.watch("bnas.search.s.>", { signal: stop.signal })) {
          const tail = subjectTail(subject)
            .replace(/requested$/, "trained")
            .replace(/sample\.(\d+)\.trained$/, "sample.$1.trained");
          const one = answers.get(tail) ?? answers.get(subjectTail(subject).replace(/trained$/, "evaluated"));
          if (one !== undefined) await forged(one.fact, one.writer, searchIdOf(subject)).catch(() => {});
        }
      };
      const stop = new AbortController();
      const forging = follow();
      await services.open("s", 22, { proof: 1 });
      expect(decisionContent(await services.end("s"))).toEqual(end);
      stop.abort();
      await forging;
      const lines = (await services.pruner.log.read("bnas.search.s.>")).map((stored) => ({
        stored,
        sha256: "",
        isPlain: true,
      }));
      expect(checkProof(lines).faults).toEqual([]);
      expect(lines.some(({ stored }) => stored.fact.kind === "job.repeat")).toBe(true);
      expect(new Set(services.pruner.quarantine.list().map(({ reason }) => reason))).toContain("refused");
    },
    TIMEOUT,
  );

  it(
    "end their search where no process may remove them, by a reason that names the writer, the fact and what is wrong",
    async () => {
      const { facts } = await alone(23);
      const services = await startServices("limited");
      const trained = facts.find(({ fact }) => fact.kind === "epoch.trained");
      await forged(trained?.fact as Fact, "trainer");
      await services.open("s", 23, { proof: 1 });
      await services.open("other", 23, { proof: 1 });
      expect(await services.end("s")).toMatchObject({
        kind: "search.failed",
        reason: expect.stringMatching(
          /warmup\.epoch\.1\.trained \(sequence \d+\), written as the trainer, is none of this search: its place lies before/,
        ),
      });
      expect(await services.end("other")).toMatchObject({ kind: "search.finished" });
    },
    TIMEOUT,
  );
});
