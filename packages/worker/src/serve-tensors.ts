import { openStore } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { type Engine, loadOperations, openEngine, readCode } from "@bnas/network";
import { serveThread, type ThreadMethods } from "@bnas/process";
import { type DatasetServiceClient, DatasetServiceDefinition } from "@bnas/proto";
import { asService, connect } from "@bnas/rpc";
import type { MadeBy } from "@bnas/search";
import type { BlobStore } from "@bnas/store";
import type { Environment } from "@bnas/telemetry";
import type { WorkerConfig } from "./worker-settings.js";

/** What a tensor thread works with. */
export type TensorTools = {
  readonly engine: Engine;
  readonly store: BlobStore;
  readonly dataset: DatasetServiceClient;
  /** What results say of who made them. */
  readonly madeBy: MadeBy;
};

/**
 * The main of a tensor thread: open engine, store and dataset as the config of its service says, and answer calls.
 * @param env `process.env`, which only a main reads
 */
export const serveTensors = <Methods extends ThreadMethods<Methods>>(
  env: Environment,
  methods: (tools: TensorTools) => Methods,
): void =>
  serveThread<WorkerConfig, Methods>(env, async (config, { recorder }) => {
    if (config.operations !== undefined) await loadOperations(config.operations);
    const engine = await openEngine(config.engine, {
      folder: config.engineDir,
      fallback: config.gpuFallback === "cpu",
      environment: env,
    });
    const store = await openStore(config.store, { recorder, env, nats: natsOfService(config) });
    const { client: dataset } = connect(DatasetServiceDefinition, config.dataset, { recorder, ...asService(config) });
    const { name, digest, versions } = engine;
    const madeBy = { engine: { name, digest, versions }, code: await readCode(config.operations) };
    return methods({ engine, store, dataset, madeBy });
  });
