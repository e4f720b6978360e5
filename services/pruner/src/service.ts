import { setTimeout as sleep } from "node:timers/promises";
import { hasCode, invalidInput, isBnasError } from "@bnas/errors";
import { type Facts, openStore, shareFacts } from "@bnas/mesh";
import { natsOfService } from "@bnas/nats";
import { defineService, type RunningService, type ServiceTools } from "@bnas/process";
import { DatasetServiceDefinition, SearchServiceDefinition } from "@bnas/proto";
import { asService, connect, serveRpc, serverTokens } from "@bnas/rpc";
import type { BlobStore } from "@bnas/store";
import { serverTls } from "@bnas/tls";
import { type PrunerConfig, prunerConfig } from "./config.js";
import { followSearches } from "./deciding/follow-searches.js";
import { queueDepth } from "./deciding/queue-depth.js";
import { Searches } from "./deciding/searches.js";
import { watchRoom } from "./deciding/watch-room.js";
import { QuotaFile } from "./quotas/quota-file.js";
import { Quotas } from "./quotas/quotas.js";
import { Archivist } from "./retention/archive-searches.js";
import { purgeSearch } from "./retention/purge-search.js";
import { retentionMs, sweepMs } from "./retention/retention.js";
import { searchRpc } from "./rpc.js";

/** Enough for any laptop: more than the searches that one person runs at once ask for. */
const DEFAULT_OPEN_JOBS = 64;

/** The token that names namespaces, where no other is set. */
const OPERATOR = "operator";

type Mesh = ServiceTools & Pick<Facts, "log" | "lead" | "quarantine">;

const start = async (config: PrunerConfig, mesh: Mesh): Promise<RunningService> => {
  const { logger, recorder, env } = mesh;
  const store =
    config.store === undefined
      ? undefined
      : await openStore(config.store, { logger, recorder, env, nats: natsOfService(config) });
  const retaining = retention(config, store);
  const tokens = serverTokens(config, logger);
  const { client: dataset, close } = connect(DatasetServiceDefinition, config.dataset, {
    ...asService(config),
    logger,
    recorder,
  });
  const searches = await Searches.open(mesh.log, store, mesh.quarantine);
  const quotas = new Quotas(searches, config.quotas === undefined ? undefined : new QuotaFile(config.quotas, logger), {
    logger,
    recorder,
  });
  const ownersNamedBy = new Set((config.ownersNamedBy ?? OPERATOR).split(","));
  const all = { ...mesh, searches, store };
  const rpc = await serveRpc({
    listen: config.listen,
    services: [
      { definition: SearchServiceDefinition, implementation: searchRpc({ ...all, dataset, quotas, ownersNamedBy }) },
    ],
    tokens,
    logger,
    recorder,
    tls: serverTls(config),
  });

  const unobserve = recorder.observe("bnas.queue.depth", () => queueDepth(searches.live().map(({ search }) => search)));
  const stopping = new AbortController();
  const deciding = followSearches(searches, {
    writer: "pruner",
    clock: mesh.clock,
    recorder,
    logger,
    signal: stopping.signal,
    lead: (act, signal) => mesh.lead.lead("pruner", act, signal),
    openJobs: config.openJobs ?? DEFAULT_OPEN_JOBS,
    jobsLeft: (owner) => quotas.jobsLeft(owner),
    onFact: (search, { subject, sequence }) => logger.debug({ search, subject, sequence }, "fact"),
    onUnpurged: (searchId) =>
      purgeSearch(all, searchId).catch((error: unknown) => {
        // What is left of one search, such as a blob with other bytes, is no reason to end for all.
        if (!isBnasError(error)) throw error;
        const hint = "DeleteSearch again, or the next start, removes it";
        logger.warn({ search: searchId, err: error, hint }, "could not remove what is left of a search");
      }),
    whileLeading: (leading) => retaining({ ...mesh, searches }, leading),
  });

  const working = Promise.all([deciding, watchRoom(all, stopping.signal)]).then(() => {});

  return {
    address: rpc.address,
    failed: working,
    async drain() {
      stopping.abort();
      await working;
      await rpc.drain();
      close();
      unobserve();
    },
  };
};

/** What keeps the log to the retention time, until the signal aborts. */
const retention = (
  config: PrunerConfig,
  store: BlobStore | undefined,
): ((mesh: Mesh & { readonly searches: Searches }, leading: AbortSignal) => Promise<void>) => {
  if (config.retention === undefined) return async () => {};
  const keptMs = retentionMs(config.retention);
  if (store === undefined) {
    const hint = "Set BNAS_STORE, or --store: the facts go there.";
    throw invalidInput("retention", config.retention, "nothing where there is no `store`", hint);
  }
  return async (mesh, leading) => {
    const archivist = new Archivist({ ...mesh, store }, keptMs);
    while (!leading.aborted) {
      await archivist.sweep(leading).catch((error: unknown) => {
        // The store is unavailable or full: nothing is lost, and the next round finds the same searches.
        if (!hasCode(error, "UNAVAILABLE", "NO_ROOM")) throw error;
        mesh.logger.warn({ err: error }, "the store is out of reach or full: nothing is archived for now");
      });
      await sleep(sweepMs(keptMs), undefined, { signal: leading }).catch(() => {});
    }
  };
};

/**
 * A pruner answers SearchService, and while it leads it decides every next step of every search. Of several pruners on one NATS one
 * leads.
 */
export const pruner = defineService({
  name: "pruner",
  does: "Answers SearchService, decides every next step of every search, and abandons operations.",
  config: prunerConfig,
  share: shareFacts,
  start,
});
