import { getEventListeners, once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectHttp2 } from "node:http2";
import { connect as connectSocket, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LIMITS } from "@bnas/errors";
import { DatasetServiceDefinition, type DatasetServiceImplementation } from "@bnas/proto";
import { type Recorder, silentRecorder } from "@bnas/telemetry";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLogger } from "../../telemetry/src/logging.js";
import type { callLimits } from "../src/call-limits.js";
import { type ConnectOptions, connect } from "../src/client.js";
import { serverOptions } from "../src/limits.js";
import { serveRpc } from "../src/server.js";
import { TokenFile } from "../src/tokens.js";
import { batch, dataset, forever, request, response } from "./served-here.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A server with limits of a test, what it logs, and the limits that its metric counted. */
const serve = async (
  methods: Partial<DatasetServiceImplementation>,
  limits: Partial<typeof callLimits>,
  tokens?: TokenFile,
) => {
  const [lines, counted]: [string[], unknown[]] = [[], []];
  const recorder: Recorder = { ...silentRecorder, count: (name, _, of) => counted.push([name, of?.["bnas.limit"]]) };
  const server = await serveRpc({
    listen: "127.0.0.1:0",
    services: [{ definition: DatasetServiceDefinition, implementation: dataset(methods) }],
    limits,
    tokens,
    recorder,
    logger: createLogger({ name: "test", level: "warn", to: { write: (line) => void lines.push(line) } }),
  });
  closing.push(() => server.drain(0));
  return { server, lines, counted };
};

const clientOf = (address: string, options?: ConnectOptions) => {
  const { client, close } = connect(DatasetServiceDefinition, address, options);
  closing.push(close);
  return client;
};

/** Opens a stream and never reads what comes. */
const unreadStream = (address: string) => {
  const session = connectHttp2(`http://${address}`);
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
  // An empty message.
  stream.end(Buffer.alloc(5));
  return session;
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
      message: expect.stringContaining("more than 2 calls of a token or, of callers without one, an address"),
    });
    stop.abort();
    await Promise.all(running);
    expect(lines.join()).toMatch(/"limit":"rpc.callsOfCaller"/);
    expect(counted).toContainEqual(["bnas.limits", "rpc.callsOfCaller"]);
  });

  it("closes a connection of which more calls were refused than may be, with its other calls", async () => {
    let ended = 0;
    const { server, lines, counted } = await serve(
      {
        describeDataset: async (_, { signal }) => {
          signal.addEventListener("abort", () => ended++);
          return forever(signal);
        },
      },
      { calls: 1, refusals: 2 },
    );
    const client = clientOf(server.address);
    const stop = new AbortController();
    const held = client.describeDataset({}, { signal: stop.signal }).catch(() => {});
    const refused = () => client.describeDataset({}, { deadline: 5_000 }).catch((error: unknown) => error);
    const isRefused = expect.objectContaining({ code: "RESOURCE_EXHAUSTED" });
    for (let times = 0; times < 2; times++) expect(await refused()).toEqual(isRefused);
    expect(ended).toBe(0);
    expect(counted).not.toContainEqual(["bnas.limits", "rpc.refusals"]);
    // The client connects again by itself, so that it is not said what it sees of this one.
    await refused();
    await vi.waitFor(() => expect(ended).toBe(1));
    expect(lines.join()).toMatch(/"limit":"rpc.refusals"/);
    expect(counted).toContainEqual(["bnas.limits", "rpc.refusals"]);
    stop.abort();
    await held;
  });

  it("counts the calls of a token together, and not with those of other tokens from the same address", async () => {
    const folder = mkdtempSync(join(tmpdir(), "bnas-callers-"));
    closing.push(() => rmSync(folder, { recursive: true }));
    const fileOf = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const tokens = new TokenFile(
      fileOf("all", `ada ${"a".repeat(32)}\nbob ${"b".repeat(32)}`),
      createLogger({ name: "test", level: "silent" }),
    );
    let running = 0;
    const { server, lines } = await serve(
      {
        describeDataset: async ({ plan }, { signal }) => {
          if (plan === undefined) return response;
          running++;
          return forever(signal);
        },
      },
      { callsOfCaller: 2 },
      tokens,
    );
    const [ada, bob] = ["a", "b"].map((letter) =>
      clientOf(server.address, { tokenFile: fileOf(letter, letter.repeat(32)) }),
    );
    const stop = new AbortController();
    const held = [1, 2].map(() => ada?.describeDataset({ plan: {} }, { signal: stop.signal }).catch(() => {}));
    await vi.waitFor(() => expect(running).toBe(2));
    await expect(ada?.describeDataset({})).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(await bob?.describeDataset({})).toEqual(response);
    expect(lines.join()).toMatch(/"limit":"rpc.callsOfCaller".*"caller":"ada"/);
    stop.abort();
    await Promise.all(held);
  });

  it("leaves no listener on the signal of a call whose reader it has waited for many times", async () => {
    const [answers, seen]: [number, { signal?: AbortSignal; most: number }] = [40, { most: 0 }];
    const { server } = await serve(
      {
        async *streamBatches(_, { signal }) {
          seen.signal = signal;
          for (let i = 0; i < answers; i++) {
            seen.most = Math.max(seen.most, getEventListeners(signal, "abort").length);
            yield batch(i, 1_000_000);
          }
        },
      },
      {},
    );
    const read: number[] = [];
    for await (const { index } of clientOf(server.address).streamBatches(request)) {
      read.push(index);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(read).toHaveLength(answers);
    // gRPC and the middlewares have a few of their own, however long the stream is.
    expect(seen.most).toBeLessThan(6);
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

  it("makes one answer ahead for a stream while unread answers are too many bytes, and more for who reads", async () => {
    const made: number[] = [0, 0];
    let streams = 0;
    const { server } = await serve(
      {
        async *streamBatches() {
          const stream = streams++;
          for (let i = 0; i < 10; i++) {
            made[stream] = i + 1;
            yield batch(i, 2_000_000);
          }
        },
      },
      { unreadBytes: 5_000_000, unreadMs: 60_000 },
    );
    unreadStream(server.address);
    await vi.waitFor(() => expect(made[0]).toBe(3));
    unreadStream(server.address);
    await vi.waitFor(() => expect(made[1]).toBe(1));
    const read: number[] = [];
    for await (const { index } of clientOf(server.address).streamBatches(request)) read.push(index);
    expect(read).toHaveLength(10);
    expect(made.slice(0, 2)).toEqual([3, 1]);
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
    const first = unreadStream(server.address);
    await once(first, "remoteSettings");
    const second = unreadStream(server.address);
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
