import { datasetConfigSchema, startDataset } from "@bnas/dataset";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { startEvaluator } from "@bnas/evaluator";
import { openFacts } from "@bnas/mesh";
import { type NatsSettings, natsSecurity } from "@bnas/nats";
import type { RunningService } from "@bnas/process";
import { startPruner } from "@bnas/pruner";
import { createLogger } from "@bnas/telemetry";
import type { SecureSettings } from "@bnas/tls";
import { startTrainer } from "@bnas/trainer";
import { startEmbeddedMesh } from "../../local/embedded-mesh.js";
import { natsFlagsOf } from "../../reach/nats-flags.js";
import type { Terminal } from "../../terminal/terminal.js";

export const SERVICES = ["dataset", "trainer", "evaluator", "pruner", "all"] as const;
export type ServiceName = (typeof SERVICES)[number];

export type ServeFlags = {
  readonly listen: string;
  /** Both of the next two, where they are not given. */
  readonly nats?: string;
  readonly log?: string;
  readonly store?: string;
  readonly dataset?: string;
  readonly engine: "wasm" | "node" | "gpu" | "cpu" | "auto";
  readonly verbose: boolean;
  /** Of `all`: how many trainers it runs. */
  readonly trainers?: number;
  /** Of the pruner. */
  readonly tokenFile?: string;
  readonly retention?: string;
  readonly openJobs?: number;
} & SecureSettings &
  NatsSettings;

/** `bnas serve SERVICE`: one service, or the whole mesh, until it is stopped. */
export const serveCommand = async (name: ServiceName, flags: ServeFlags, terminal: Terminal): Promise<ExitCode> => {
  const logger = createLogger({ name, level: flags.verbose ? "debug" : "info" });
  const clock = () => new Date();
  const {
    listen,
    engine,
    tokenFile,
    retention,
    openJobs,
    tlsCert,
    tlsKey,
    tlsClientCa,
    tlsCa,
    tlsClientCert,
    tlsClientKey,
  } = flags;
  const natsFlags = natsFlagsOf(flags);
  const secure = { tlsCert, tlsKey, tlsClientCa, tlsCa, tlsClientCert, tlsClientKey, ...natsFlags };
  if (flags.trainers !== undefined && name !== "all") {
    const hint = "Start `bnas serve trainer` once for each: they share the work.";
    throw invalidInput("--trainers", flags.trainers, "only of `bnas serve all`", hint);
  }
  const needs = (flag: "log" | "store" | "dataset", example: string): string => {
    const value = flags[flag] ?? (flag === "dataset" ? undefined : flags.nats);
    if (value === undefined) {
      throw invalidInput(`--${flag}`, value, `a value for \`bnas serve ${name}\``, `for example --${flag} ${example}`);
    }
    return value;
  };
  const log = () => needs("log", "file:mesh/facts.jsonl");
  const store = () => needs("store", "dir:mesh/blobs");
  const dataset = () => needs("dataset", "127.0.0.1:7001");
  const mesh = async () => ({ ...(await openFacts(log(), { logger, nats: natsSecurity(natsFlags) })), logger, clock });

  const start = async (): Promise<RunningService> => {
    switch (name) {
      case "dataset":
        return startDataset(
          datasetConfigSchema.parse({ listen, tlsCert, tlsKey, tlsClientCa, tlsCa, tlsClientCert, tlsClientKey }),
          logger,
        );
      case "trainer":
        return startTrainer(
          { ...secure, listen, engine, log: log(), store: store(), dataset: dataset() },
          await mesh(),
        );
      case "evaluator":
        return startEvaluator(
          { ...secure, listen, engine, log: log(), store: store(), dataset: dataset() },
          await mesh(),
        );
      case "pruner":
        return startPruner(
          {
            ...{ ...secure, listen, log: log(), dataset: dataset(), tokenFile, retention, openJobs },
            store: flags.store ?? flags.nats,
          },
          await mesh(),
        );
      case "all": {
        const all = await startEmbeddedMesh({
          listen,
          log: log(),
          store: store(),
          engine,
          logger,
          nats: natsFlags,
          ...(flags.trainers === undefined ? {} : { trainers: flags.trainers }),
          search: { tlsCert, tlsKey, tlsClientCa, tokenFile, retention, openJobs },
        });
        for (const [service, { address }] of Object.entries(all.services))
          terminal.out(`${service} listens on ${address}`);
        return { address: all.services.pruner.address, failed: all.failed, drain: () => all.drain() };
      }
    }
  };

  const service = await start();
  if (name !== "all") terminal.out(`${name} listens on ${service.address}`);
  const stopped = new Promise<void>((resolve) => {
    if (terminal.interrupted.aborted) resolve();
    terminal.interrupted.addEventListener("abort", () => resolve());
  });
  try {
    await Promise.race([stopped, (service.failed ?? stopped).then(() => stopped)]);
  } finally {
    await service.drain();
  }
  return EXIT.done;
};
