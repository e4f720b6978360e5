import { dataset } from "@bnas/dataset";
import { evaluator } from "@bnas/evaluator";
import type { Facts } from "@bnas/mesh";
import type { NatsSettings } from "@bnas/nats";
import type { RunningService, ServiceTools } from "@bnas/process";
import {
  type DatasetServiceClient,
  DatasetServiceDefinition,
  type SearchServiceClient,
  SearchServiceDefinition,
  type TrainerServiceClient,
  TrainerServiceDefinition,
} from "@bnas/proto";
import { pruner } from "@bnas/pruner";
import { asService, connect } from "@bnas/rpc";
import type { Spec } from "@bnas/search";
import { trainer } from "@bnas/trainer";
import type { WorkerConfig } from "@bnas/worker";

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
  readonly tools: ServiceTools;
  /** How the services are secure with NATS, where log or store is there. */
  readonly nats?: NatsSettings;
  /** Trainers, which share the jobs of the log, each in a thread of its own; 1 when it is left out. */
  readonly trainers?: number;
  /** Nothing is decided before it resolves: what is asked for is checked first. Left out: at once. */
  readonly decideAfter?: Promise<void>;
  /** The one search that the trainers are there for, dedicated or not; left out, they take those of every search that is not. */
  readonly only?: string;
  /**
   * Settings of the pruner. With those of the security of SearchService for callers from elsewhere, the mesh's own client
   * `search` has nothing to show. The other services ask for its tokens, too, where there is a `clientTokenFile` to show them.
   */
  readonly search?: Omit<Parameters<typeof pruner.start>[0], "listen" | "log" | "store" | "dataset">;
  /** Settings of the dataset service. */
  readonly images?: Partial<Parameters<typeof dataset.start>[0]>;
} & Pick<WorkerConfig, "engine" | "engineDir" | "gpuFallback" | "operations">;

/** As many trainers as samples may be trained side by side, and no more than there are cores to run them. */
export const trainersFor = ({ parallel }: Spec, cores: number): number => Math.min(parallel, cores);

export const startEmbeddedMesh = async (options: EmbeddedMeshOptions): Promise<EmbeddedMesh> => {
  const { log, store, engine, engineDir, gpuFallback, operations, nats = {} } = options;
  const listen = "127.0.0.1:0";
  const tokens = tokensWithin(options);
  const facts = await pruner.share({ ...nats, listen, log, store, dataset: "" }, options.tools);
  const tools = { ...options.tools, ...facts, lead: leadAfter(facts.lead, options.decideAfter) };
  const data = await dataset.start(
    dataset.config.parse({ ...options.images, listen, tokenFile: tokens.tokenFile }),
    tools,
  );
  const shared = { ...nats, listen, log, store, dataset: data.address };
  const working = { ...shared, ...tokens, engine, engineDir, gpuFallback, operations };
  const train = () => trainer.start({ ...working, search: options.only }, tools);
  const first = await train();
  const trainers = [first, ...(await Promise.all(Array.from({ length: (options.trainers ?? 1) - 1 }, train)))];
  const evaluating = await evaluator.start(working, tools);
  const deciding = await pruner.start({ ...options.search, ...shared, listen: options.listen }, tools);
  const { recorder } = tools;
  const search = connect(SearchServiceDefinition, deciding.address, { recorder });
  const described = connect(DatasetServiceDefinition, data.address, { ...asService(tokens), recorder });
  const watched = connect(TrainerServiceDefinition, first.address, { ...asService(tokens), recorder });

  const never = new Promise<never>(() => {});
  return {
    search: search.client,
    dataset: described.client,
    trainer: watched.client,
    services: { dataset: data, trainer: first, evaluator: evaluating, pruner: deciding },
    failed: Promise.race([...trainers, evaluating, deciding].map(({ failed }) => failed?.then(() => never) ?? never)),
    async drain() {
      search.close();
      described.close();
      watched.close();
      // The deciders first, so that nothing new is requested; the dataset last, since a running batch may need it.
      await Promise.all([deciding, ...trainers, evaluating].map((service) => service.drain()));
      await data.drain();
      await facts.log.close();
    },
  };
};

/** How the services within are secured: as SearchService, where they have a token to show each other. */
const tokensWithin = ({ search = {}, tools }: EmbeddedMeshOptions): TokenFiles => {
  const { tokenFile, clientTokenFile } = search;
  if (tokenFile === undefined || clientTokenFile !== undefined) return { tokenFile, clientTokenFile };
  const hint = "give clientTokenFile, a file with one of the tokens, and they ask for them, too";
  tools.logger.warn({ hint }, "dataset, trainer and evaluator answer every user of this machine without a token");
  return {};
};

type TokenFiles = { readonly tokenFile?: string | undefined; readonly clientTokenFile?: string | undefined };

/** A lead that no process has before a promise resolves. */
const leadAfter = (lead: Facts["lead"], ready: Promise<void> = Promise.resolve()): Facts["lead"] => ({
  async lead(name, act, signal) {
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([ready, stopped]);
    if (!signal.aborted) await lead.lead(name, act, signal);
  },
});
