import { delimiter } from "node:path";
import { defineService } from "@bnas/process";
import { DatasetServiceDefinition } from "@bnas/proto";
import { serveRpc, serverTokens } from "@bnas/rpc";
import { serverTls } from "@bnas/tls";
import { datasetConfig } from "./config.js";
import { AllowedRoots } from "./files/allowed-roots.js";
import { DataFiles } from "./files/data-files.js";
import { watchFilePool } from "./files/file-pool.js";
import { DecoderPool } from "./read/decoder-pool.js";
import { openDataset } from "./read/open-dataset.js";
import { PictureCache } from "./read/picture-cache.js";
import { PictureMemory } from "./read/picture-memory.js";
import { PictureReader } from "./read/picture-reader.js";
import { datasetRpc } from "./rpc.js";
import { OpenedDatasets } from "./stream/opened-datasets.js";

/** The data root of a service that draws its images alone. */
const NO_FILES = "none";
const MEBIBYTE = 2 ** 20;

/** The dataset service opens datasets, divides them and streams their batches. */
export const dataset = defineService({
  name: "dataset",
  does: "Opens datasets, divides them and streams their batches.",
  config: datasetConfig,
  async start(
    { listen, maxMessageBytes, datasetMemoryMib, datasetCache, datasetCacheMib, dataRoot, ...secure },
    { logger, recorder },
  ) {
    const budget = datasetMemoryMib * MEBIBYTE;
    const memory = new PictureMemory(budget);
    const cache =
      datasetCache === undefined
        ? undefined
        : new PictureCache(datasetCache, datasetCacheMib * MEBIBYTE, (message) => logger.warn(message));
    const decoders = new DecoderPool();
    const files = new DataFiles(await AllowedRoots.of(dataRoot === NO_FILES ? [] : dataRoot.split(delimiter)));
    const reader = new PictureReader(files, budget, memory, { cache, decode: decoders.decode });
    const opened = new OpenedDatasets(
      (opening, most, signal) => openDataset(opening, most, reader, signal),
      budget,
      (bytes) => memory.limitTo(bytes),
    );
    const implementation = datasetRpc(opened, maxMessageBytes);
    const server = await serveRpc({
      listen,
      services: [{ definition: DatasetServiceDefinition, implementation }],
      tokens: serverTokens(secure, logger),
      maxMessageBytes,
      logger,
      recorder,
      tls: serverTls(secure),
    });
    const watched = watchFilePool((reads) => {
      server.setServing(reads);
      const said = "files are not read: a disk or a network file system does not answer";
      if (reads) logger.info("files are read again");
      else logger.error(said);
    });
    return {
      address: server.address,
      drain: async () => {
        watched.stop();
        await server.drain();
        decoders.close();
      },
    };
  },
});
