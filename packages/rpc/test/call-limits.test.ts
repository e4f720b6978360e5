import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { LIMITS } from "@bnas/errors";
import { DatasetServiceDefinition, type DatasetServiceImplementation } from "@bnas/proto";
import { type Recorder, silentRecorder } from "@bnas/telemetry";
import { afterEach, describe, expect, it } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import type { callLimits } from "../src/call-limits.js";
import { connect } from "../src/client.js";
import { serverOptions } from "../src/limits.js";
import { serveRpc } from "../src/server.js";
import { batch, dataset, forever, request, response } from "./served-here.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server with limits of a test, what it logs, and the limits that its metric counted. */
const serve = async (methods: Partial<DatasetServiceImplementation>, limits: Partial<typeof callLimits>) => {
  const [lines, counted]: [string[], unknown[]] = [[], []];
  const recorder: Recorder = { ...silentRecorder, count: (name, _, of) => counted.push([name, of?.["bnas.limit"]]) };
  const server = await serveRpc({
    listen: "127.0.0.1:0",
    services: [{ definition: DatasetServiceDefinition, implementation: dataset(methods) }],
    limits,
    recorder,
    logger: createLogger({ name: "test", level: "warn", to: { write: (line) => void lines.push(line) } }),
  });
  closing.push(() => server.drain(0));
  return { server, lines, counted };
};

const clientOf = (address: string) => {
  const { client, close } = connect(DatasetServiceDefinition, address);
  closing.push(close);
  return client;
};

const socketTo = async (port: number): Promise<Socket> => {
  const socket = connectSocket(port, "127.0.0.1");
  closing.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
};

const closed = (socket: Socket): Promise<unknown> => {
  socket.on("error", () => {});
  socket.resume();
  return socket.closed ? Promise.resolve() : once(socket, "close");
};

describe("a server", () => {
  it("closes a connection that is one too many, and serves those that are there", async () => {
    const { server, lines, counted } = await serve({}, { connections: 2 });
    const client = clientOf(server.address);
    expect(await client.describeDataset({})).toEqual(response);
    await socketTo(server.port);
    await closed(await socketTo(server.port));
    expect(await client.describeDataset({})).toEqual(response);
    expect(lines.join()).toMatch(/"limit":"rpc.connections".*"a limit was reached"/);
    expect(counted).toContainEqual(["bnas.limits", "rpc.connections"]);
  });

  it("closes a connection that has said nothing for too long", async () => {
    const { server, lines } = await serve({}, { handshakeMs: 50 });
    const session = connectHttp2(`http://${server.address}`);
    closing.push(() => session.destroy());
    await once(session, "remoteSettings");
    const half = await socketTo(server.port);
    half.write("PRI * HTTP/2.0\r\n");
    await Promise.all([closed(await socketTo(server.port)), closed(half)]);
    expect([session.closed, session.destroyed]).toEqual([false, false]);
    expect(lines.join()).toMatch(/"limit":"rpc.handshake"/);
  });

  it("refuses a call that is one too many of a caller, and takes those of others", async () => {
    const { server, lines, counted } = await serve(
      { describeDataset: (_, { signal }) => forever(signal) },
      { callsOfCaller: 2 },
    );
    const client = clientOf(server.address);
    const stop = new AbortController();
    const running = [1, 2].map(() => client.describeDataset({}, { signal: stop.signal }).catch(() => {}));
    // Other calls of the caller are refused as soon as these two have come.
    const refused = async (): Promise<unknown> => {
      for (;;) {
        const late = client.describeDataset({}, { deadline: 200 }).catch((error: unknown) => error);
        const error = await late;
        if ((error as { code?: string }).code !== "DEADLINE_EXCEEDED") return error;
      }
    };
    expect(await refused()).toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      message: expect.stringContaining("more than 2 calls of an address of callers"),
    });
    stop.abort();
    await Promise.all(running);
    expect(lines.join()).toMatch(/"limit":"rpc.callsOfCaller"/);
    expect(counted).toContainEqual(["bnas.limits", "rpc.callsOfCaller"]);
  });

  it("refuses a call that is one too many of all", async () => {
    const { server } = await serve({}, { calls: 0 });
    await expect(clientOf(server.address).describeDataset({})).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("takes calls again when others have ended", async () => {
    const { server } = await serve({}, { calls: 1, callsOfCaller: 1 });
    const client = clientOf(server.address);
    for (let times = 0; times < 3; times++) expect(await client.describeDataset({})).toEqual(response);
    for await (const _ of client.streamBatches(request));
    expect(await client.describeDataset({})).toEqual(response);
  });

  it("closes the connection whose stream has waited longest when unread answers are too many bytes", async () => {
    const { server, lines } = await serve(
      {
        async *streamBatches() {
          for (let i = 0; i < 3; i++) yield batch(i, 2_000_000);
        },
      },
      { unreadBytes: 7_000_000, unreadMs: 0 },
    );
    const open = () => {
      const session = connectHttp2(`http://${server.address}`);
      closing.push(() => session.destroy());
      session.on("error", () => {});
      const stream = session.request({
        ":method": "POST",
        ":path": "/bnas.v1.DatasetService/StreamBatches",
        "content-type": "application/grpc",
        te: "trailers",
      });
      stream.on("error", () => {});
      stream.on("response", () => stream.pause());
      // An empty message; what comes back is never read.
      stream.end(Buffer.alloc(5));
      return session;
    };
    const first = open();
    await once(first, "remoteSettings");
    const second = open();
    await once(first, "close");
    expect(lines.join()).toMatch(/"limit":"rpc.unread"/);
    second.destroy();
    // Who reads is served: three answers alone are within the limit.
    const read: number[] = [];
    for await (const { index } of clientOf(server.address).streamBatches(request)) read.push(index);
    expect(read).toEqual([0, 1, 2]);
  });

  it("asks gRPC itself to hold the limits that it knows", async () => {
    expect(serverOptions(1)).toMatchObject({
      "grpc.max_concurrent_streams": LIMITS["rpc.streams"].value,
      "grpc.max_connection_idle_ms": LIMITS["rpc.idle"].value,
    });
    const { server } = await serve({}, {});
    const session = connectHttp2(`http://${server.address}`);
    closing.push(() => session.destroy());
    const [settings] = await once(session, "remoteSettings");
    expect(settings.maxConcurrentStreams).toBe(LIMITS["rpc.streams"].value);
  });
});
