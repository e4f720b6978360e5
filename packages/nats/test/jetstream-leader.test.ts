import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterEach, describe, expect, it } from "vitest";
import { type JetStream, openJetStream } from "../src/open-jetstream.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();
const leadMs = 500;

const opened: JetStream[] = [];
afterEach(async () => {
  for (const { log } of opened.splice(0)) await log.close();
});
const open = async (stream: string): Promise<JetStream> => {
  const log = await openJetStream({ servers: [nats.address], stream, leadMs });
  opened.push(log);
  return log;
};

/** A process that leads when it can, until it is stopped; and the lead, of which there is one. */
const candidate = (log: JetStream, leading: Set<string>, name: string) => {
  const stop = new AbortController();
  let begun = () => {};
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const act = async (signal: AbortSignal) => {
    expect(leading.size).toBe(0);
    leading.add(name);
    begun();
    if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    leading.delete(name);
  };
  return { leads: first, ended: log.lead.lead("pruner", act, stop.signal), stop: () => stop.abort() };
};

const leasesOf = async (stream: string) => {
  const connection = await connect({ servers: nats.address });
  const manager = await jetstreamManager(connection);
  return { streams: manager.streams, name: `KV_${stream}-leases`, close: () => connection.close() };
};

describe("the lead on NATS", () => {
  it("is one's, and another's as soon as that one stops", async () => {
    const stream = await nats.empty();
    const leading = new Set<string>();
    const one = candidate(await open(stream), leading, "one");
    await one.leads;
    const others = await Promise.all([open(stream), open(stream)]);
    const [two, three] = others.map((log, i) => candidate(log, leading, `other ${i}`));
    await new Promise((resolve) => setTimeout(resolve, 2 * leadMs));
    expect([...leading]).toEqual(["one"]);
    one.stop();
    await one.ended;
    await Promise.race([two?.leads, three?.leads]);
    expect(leading.size).toBe(1);
    for (const other of [two, three]) other?.stop();
    await Promise.all([two?.ended, three?.ended]);
    expect(leading.size).toBe(0);
  });

  it("is lost by one whose message someone has replaced, who knows it, and gets it again later", async () => {
    const stream = await nats.empty();
    const log = await open(stream);
    const stop = new AbortController();
    let led = 0;
    const act = async (signal: AbortSignal) => {
      led++;
      if (led === 2) stop.abort();
      if (!signal.aborted) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    };
    const leading = log.lead.lead("pruner", act, stop.signal);
    while (led === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const connection = await connect({ servers: nats.address });
    connection.publish(`$KV.${stream}-leases.pruner`, "someone else");
    await connection.flush();
    await connection.close();
    await leading;
    expect(led).toBe(2);
  });

  it("does not depend on the stream of leases being there or as it was", async () => {
    const stream = await nats.empty();
    const leading = new Set<string>();
    const one = candidate(await open(stream), leading, "one");
    await one.leads;
    const { streams, name, close } = await leasesOf(stream);
    expect((await streams.info(name)).config.max_age).toBe(leadMs * 1e6);
    await streams.delete(name);
    // The leader finds out in time, and a process leads again.
    while (leading.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    while (leading.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    one.stop();
    await one.ended;
    await streams.update(name, { max_age: 3_600e9 });
    const two = candidate(await open(stream), leading, "two");
    await two.leads;
    expect((await streams.info(name)).config.max_age).toBe(leadMs * 1e6);
    two.stop();
    await two.ended;
    await close();
  });

  it("is another's while NATS comes back from a restart, never two's", async () => {
    const stream = await nats.empty();
    const leading = new Set<string>();
    const all = await Promise.all(["one", "two"].map(async (name) => candidate(await open(stream), leading, name)));
    await Promise.race(all.map(({ leads }) => leads));
    await nats.server.kill();
    while (leading.size > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await nats.server.restart();
    while (leading.size === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    for (const { stop } of all) stop();
    await Promise.all(all.map(({ ended }) => ended));
  });
});
