import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Work } from "@bnas/jobs";
import { type JetStream, openJetStream } from "@bnas/nats";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsCluster } from "../nats/cluster.js";
import { evaluated, trained } from "../nats/facts.js";
import { accountsOf, makePasswords } from "../nats/mesh-server.js";
import { temporaryFolder } from "./bnas.js";

const users = join(temporaryFolder(), "users");
let cluster: NatsCluster;
let servers: readonly string[];
beforeAll(async () => {
  makePasswords(users);
  const passwords = readFileSync(join(users, "passwords.conf"), "utf8");
  cluster = await NatsCluster.start(`no_auth_user: admin\n${accountsOf(passwords)}`);
  servers = [...cluster.servers.values()].map(({ address }) => address);
});
afterAll(() => cluster.stop());

/** The log of a service, which reaches first another server than the others do. */
const logOf = (user: string, first: number): Promise<JetStream> =>
  openJetStream({
    servers: [...servers.slice(first), ...servers.slice(0, first)],
    replicas: 3,
    leaseMs: 2_000,
    credentialsFile: join(users, user),
  });

/** The server of the one consumer that watches all facts: there is one copy of it. */
const serverOfWatcher = async (): Promise<string | undefined> => {
  const connection = await connect({ servers: [...servers] });
  const found: (string | undefined)[] = [];
  for await (const { config, cluster } of (await jetstreamManager(connection)).consumers.list("BNAS")) {
    if (config.filter_subject === "bnas.search.>") found.push(cluster?.leader);
  }
  await connection.close();
  expect(found).toHaveLength(1);
  return found[0];
};

describe("three servers with the users of deploy/nats/accounts.conf", () => {
  it("serve each service by whichever it reaches, and continue when that of a watcher's consumer is gone for good", async () => {
    const pruner = await logOf("pruner", 0);
    const trainer = await logOf("trainer", 1);
    const evaluator = await logOf("evaluator", 2);
    const stop = new AbortController();
    const watched: string[] = [];
    const watch = async () => {
      for await (const { subject } of pruner.log.watch("bnas.search.>", { signal: stop.signal })) watched.push(subject);
    };
    const evaluate: Work = {
      name: "evaluator",
      pattern: "bnas.search.*.round.*.pass.*.sample.*.trained",
      result: ({ fact }) => (fact.kind === "sample.trained" ? evaluated(fact.sample, 0).subject : null),
      async handle({ fact }) {
        if (fact.kind === "sample.trained") await evaluator.log.append(evaluated(fact.sample, 1));
      },
      failed: async (_, error) => {
        throw error;
      },
    };
    const working = Promise.all([watch(), evaluator.jobs.work(evaluate, stop.signal)]);
    const train = async (sample: number) => {
      await trainer.log.append(trained(sample));
      while (!watched.includes(evaluated(sample, 1).subject)) await new Promise((resolve) => setTimeout(resolve, 20));
    };
    await train(1);
    await cluster.servers.get((await serverOfWatcher()) ?? "")?.kill();
    for (const sample of [2, 3]) await train(sample);
    stop.abort();
    await working;
    expect(watched).toEqual([1, 2, 3].flatMap((sample) => [trained(sample).subject, evaluated(sample, 1).subject]));
    for (const { log } of [pruner, trainer, evaluator]) await log.close();
  });
});
