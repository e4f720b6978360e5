import { fault } from "@bnas/errors";
import {
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type DatasetServiceImplementation,
  DescribeDatasetResponse,
} from "@bnas/proto";
import { describe, expect, it } from "vitest";
import { connect } from "../../rpc/src/client.js";
import { serveRpc } from "../../rpc/src/server.js";
import { collectedHere, named, one, values } from "./collected-here.js";

const { closing, collector, inSpan, received, recorder } = collectedHere();

describe("calls", () => {
  const response = DescribeDatasetResponse.create({ classes: ["cat"] });
  const batch = { index: 0, count: 1, pixels: Buffer.alloc(4), labels: [0] };
  const answers = async (methods: Partial<DatasetServiceImplementation>): Promise<DatasetServiceClient> => {
    const implementation: DatasetServiceImplementation = {
      describeDataset: async () => response,
      async *streamBatches() {
        yield batch;
        yield batch;
      },
      ...methods,
    };
    const services = [{ definition: DatasetServiceDefinition, implementation }] as const;
    const server = await serveRpc({ listen: "127.0.0.1:0", services, recorder: recorder() });
    const { client, close } = connect(DatasetServiceDefinition, server.address, { recorder: recorder() });
    closing.push(() => server.drain(0), close);
    return client;
  };
  const describe = "bnas.v1.DatasetService/DescribeDataset";
  const stream = "bnas.v1.DatasetService/StreamBatches";

  it("are a span on either side, of one trace, by OpenTelemetry's conventions for gRPC", async () => {
    const inside: Record<string, string>[] = [];
    const client = await answers({
      async describeDataset() {
        inside.push(recorder().ids());
        return response;
      },
    });
    await inSpan("asking", {}, () => client.describeDataset({}));
    const asking = one(await received(), "asking");
    const calling = one(collector(), describe, "client");
    const answering = one(collector(), describe, "server");
    expect(calling).toMatchObject({ traceId: asking.traceId, parentId: asking.spanId });
    expect(answering).toMatchObject({ traceId: asking.traceId, parentId: calling.spanId });
    expect(inside).toEqual([{ trace_id: answering.traceId, span_id: answering.spanId }]);
    const shared = { "rpc.system.name": "grpc", "rpc.method": describe, "rpc.status_code": "OK" };
    expect(calling.attributes).toEqual({
      ...shared,
      "server.address": "127.0.0.1",
      "server.port": expect.any(Number),
    });
    expect(answering.attributes).toEqual({ ...shared, "network.peer.address": "127.0.0.1" });
    expect(values(collector(), "rpc.server.call.duration")).toEqual([{ ...shared, value: 1 }]);
    expect(values(collector(), "rpc.client.call.duration")).toEqual([{ ...shared, value: 1 }]);
  });

  it.each([
    ["NOT_FOUND", undefined],
    ["DATA_LOSS", "DATA_LOSS"],
  ] as const)(
    "that fail with %s are a fault of the client's span, and of the server's only when it is to blame",
    async (code, blamed) => {
      const client = await answers({
        async describeDataset() {
          throw fault(code, "no", "");
        },
      });
      await expect(client.describeDataset({})).rejects.toMatchObject({ code });
      const calling = one(await received(), describe, "client");
      const answering = one(collector(), describe, "server");
      expect(calling.attributes).toMatchObject({ "rpc.status_code": code, "error.type": code });
      expect(answering.attributes["rpc.status_code"]).toBe(code);
      expect(answering.attributes["error.type"]).toBe(blamed);
      expect(answering.failed === undefined).toBe(blamed === undefined);
    },
  );

  it("of streams last until the last answer, and a client that stops reading is at no fault", async () => {
    const client = await answers({});
    let read = 0;
    for await (const { count } of client.streamBatches({})) read += count;
    for await (const { count } of client.streamBatches({})) {
      read += count;
      break;
    }
    expect(read).toBe(3);
    const calls = named(await received(), stream).filter(({ kind }) => kind === "client");
    expect(calls.map(({ attributes, failed }) => [attributes["rpc.status_code"], failed])).toEqual([
      ["OK", undefined],
      ["CANCELLED", undefined],
    ]);
  });

  it("within the reading of a stream belong to the reader, not to the stream", async () => {
    const client = await answers({});
    await inSpan("reading", {}, async () => {
      for await (const _ of client.streamBatches({})) await inSpan("batch in progress", {}, async () => {});
    });
    const reading = one(await received(), "reading");
    expect(named(collector(), "batch in progress").map(({ parentId }) => parentId)).toEqual([
      reading.spanId,
      reading.spanId,
    ]);
  });
});
