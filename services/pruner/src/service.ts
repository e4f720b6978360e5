import {
  clientTls,
  connect,
  type FactLog,
  type Logger,
  queueDepth,
  type RunningService,
  recorder,
  Searches,
  serveRpc,
  serverTls,
  TokenFile,
} from "@bnas/mesh";
import { DatasetServiceDefinition, SearchServiceDefinition } from "@bnas/proto";
import type { PrunerConfig } from "./config.js";
import { searchRpc } from "./rpc.js";

/** Start a pruner on a log: it answers SearchService and decides every next step of every search. */
export const startPruner = async (
  config: PrunerConfig,
  mesh: { readonly log: FactLog; readonly logger: Logger; readonly clock: () => Date },
): Promise<RunningService> => {
  const { client: dataset, close } = connect(DatasetServiceDefinition, config.dataset, {
    tls: clientTls(config),
    logger: mesh.logger,
  });
  const tokens = config.tokenFile === undefined ? undefined : new TokenFile(config.tokenFile, mesh.logger);
  const searches = await Searches.open(mesh.log);
  const rpc = await serveRpc({
    listen: config.listen,
    services: [
      { definition: SearchServiceDefinition, implementation: searchRpc({ ...mesh, searches, dataset }), tokens },
    ],
    logger: mesh.logger,
    tls: serverTls(config),
  });

  const unobserve = recorder().observe("bnas.queue.depth", () =>
    queueDepth(searches.list().map(([, { search }]) => search)),
  );
  const stopping = new AbortController();
  const deciding = searches.follow({
    writer: "pruner",
    clock: mesh.clock,
    signal: stopping.signal,
    onFact: (search, { subject, sequence }) => mesh.logger.debug({ search, subject, sequence }, "fact"),
  });

  return {
    address: rpc.address,
    failed: deciding,
    async drain() {
      stopping.abort();
      await deciding;
      await rpc.drain();
      close();
      unobserve();
    },
  };
};
