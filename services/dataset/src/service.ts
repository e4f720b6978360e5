import { type Logger, serveRpc, silentLogger } from "@bnas/mesh";
import { DatasetServiceDefinition } from "@bnas/proto";
import type { DatasetConfig } from "./config.js";
import { openDataset } from "./open-dataset.js";
import { OpenedDatasets } from "./opened-datasets.js";
import { datasetRpc } from "./rpc.js";

/** A dataset service that answers on `address`. */
export type RunningDataset = { readonly address: string; drain(): Promise<void> };

/** Starts the dataset service in this process. @throws InvalidInput for an address that cannot be listened on */
export async function startDataset(config: DatasetConfig, logger: Logger = silentLogger): Promise<RunningDataset> {
  const opened = new OpenedDatasets(openDataset, config.datasetMemoryMib * 2 ** 20);
  const implementation = datasetRpc(opened, config.maxMessageBytes);
  const server = await serveRpc({
    listen: config.listen,
    services: [{ definition: DatasetServiceDefinition, implementation }],
    maxMessageBytes: config.maxMessageBytes,
    logger,
  });
  return { address: server.address, drain: () => server.drain() };
}
