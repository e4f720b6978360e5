import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { fault, invalidInput, isBnasError } from "@bnas/errors";
import {
  type Batch,
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type DatasetServiceImplementation,
  DescribeDatasetResponse,
  descriptorSetPath,
  type SearchServiceClient,
  SearchServiceDefinition,
  type SearchServiceImplementation,
  StreamBatchesRequest,
} from "@bnas/proto";
import { createChannel, createClientFactory } from "nice-grpc";
import { ClientError, Status } from "nice-grpc-common";
import { BadRequest, errorDetailsClientMiddleware, RichClientError } from "nice-grpc-error-details";
import { HealthDefinition } from "nice-grpc-server-health";
import { ServerReflectionService } from "nice-grpc-server-reflection";
import reflection from "nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js";
import { afterEach, describe, expect, it } from "vitest";
import { blobAltered, blobMissing } from "../../store/src/blob-errors.js";
import { createLogger } from "../../telemetry/src/logging.js";
import { type ConnectOptions, connect } from "../src/client.js";
import { type RpcServer, serveRpc } from "../src/server.js";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const response = DescribeDatasetResponse.create({ classes: ["cat", "dog"] });

/** A dataset service with what a test says of it. */
const dataset = (methods: Partial<DatasetServiceImplementation>): DatasetServiceImplementation => ({
  describeDataset: async () => response,
  async *streamBatches() {},
  ...methods,
});

const serve = async (
  methods: Partial<DatasetServiceImplementation> = {},
  options: { readonly maxMessageBytes?: number; readonly logger?: ReturnType<typeof createLogger> } = {},
): Promise<RpcServer> => {
  const server = await serveRpc({
    listen: "127.0.0.1:0",
    services: [{ definition: DatasetServiceDefinition, implementation: dataset(methods) }],
    ...options,
  });
  closing.push(() => server.drain(0));
  return server;
};

const clientOf = ({ address }: RpcServer, options?: ConnectOptions): DatasetServiceClient => {
  const { client, close } = connect(DatasetServiceDefinition, address, options);
  closing.push(close);
  return client;
};

/** A client that knows nothing of ours, as grpcurl does not. */
const channelOf = ({ address }: RpcServer) => {
  const channel = createChannel(address);
  closing.push(() => channel.close());
  return channel;
};

const batch = (index: number, pixels = 0): Batch => ({ index, count: 1, pixels: Buffer.alloc(pixels), labels: [0] });
const request = StreamBatchesRequest.create();
const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));

describe("a server", () => {
  it("answers unary calls and streams on the port that it took", async () => {
    const server = await serve({
      async *streamBatches() {
        yield batch(0, 4);
        yield batch(1, 4);
      },
    });
    expect(server.address).toBe(`127.0.0.1:${server.port}`);
    const client = clientOf(server);
    expect(await client.describeDataset({})).toEqual(response);
    const indices: number[] = [];
    for await (const { index } of client.streamBatches(request)) indices.push(index);
    expect(indices).toEqual([0, 1]);
  });

  it("refuses an address that cannot be, and one that is taken", async () => {
    const services = [{ definition: DatasetServiceDefinition, implementation: dataset({}) }] as const;
    for (const listen of ["", "50051", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:1"]) {
      await expect(serveRpc({ listen, services })).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    }
    const { address } = await serve();
    await expect(serveRpc({ listen: address, services })).rejects.toThrow("a free port");
  });

  it("says SERVING of itself and of each service, NOT_FOUND of others", async () => {
    const health = createClientFactory().create(HealthDefinition, channelOf(await serve()));
    expect(await health.check({ service: "" })).toEqual({ status: 1 });
    expect(await health.check({ service: "bnas.v1.DatasetService" })).toEqual({ status: 1 });
    await expect(health.check({ service: "bnas.v1.Other" })).rejects.toMatchObject({ code: Status.NOT_FOUND });
  });

  it("lists its services and gives their descriptors by reflection", async () => {
    const client = createClientFactory().create(ServerReflectionService, channelOf(await serve()));
    async function* questions() {
      yield new reflection.ServerReflectionRequest().setListServices("");
      yield new reflection.ServerReflectionRequest().setFileContainingSymbol("bnas.v1.DatasetService");
    }
    const answers = [];
    for await (const answer of client.serverReflectionInfo(questions())) answers.push(answer);
    expect(
      answers[0]
        ?.getListServicesResponse()
        ?.getServiceList()
        .map((service) => service.getName()),
    ).toEqual(["bnas.v1.DatasetService", "grpc.health.v1.Health"]);
    const [file] = answers[1]?.getFileDescriptorResponse()?.getFileDescriptorProtoList_asU8() ?? [];
    expect(file?.length).toBeGreaterThan(0);
    expect((await readFile(descriptorSetPath)).includes(Buffer.from(file ?? "missing"))).toBe(true);
  });
});

describe("an error", () => {
  it("of input is INVALID_ARGUMENT with a BadRequest that names the field, for any client", async () => {
    const server = await serve({
      describeDataset: async () => {
        throw invalidInput("plan.uri", "cifar:", "a dataset's URI", "Write cifar10:PATH.");
      },
    });
    const client = createClientFactory()
      .use(errorDetailsClientMiddleware)
      .create(DatasetServiceDefinition, channelOf(server));
    const error = await client.describeDataset({}).catch((thrown: unknown) => thrown);
    if (!(error instanceof RichClientError)) throw error;
    expect(error.code).toBe(Status.INVALID_ARGUMENT);
    expect(error.details).toContain("Write cifar10:PATH.");
    expect(error.extra.filter((detail) => detail.$type === BadRequest.$type)).toEqual([
      expect.objectContaining({
        fieldViolations: [
          expect.objectContaining({ field: "plan.uri", description: expect.stringContaining("a dataset's URI") }),
        ],
      }),
    ]);
  });

  it("of input comes out of our client as it went in, of a unary call and of a stream", async () => {
    const values = ["cifar:", 7, null, { nested: [1] }];
    for (const value of values) {
      const thrown = invalidInput("plan.uri", value, "a dataset's URI", "Write cifar10:PATH.");
      const client = clientOf(
        await serve({
          describeDataset: async () => {
            throw thrown;
          },
          async *streamBatches() {
            yield batch(0);
            throw thrown;
          },
        }),
      );
      const matches = {
        code: "INVALID_INPUT",
        field: "plan.uri",
        value,
        allowed: "a dataset's URI",
        hint: "Write cifar10:PATH.",
      };
      await expect(client.describeDataset({})).rejects.toMatchObject(matches);
      const seen: number[] = [];
      const streamed = (async () => {
        for await (const { index } of client.streamBatches(request)) seen.push(index);
      })();
      await expect(streamed).rejects.toMatchObject(matches);
      expect(seen).toEqual([0]);
    }
  });

  it("of input with a value too long for a header still arrives", async () => {
    const client = clientOf(
      await serve({
        describeDataset: async () => {
          throw invalidInput("plan.uri", "x".repeat(100_000), "a short one", "Shorten it.");
        },
      }),
    );
    await expect(client.describeDataset({})).rejects.toMatchObject({ code: "INVALID_INPUT", field: "plan.uri" });
  });

  it("of ours keeps its code, message and hint; a blob's has a code that fits", async () => {
    const cases: [Error, Record<string, unknown>][] = [
      [
        fault("FAILED_PRECONDITION", "the search has ended", "open another"),
        { code: "FAILED_PRECONDITION", message: "the search has ended", hint: "open another" },
      ],
      [
        blobMissing("0".repeat(64), "/blobs/00"),
        { code: "BLOB_MISSING", message: expect.stringContaining("/blobs/00") },
      ],
      [blobAltered("0".repeat(64), "/blobs/00", "1".repeat(64)), { code: "BLOB_ALTERED" }],
    ];
    for (const [thrown, matches] of cases) {
      const client = clientOf(
        await serve({
          describeDataset: async () => {
            throw thrown;
          },
        }),
      );
      await expect(client.describeDataset({})).rejects.toMatchObject({ ...matches });
    }
  });

  it("of any other kind is INTERNAL, tells callers nothing of our inside, and is in the log of the service", async () => {
    const lines: string[] = [];
    const logger = createLogger({ name: "dataset", level: "info", to: { write: (line) => void lines.push(line) } });
    const server = await serve(
      {
        describeDataset: async () => {
          throw new TypeError("secret is not a function");
        },
      },
      { logger },
    );
    const error = await clientOf(server)
      .describeDataset({})
      .catch((thrown: unknown) => thrown);
    if (!isBnasError(error)) throw error;
    expect(error.code).toBe("INTERNAL");
    expect(error.message).not.toMatch(/secret|at .*\.ts/);
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      level: "error",
      method: "/bnas.v1.DatasetService/DescribeDataset",
      err: { message: "secret is not a function" },
    });
  });

  it("of a service that does not exist says so with a hint", async () => {
    const { client, close } = connect(SearchServiceDefinition, (await serve()).address);
    closing.push(close);
    await expect(client.getSearch({})).rejects.toMatchObject({
      code: "UNIMPLEMENTED",
      hint: expect.stringMatching(/address/),
    });
  });
});

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

describe("a client", () => {
  it("tries a call that changes nothing again until the service is there", async () => {
    const { port, drain } = await serve();
    await drain();
    const { client, close } = connect(DatasetServiceDefinition, `127.0.0.1:${port}`);
    closing.push(close);
    const call = client.describeDataset({});
    const again = await serveRpc({
      listen: `127.0.0.1:${port}`,
      services: [{ definition: DatasetServiceDefinition, implementation: dataset({}) }],
    });
    closing.push(() => again.drain(0));
    expect(await call).toEqual(response);
  });

  it("tries no stream again, and says what to look at", async () => {
    let calls = 0;
    // biome-ignore lint/correctness/useYield: it fails before it has anything to give
    const unavailable = async function* () {
      calls++;
      throw fault("UNAVAILABLE", "restarting", "wait");
    };
    const first = (client: { watchSearch(request: object): AsyncIterable<unknown> }) =>
      client.watchSearch({})[Symbol.asyncIterator]().next();
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [{ definition: SearchServiceDefinition, implementation: searches({ watchSearch: unavailable }) }],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address);
    closing.push(close);
    await expect(first(client)).rejects.toMatchObject({ code: "UNAVAILABLE", hint: "wait" });
    expect(calls).toBe(1);

    await server.drain();
    await expect(first(client)).rejects.toMatchObject({
      code: "UNAVAILABLE",
      hint: "Is the service running, and is its address right?",
    });
  });

  it("tries any unary call again where all are idempotent, and gives up in the end", async () => {
    let calls = 0;
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [
        {
          definition: SearchServiceDefinition,
          implementation: searches({
            createSearch: async () => {
              calls++;
              throw fault("UNAVAILABLE", "restarting", "wait");
            },
          }),
        },
      ],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address, { idempotent: true });
    closing.push(close);
    await expect(client.createSearch({})).rejects.toMatchObject({ code: "UNAVAILABLE" });
    expect(calls).toBe(6);
  });

  it("is a client of the generated interface", async () => {
    const { client, close } = connect(SearchServiceDefinition, (await serve()).address);
    closing.push(close);
    const generated: SearchServiceClient = client;
    expect(generated.getSearch).toBeTypeOf("function");
  });
});

describe("draining", () => {
  it("says NOT_SERVING to who watches health, lets calls in progress finish, and refuses new ones", async () => {
    let finish = () => {};
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = await serve({
      async describeDataset() {
        begun();
        await held;
        return response;
      },
    });
    const call = clientOf(server).describeDataset({});
    await started;

    const statuses: number[] = [];
    const health = createClientFactory().create(HealthDefinition, channelOf(server));
    let drained: Promise<void> | undefined;
    const watching = (async () => {
      for await (const { status } of health.watch({ service: "bnas.v1.DatasetService" })) {
        statuses.push(status);
        drained ??= server.drain();
      }
    })();
    await expect(watching).rejects.toBeInstanceOf(ClientError);
    expect(statuses).toEqual([1, 2]);

    const late = createClientFactory().create(DatasetServiceDefinition, channelOf(server));
    await expect(late.describeDataset({})).rejects.toMatchObject({ code: Status.UNAVAILABLE });
    finish();
    expect(await call).toEqual(response);
    await drained;
  });

  it("does not wait for a peer that has connected and says nothing", async () => {
    const server = await serve();
    const silent = createConnection(server.port, "127.0.0.1");
    closing.push(() => silent.destroy());
    await once(silent, "connect");
    await server.drain(10);
  });

  it("ends streams named Watch as UNAVAILABLE, so that no one takes it for their end", async () => {
    const implementation = searches({
      async *watchSearch(_, { signal }) {
        yield { sequence: 1, subject: "bnas.search.s.opened", factJson: "{}" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
    const server = await serveRpc({
      listen: "127.0.0.1:0",
      services: [{ definition: SearchServiceDefinition, implementation }],
    });
    closing.push(() => server.drain(0));
    const { client, close } = connect(SearchServiceDefinition, server.address);
    closing.push(close);
    const watching = (async () => {
      for await (const _ of client.watchSearch({})) void server.drain();
    })();
    await expect(watching).rejects.toMatchObject({ code: "UNAVAILABLE" });
    await server.drain();
  });

  it("cancels at its deadline what does not finish", async () => {
    let begun = () => {};
    const started = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = await serve({
      describeDataset: (_, { signal }) => {
        begun();
        return forever(signal);
      },
    });
    const call = clientOf(server).describeDataset({}, {});
    const refused = expect(call).rejects.toThrow();
    await started;
    await server.drain(20);
    await refused;
  });
});

/** A search service with what a test says of it. */
function searches(methods: Partial<SearchServiceImplementation>): SearchServiceImplementation {
  const none = async () => {
    throw fault("UNIMPLEMENTED", "not in this test", "");
  };
  return {
    createSearch: none,
    getSearch: none,
    listSearches: none,
    async *watchSearch() {},
    cancelSearch: none,
    pauseSearch: none,
    resumeSearch: none,
    deleteSearch: none,
    getArchitecture: none,
    getLedger: none,
    ...methods,
  };
}
