import { defineService } from "@bnas/process";
import { DatasetServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import { serverTls } from "@bnas/tls";
import { datasetConfig } from "./config.js";
import { openDataset } from "./read/open-dataset.js";
import { datasetRpc } from "./rpc.js";
import { OpenedDatasets } from "./stream/opened-datasets.js";

/** The dataset service opens datasets, divides them and streams their batches. */
export const dataset = defineService({
  name: "dataset",
  does: "Opens datasets, divides them and streams their batches.",
  config: datasetConfig,
  async start({ listen, maxMessageBytes, datasetMemoryMib, ...secure }, { logger, recorder }) {
    const opened = new OpenedDatasets(openDataset, datasetMemoryMib * 2 ** 20);
    const implementation = datasetRpc(opened, maxMessageBytes);
    const server = await serveRpc({
      listen,
      services: [{ definition: DatasetServiceDefinition, implementation }],
      maxMessageBytes,
      logger,
      recorder,
      tls: serverTls(secure),
    });
    return { address: server.address, drain: () => server.drain() };
  },
});
