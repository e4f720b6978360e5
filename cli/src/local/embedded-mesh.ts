import { datasetConfigSchema, startDataset } from "@bnas/dataset";
import { startEvaluator } from "@bnas/evaluator";
import { openFacts } from "@bnas/mesh";
import { type NatsSettings, natsSecurity } from "@bnas/nats";
import type { RunningService } from "@bnas/process";
import {
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type SearchServiceClient,
  SearchServiceDefinition,
  type TrainerServiceClient,
  TrainerServiceDefinition,
} from "@bnas/proto";
import { type PrunerConfig, startPruner } from "@bnas/pruner";
import { connect } from "@bnas/rpc";
import type { Spec } from "@bnas/search";
import type { Logger } from "@bnas/telemetry";
import { startTrainer } from "@bnas/trainer";

/** The whole mesh in this process: the services of a cluster, joined by gRPC on loopback and one file of facts. */
export type EmbeddedMesh = {
  readonly search: SearchServiceClient;
  readonly dataset: DatasetServiceClient;
  readonly trainer: TrainerServiceClient;
  /** `trainer` is the first of them; all run the same engine. */
  readonly services: Readonly<Record<"dataset" | "trainer" | "evaluator" | "pruner", RunningService>>;
  /** Rejects when a service cannot continue. */
  readonly failed: Promise<never>;
  /** Finish or give back running work, then close everything. */
  drain(): Promise<void>;
};

export type EmbeddedMeshOptions = {
  /** host:port of the SearchService; the others take free ports. */
  readonly listen: string;
  /** file:PATH or nats://HOST:PORT */
  readonly log: string;
  /** dir:PATH, nats://HOST:PORT or s3://BUCKET/PREFIX */
  readonly store: string;
  readonly engine: "wasm" | "node" | "gpu" | "cpu" | "auto";
  readonly logger: Logger;
  /** How the services are secure with NATS, where log or store is there. */
  readonly nats?: NatsSettings;
  /** Trainers, which share the jobs of the log, each in a thread of its own; 1 when it is left out. */
  readonly trainers?: number;
  /** The one search that the trainers are there for, dedicated or not; left out, they take those of every search that is not. */
  readonly only?: string;
  /**
   * Settings of the pruner. With those of the security of SearchService for callers from elsewhere, the mesh's own client
   * `search` has nothing to show.
   */
  readonly search?: Pick<PrunerConfig, "tlsCert" | "tlsKey" | "tlsClientCa" | "tokenFile" | "retention" | "openJobs">;
};

/** As many trainers as samples may be trained side by side, and no more than there are cores to run them. */
export const trainersFor = ({ parallel }: Spec, cores: number): number => Math.min(parallel, cores);

export const startEmbeddedMesh = async (options: EmbeddedMeshOptions): Promise<EmbeddedMesh> => {
  const { logger, engine, nats = {} } = options;
  const facts = await openFacts(options.log, { logger, nats: natsSecurity(nats) });
  const mesh = { ...facts, logger, clock: () => new Date() };
  const listen = "127.0.0.1:0";
  const dataset = await startDataset(datasetConfigSchema.parse({ listen }), logger);
  const shared = { ...nats, listen, log: options.log, store: options.store, dataset: dataset.address, engine };
  const training = { ...shared, search: options.only };
  const trainer = await startTrainer(training, mesh);
  const more = Array.from({ length: (options.trainers ?? 1) - 1 }, () => startTrainer(training, mesh));
  const trainers = [trainer, ...(await Promise.all(more))];
  const evaluator = await startEvaluator(shared, mesh);
  const pruner = await startPruner(
    {
      ...options.search,
      ...nats,
      listen: options.listen,
      log: options.log,
      store: options.store,
      dataset: dataset.address,
    },
    mesh,
  );
  const search = connect(SearchServiceDefinition, pruner.address);
  const data = connect(DatasetServiceDefinition, dataset.address);
  const watched = connect(TrainerServiceDefinition, trainer.address);

  const never = new Promise<never>(() => {});
  return {
    search: search.client,
    dataset: data.client,
    trainer: watched.client,
    services: { dataset, trainer, evaluator, pruner },
    failed: Promise.race([...trainers, evaluator, pruner].map(({ failed }) => failed?.then(() => never) ?? never)),
    async drain() {
      search.close();
      data.close();
      watched.close();
      // The deciders first, so that nothing new is requested; the dataset last, since a running batch may need it.
      await Promise.all([pruner, ...trainers, evaluator].map((service) => service.drain()));
      await dataset.drain();
      await facts.log.close();
    },
  };
};
