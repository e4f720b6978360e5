import { defineService } from "@bnas/process";
import { DatasetServiceDefinition } from "@bnas/proto";
import { serveRpc } from "@bnas/rpc";
import { serverTls } from "@bnas/tls";
import { datasetConfig } from "./config.js";
import { openDataset } from "./read/open-dataset.js";
import { PictureCache } from "./read/picture-cache.js";
import { PictureMemory } from "./read/picture-memory.js";
import { PictureReader } from "./read/picture-reader.js";
import { datasetRpc } from "./rpc.js";
import { OpenedDatasets } from "./stream/opened-datasets.js";

const MEBIBYTE = 2 ** 20;

/** The dataset service opens datasets, divides them and streams their batches. */
export const dataset = defineService({
  name: "dataset",
  does: "Opens datasets, divides them and streams their batches.",
  config: datasetConfig,
  async start(
    { listen, maxMessageBytes, datasetMemoryMib, datasetCache, datasetCacheMib, ...secure },
    { logger, recorder },
  ) {
    const budget = datasetMemoryMib * MEBIBYTE;
    const memory = new PictureMemory(budget);
    const cache =
      datasetCache === undefined
        ? undefined
        : new PictureCache(datasetCache, datasetCacheMib * MEBIBYTE, (message) => logger.warn(message));
    const reader = new PictureReader(budget, memory, cache);
    const opened = new OpenedDatasets(
      (opening, most) => openDataset(opening, most, reader),
      budget,
      (bytes) => memory.limitTo(bytes),
    );
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
