import { DatasetServiceDefinition } from "@bnas/proto";
import { describe, expect, it } from "vitest";
import { connect } from "../src/client.js";
import { batch, forever, request, servedHere } from "./served-here.js";

const { serve, clientOf } = servedHere();

describe("limits", () => {
  it("end a unary call at its deadline, in the service too; a call may have its own", async () => {
    const ended: Promise<unknown>[] = [];
    const server = await serve({
      describeDataset: (_, { signal }) => {
        const waiting = forever(signal);
        ended.push(waiting.catch((error: unknown) => error));
        return waiting;
      },
    });
    const expired = { code: "DEADLINE_EXCEEDED" };
    // Long enough for the service to see both calls, also on a busy machine.
    await expect(clientOf(server, { deadlineMs: 1_000 }).describeDataset({})).rejects.toMatchObject(expired);
    const patient: { describeDataset(request: object, options: { deadline: number }): Promise<unknown> } = connect(
      DatasetServiceDefinition,
      server.address,
    ).client;
    await expect(patient.describeDataset({}, { deadline: 1_000 })).rejects.toMatchObject(expired);
    expect(await Promise.all(ended)).toEqual([new Error("stopped"), new Error("stopped")]);
  });

  it("end a call when the caller's signal aborts", async () => {
    const server = await serve({ describeDataset: (_, { signal }) => forever(signal) });
    const stop = new AbortController();
    const call = clientOf(server).describeDataset({}, { signal: stop.signal });
    stop.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
  });

  it("let a batch of tens of MB pass", async () => {
    const server = await serve({
      async *streamBatches() {
        yield batch(0, 40_000_000);
      },
    });
    for await (const { pixels } of clientOf(server).streamBatches(request)) expect(pixels.length).toBe(40_000_000);
  });

  it("refuse a message that is larger than the server or the client takes", async () => {
    const server = await serve(
      {
        async *streamBatches() {
          yield batch(0, 5_000);
        },
      },
      { maxMessageBytes: 10_000 },
    );
    const exhausted = { code: "RESOURCE_EXHAUSTED" };
    await expect(clientOf(server).describeDataset({ plan: { uri: "x".repeat(20_000) } })).rejects.toMatchObject(
      exhausted,
    );
    const small = clientOf(server, { maxMessageBytes: 1_000 });
    const streamed = (async () => {
      for await (const _ of small.streamBatches(request));
    })();
    await expect(streamed).rejects.toMatchObject(exhausted);
  });
});
