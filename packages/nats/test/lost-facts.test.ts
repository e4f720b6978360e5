import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { control } from "../../../test/nats/facts.js";
import { NatsServer } from "../../../test/nats/server.js";
import { openJetStream } from "../src/index.js";
import { StreamMemory } from "../src/link/stream-memory.js";

let nats: NatsServer;
beforeAll(async () => {
  nats = await NatsServer.start();
}, 120_000);
afterAll(() => nats?.stop());
const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});

const logOf = async (stream: string) => {
  const { log } = await openJetStream({ servers: [nats.address], stream, patienceMs: 10_000 });
  opened.push(log);
  return log;
};
const managerNow = async () => {
  const connection = await connect({ servers: nats.address });
  opened.push({ close: () => connection.close() });
  return jetstreamManager(connection);
};
/** As nats-server is after a power cut: with what its disk had at the time of a copy. */
const cutPower = async (copy?: string) => {
  await nats.kill();
  await nats.putStore(copy);
  await nats.restart();
};

describe("a stream whose server has lost messages that it had acknowledged", () => {
  it("ends who has seen them, and keeps who begins again", async () => {
    const log = await logOf("A");
    await log.append(control(1));
    const copy = await nats.copyStore();
    const lost = [await log.append(control(2)), await log.append(control(3))];
    expect(lost.map(({ stored }) => stored.sequence)).toEqual([2, 3]);
    await cutPower(copy);
    await expect(log.append(control(4))).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("stream A on NATS at"),
    });
    await expect(log.read(">")).rejects.toThrow("has lost facts that were acknowledged");
    const later = await logOf("A");
    expect((await later.read(">")).map(({ subject }) => subject)).toEqual([control(1).subject]);
    expect((await later.append(control(4))).stored.sequence).toBe(2);
  });

  it("ends a reader that waits", async () => {
    const log = await logOf("A");
    const reading = (async () => {
      for await (const _ of log.watch(">", { signal: new AbortController().signal }));
    })();
    await log.append(control(7));
    await cutPower();
    await expect(reading).rejects.toThrow("has lost facts that were acknowledged: it is gone");
  });

  it("is seen although other messages have their sequences by now, and a message that was purged is no loss", async () => {
    const log = await logOf("B");
    await log.append(control(1));
    const copy = await nats.copyStore();
    const { stored } = await log.append(control(2));
    const manager = await managerNow();
    const memory = new StreamMemory(await manager.streams.info("B"), nats.address);
    const raw = await manager.streams.getMessage("B", { seq: stored.sequence });
    memory.saw({ subject: stored.subject, sequence: stored.sequence, data: raw?.data ?? new Uint8Array() });
    expect(await memory.lost(manager)).toBeUndefined();
    await manager.streams.purge("B", { filter: stored.subject });
    expect(await memory.lost(manager)).toBeUndefined();
    await cutPower(copy);
    const later = await logOf("B");
    for (const number of [3, 4]) await later.append(control(number));
    expect((await memory.lost(await managerNow()))?.message).toMatch("it has another message at 2");
  });
});
