import type { Work } from "@bnas/jobs";
import { type JetStream, openJetStream } from "@bnas/nats";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { Appending } from "../nats/append-through.js";
import { control, evaluated, trained } from "../nats/facts.js";
import { NatsServer } from "../nats/server.js";
import { killWorkers, startWorker } from "../nats/worker.js";

let server: NatsServer;
beforeAll(async () => {
  server = await NatsServer.start();
});
afterEach(killWorkers);
afterAll(() => server.stop());

const open = (leaseMs = 30_000) => openJetStream({ servers: [server.address], leaseMs });

describe("the log on NATS, when nats-server is killed and started again in the middle of appends", () => {
  it("loses no acknowledged fact, holds no subject twice, and its watchers continue without a gap or a repetition", async () => {
    const logs = [await open(), await open()];
    const appending = new Appending(
      logs.map(({ log }) => log),
      10,
    );
    onTestFinished(() => appending.abandon());
    for (let kill = 0; kill < 4; kill++) {
      await appending.progress(300);
      await server.kill();
      await server.restart();
    }
    await appending.progress(300);
    const all = await appending.stop((logs[1] as JetStream).log);

    const subjects = all.map(({ subject }) => subject);
    expect(subjects).toEqual([...new Set(subjects)]);
    const kept = new Map(all.map((stored) => [stored.subject, JSON.stringify(stored)]));
    expect(appending.acknowledged.length).toBeGreaterThan(1_500);
    for (const stored of appending.acknowledged) expect(kept.get(stored.subject)).toBe(JSON.stringify(stored));
    expect(appending.missed).toEqual([]);
    expect(appending.watched).toEqual(all);
    for (const log of logs) await log.log.close();
  });

  it("knows a fact as its own when only the acknowledgement was lost", async () => {
    const log = await open();
    const other = await open();
    server.pause();
    const appended = [log.log.append(control(1_000_001)), log.log.append(control(1_000_002))];
    // Longer than a request waits: each is sent a second time, and the server will take in both.
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    server.resume();
    for (const { duplicate } of await Promise.all(appended)) expect(duplicate).toBe(false);
    expect((await other.log.append(control(1_000_001))).duplicate).toBe(true);
    await log.log.close();
    await other.log.close();
  });
});

describe("the log on NATS, when NATS is unavailable", () => {
  it("says so when patience has ended, and takes the same fact when NATS is back", async () => {
    const log = await openJetStream({ servers: [server.address], patienceMs: 500 });
    await server.kill();
    await expect(log.log.append(control(2_000_001))).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await expect(log.log.read(">")).rejects.toThrow(`NATS at nats://${server.address} does not answer`);
    await server.restart();
    const again = await open();
    const { stored } = await again.log.append(control(2_000_001));
    expect(await again.log.read(stored.subject)).toEqual([stored]);
    await log.log.close();
    await again.log.close();
  });

  it("lets watchers and workers end, and closes", async () => {
    const log = await open();
    const stop = new AbortController();
    const watch = async () => {
      for await (const _ of log.log.watch(">", { after: 1e9, signal: stop.signal }));
    };
    const fail = async () => {
      throw new Error("there is no job");
    };
    const work = () =>
      log.jobs.work(
        { name: "idle", pattern: "bnas.search.*.opened", result: () => null, handle: fail, failed: fail },
        stop.signal,
      );
    const before = [watch(), work()];
    await new Promise((resolve) => setTimeout(resolve, 500));
    await server.kill();
    const during = [watch(), work()];
    await new Promise((resolve) => setTimeout(resolve, 500));
    stop.abort();
    await Promise.all([...before, ...during]);
    await log.log.close();
    await server.restart();
  });
});

describe("a job on NATS", () => {
  /** Do one job here: the result says 7, where the other process says 1. */
  const doOne = async (log: JetStream): Promise<number> => {
    const stop = new AbortController();
    let taken = 0;
    const work: Work = {
      name: "evaluator",
      pattern: "bnas.search.*.round.>",
      result: ({ fact }) => (fact.kind === "sample.trained" ? evaluated(fact.sample, 0).subject : null),
      async handle({ fact }) {
        taken = "sample" in fact ? fact.sample : 0;
        await log.log.append(evaluated(taken, 7));
        stop.abort();
      },
      failed: async (_, error) => {
        throw error;
      },
    };
    await log.jobs.work(work, stop.signal);
    return taken;
  };

  it("goes to another worker when the one that has it is killed", async () => {
    const log = await open(1_000);
    await log.log.append(trained(1));
    const worker = startWorker(server.address, "BNAS", 1_000);
    expect(await worker.said()).toEqual({ took: 1 });
    await worker.kill();
    expect(await doOne(log)).toBe(1);
    await log.log.close();
  });

  it("is answered once although the worker that was held still wakes and answers too late", async () => {
    const log = await open(1_000);
    await log.log.append(trained(2));
    const worker = startWorker(server.address, "BNAS", 1_000);
    expect(await worker.said()).toEqual({ took: 2 });
    worker.signal("SIGSTOP");
    expect(await doOne(log)).toBe(2);
    worker.signal("SIGCONT");
    worker.tell("answer");
    expect(await worker.said()).toEqual({ duplicate: true, correct: 7 });
    // It continues as if nothing had happened.
    await log.log.append(trained(3));
    expect(await worker.said()).toEqual({ took: 3 });
    worker.tell("answer");
    expect(await worker.said()).toEqual({ duplicate: false, correct: 1 });
    await worker.kill();
    await log.log.close();
  });

  it("is not failed by a worker that was held still for longer than its lease and stumbles when it wakes", async () => {
    const log = await open(1_000);
    await log.log.append(trained(4));
    const worker = startWorker(server.address, "BNAS", 1_000);
    expect(await worker.said()).toEqual({ took: 4 });
    worker.signal("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    worker.signal("SIGCONT");
    worker.tell("stumble");
    // No worker has answered: it is delivered again, to any worker.
    expect(await worker.said()).toEqual({ took: 4 });
    worker.tell("answer");
    expect(await worker.said()).toEqual({ duplicate: false, correct: 1 });
    await worker.kill();
    await log.log.close();
  });

  it("is done, once, although nats-server is killed while it is in progress", async () => {
    const log = await open(5_000);
    await log.log.append(trained(5));
    const worker = startWorker(server.address, "BNAS", 5_000);
    expect(await worker.said()).toEqual({ took: 5 });
    await server.kill();
    await server.restart();
    worker.tell("answer");
    expect(await worker.said()).toEqual({ duplicate: false, correct: 1 });
    await log.log.append(trained(6));
    expect(await worker.said()).toEqual({ took: 6 });
    await worker.kill();
    await log.log.close();
  });
});
