import { DatasetServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import { type Logger, silentLogger } from "@bnas/telemetry";
import { serverTls } from "@bnas/tls";
import type { DatasetConfig } from "./config.js";
import { openDataset } from "./read/open-dataset.js";
import { datasetRpc } from "./rpc.js";
import { OpenedDatasets } from "./stream/opened-datasets.js";

/** A dataset service that answers on `address`. */
export type RunningDataset = { readonly address: string; drain(): Promise<void> };

/** Starts the dataset service in this process. @throws InvalidInput for an address that cannot be listened on, or certificates that cannot be used */
export const startDataset = async (config: DatasetConfig, logger: Logger = silentLogger): Promise<RunningDataset> => {
  const opened = new OpenedDatasets(openDataset, config.datasetMemoryMib * 2 ** 20);
  const implementation = datasetRpc(opened, config.maxMessageBytes);
  const server = await serveRpc({
    listen: config.listen,
    services: [{ definition: DatasetServiceDefinition, implementation }],
    maxMessageBytes: config.maxMessageBytes,
    logger,
    tls: serverTls(config),
  });
  return { address: server.address, drain: () => server.drain() };
};
