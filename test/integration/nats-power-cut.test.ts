import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "@bnas/errors";
import type { JetStreamOptions } from "@bnas/nats";
import { decisionContent, type Fact } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsCluster } from "../nats/cluster.js";
import { startSimulatedServices } from "./simulated-services.js";
import { Turnstile } from "./turnstile.js";

const TIMEOUT = 600_000;
/** Of every search here: the same decisions. */
const SEED = 7;
let cluster: NatsCluster;
beforeAll(async () => {
  // As nats-server is by default: it syncs every two minutes.
  cluster = await NatsCluster.start("", '"2m"');
}, TIMEOUT);
afterAll(() => cluster?.stop());

const options = (): JetStreamOptions => ({
  servers: cluster.addresses.split(","),
  replicas: 3,
  leaseMs: 2_000,
  patienceMs: 60_000,
  connectPatienceMs: 60_000,
});

type Ended = { readonly end: Fact; readonly losses: number };

/** Starts the services again and again, as Kubernetes does, until a search has ended. Gives how, and how often facts were lost. */
const untilEnded = async (search: string, turnstile: Turnstile): Promise<Ended> => {
  for (let losses = 0; ; ) {
    let services: Awaited<ReturnType<typeof startSimulatedServices>> | undefined;
    try {
      const allowed = () => turnstile.pass();
      services = await startSimulatedServices({ pruner: options(), workers: options(), allowed });
      await services.open(search, SEED);
      const end = await services.end(search);
      await services.stop();
      return { end, losses };
    } catch (error) {
      if (!(error instanceof Error) || !hasCode(error, "UNAVAILABLE")) throw error;
      if (error.message.includes("has lost facts")) losses++;
      await services?.stop().catch(() => {});
      await sleep(500);
    }
  }
};

/** The power of all three fails: each disk has what it had synced at an instant of its own, and lost up to three answers that were acknowledged later. */
const cutPower = async (turnstile: Turnstile, apart: number): Promise<void> => {
  const servers = [...cluster.servers.values()];
  const copies: string[] = [];
  for (const server of servers) {
    await turnstile.admit(apart);
    copies.push(await server.copyStore());
  }
  await turnstile.admit(3);
  await Promise.all(servers.map((server) => server.kill()));
  await Promise.all(servers.map((server, i) => server.putStore(copies[i])));
  await Promise.all(servers.map((server) => server.restart()));
  turnstile.open();
};

describe("three nats-servers that sync now and then, in a power cut of all", () => {
  it(
    "give a search the genotype that it has without, or a plain refusal, and never another",
    async () => {
      const free = new Turnstile();
      free.open();
      const expected = decisionContent((await untilEnded("alone", free)).end);
      let lost = 0;
      for (const apart of [0, 4]) {
        const turnstile = new Turnstile();
        const ending = untilEnded(`cut-${apart}`, turnstile);
        await cutPower(turnstile, apart);
        const { end, losses } = await ending;
        lost += losses;
        if (end.kind === "search.failed") expect(end.reason).toMatch(/lost|missing/);
        else expect(decisionContent(end)).toEqual(expected);
      }
      // Otherwise nothing was tried.
      expect(lost).toBeGreaterThan(0);
    },
    TIMEOUT,
  );
});
