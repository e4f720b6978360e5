import { fault } from "@bnas/errors";
import {
  type Batch,
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type DatasetServiceImplementation,
  DescribeDatasetResponse,
  type SearchServiceImplementation,
  StreamBatchesRequest,
} from "@bnas/proto";
import { createChannel } from "nice-grpc";
import { afterEach } from "vitest";
import type { createLogger } from "../../telemetry/src/logging.js";
import { type ConnectOptions, connect } from "../src/client.js";
import { type RpcServer, serveRpc } from "../src/server.js";

export const response = DescribeDatasetResponse.create({ classes: ["cat", "dog"] });
export const request = StreamBatchesRequest.create();
export const batch = (index: number, pixels = 0): Batch => ({
  index,
  count: 1,
  pixels: Buffer.alloc(pixels),
  labels: [0],
});

/** Rejects when the signal aborts, and does nothing else. */
export const forever = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));

/** A dataset service with what a test says of it. */
export const dataset = (methods: Partial<DatasetServiceImplementation>): DatasetServiceImplementation => ({
  describeDataset: async () => response,
  async *streamBatches() {},
  ...methods,
});

/** A search service with what a test says of it. */
export const searches = (methods: Partial<SearchServiceImplementation>): SearchServiceImplementation => {
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
    getUsage: none,
    listQuarantined: none,
    dropQuarantined: none,
    listArtifacts: none,
    async *getArtifact() {},
    ...methods,
  };
};

/** Servers and clients of a test file, closed after each of its tests. */
export const servedHere = () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
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

  return { closing, serve, clientOf, channelOf };
};
