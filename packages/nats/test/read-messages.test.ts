import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, headers, type Msg, type NatsConnection } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReadingLink, readMessages } from "../src/link/read-messages.js";
import { natsServer } from "./nats-server.js";

const nats = natsServer();
let connection: NatsConnection;
beforeAll(async () => {
  connection = await connect({ servers: nats.address });
}, 120_000);
afterAll(() => connection.close());

/** Answers of servers of a cluster, one after another: the leader's last sequences, and what the others have. */
type Script = { readonly last: (number | null)[]; readonly batches: number[][] };
let scripts = 0;

/** Read from servers that answer as a script says, over a real connection. */
const reading = async ({ last, batches }: Script): Promise<{ given: number[]; asked: number[] }> => {
  const apiPrefix = `SCRIPT${++scripts}`;
  const asked: number[] = [];
  connection.subscribe(`${apiPrefix}.STREAM.MSG.GET.S`, {
    callback: (_, message) => {
      const seq = last.shift() ?? null;
      const missing = { error: { code: 404, err_code: 10037, description: "no message found" } };
      message.respond(JSON.stringify(seq === null ? missing : { message: { seq, subject: "a", data: "" } }));
    },
  });
  connection.subscribe(`${apiPrefix}.DIRECT.GET.S`, {
    callback: (_, message) => {
      asked.push(message.json<{ seq: number }>().seq);
      answer(message, batches.shift() ?? []);
    },
  });
  const link: ReadingLink = {
    connection,
    jetstream: jetstream(connection, { apiPrefix }),
    manager: await jetstreamManager(connection, { apiPrefix, checkAPI: false }),
    patiently: (_, act) => act(),
  };
  const given: number[] = [];
  for await (const { sequence } of readMessages(link, { stream: "S", pattern: "a.>", after: 0, batch: 10 })) {
    given.push(sequence);
  }
  return { given, asked };
};

/** As a server does: each message names the one before it; then the end. A negative one was lost on its way. */
const answer = (message: Msg, sequences: readonly number[]): void => {
  let before = 0;
  for (const sequence of sequences) {
    const header = headers();
    header.set("Nats-Subject", "a");
    header.set("Nats-Sequence", String(Math.abs(sequence)));
    header.set("Nats-Last-Sequence", String(before));
    if (sequence > 0) message.respond("fact", { headers: header });
    before = Math.abs(sequence);
  }
  message.respond("", { headers: sequences.length > 0 ? headers(204, "EOB") : headers(404, "Message Not Found") });
};

describe("readMessages", () => {
  it("reads batch after batch up to the leader's last", async () => {
    expect(
      await reading({
        last: [5],
        batches: [
          [1, 2],
          [4, 5],
        ],
      }),
    ).toEqual({ given: [1, 2, 4, 5], asked: [1, 3] });
  });

  it("asks again when a server is behind the leader, until the leader's last has come", async () => {
    const script = { last: [3, 3], batches: [[1], [], [2, 3]] };
    expect(await reading(script)).toEqual({ given: [1, 2, 3], asked: [1, 2, 2] });
  });

  it("does not give what came after it began, so that it ends", async () => {
    expect(await reading({ last: [2], batches: [[1, 2, 3, 4]] })).toEqual({ given: [1, 2], asked: [1] });
  });

  it("reads again from a hole that a lost connection has left", async () => {
    const script = {
      last: [4],
      batches: [
        [1, -2, 3, 4],
        [2, 3, 4],
      ],
    };
    expect(await reading(script)).toEqual({ given: [1, 2, 3, 4], asked: [1, 2] });
  });

  it("ends when what it waits for was purged meanwhile", async () => {
    expect(await reading({ last: [9, null], batches: [[1, 2], []] })).toEqual({ given: [1, 2], asked: [1, 3] });
  });
});
