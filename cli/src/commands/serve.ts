import { datasetConfigSchema, startDataset } from "@bnas/dataset";
import { startEvaluator } from "@bnas/evaluator";
import { createLogger, openLog, type RunningService, type SecureSettings } from "@bnas/mesh";
import { startPruner } from "@bnas/pruner";
import { InvalidInput } from "@bnas/search";
import { startTrainer } from "@bnas/trainer";
import { startEmbeddedMesh } from "../embedded-mesh.js";
import { EXIT, type ExitCode } from "../exit-codes.js";
import type { Terminal } from "../terminal.js";

export const SERVICES = ["dataset", "trainer", "evaluator", "pruner", "all"] as const;
export type ServiceName = (typeof SERVICES)[number];

export type ServeFlags = {
  readonly listen: string;
  readonly log?: string;
  readonly store?: string;
  readonly dataset?: string;
  readonly engine: "wasm" | "node" | "gpu" | "cpu" | "auto";
  readonly verbose: boolean;
  /** Of the pruner. */
  readonly tokenFile?: string;
} & SecureSettings;

/** `bnas serve SERVICE`: one service, or the whole mesh, until it is told to stop. */
export const serveCommand = async (name: ServiceName, flags: ServeFlags, terminal: Terminal): Promise<ExitCode> => {
  const logger = createLogger({ name, level: flags.verbose ? "debug" : "info" });
  const clock = () => new Date();
  const { listen, engine, tokenFile, tlsCert, tlsKey, tlsClientCa, tlsCa, tlsClientCert, tlsClientKey } = flags;
  const secure: SecureSettings = { tlsCert, tlsKey, tlsClientCa, tlsCa, tlsClientCert, tlsClientKey };
  const needs = (flag: "log" | "store" | "dataset", example: string): string => {
    const value = flags[flag];
    if (value === undefined) {
      throw new InvalidInput(
        `--${flag}`,
        value,
        `a value for \`bnas serve ${name}\``,
        `for example --${flag} ${example}`,
      );
    }
    return value;
  };
  const log = () => needs("log", "file:mesh/facts.jsonl");
  const store = () => needs("store", "dir:mesh/blobs");
  const dataset = () => needs("dataset", "127.0.0.1:7001");

  const start = async (): Promise<RunningService> => {
    switch (name) {
      case "dataset":
        return startDataset(datasetConfigSchema.parse({ listen, ...secure }), logger);
      case "trainer":
        return startTrainer(
          { ...secure, listen, engine, log: log(), store: store(), dataset: dataset() },
          { log: await openLog(log(), { logger }), logger, clock },
        );
      case "evaluator":
        return startEvaluator(
          { ...secure, listen, engine, log: log(), store: store(), dataset: dataset() },
          { log: await openLog(log(), { logger }), logger, clock },
        );
      case "pruner":
        return startPruner(
          { ...secure, listen, log: log(), dataset: dataset(), tokenFile },
          { log: await openLog(log(), { logger }), logger, clock },
        );
      case "all": {
        const mesh = await startEmbeddedMesh({
          listen,
          log: log(),
          store: store(),
          engine,
          logger,
          search: { tlsCert, tlsKey, tlsClientCa, tokenFile },
        });
        for (const [service, { address }] of Object.entries(mesh.services))
          terminal.out(`${service} listens on ${address}`);
        return { address: mesh.services.pruner.address, failed: mesh.failed, drain: () => mesh.drain() };
      }
    }
  };

  const service = await start();
  if (name !== "all") terminal.out(`${name} listens on ${service.address}`);
  const told = new Promise<void>((resolve) => {
    if (terminal.interrupted.aborted) resolve();
    terminal.interrupted.addEventListener("abort", () => resolve());
  });
  try {
    await Promise.race([told, (service.failed ?? told).then(() => told)]);
  } finally {
    await service.drain();
  }
  return EXIT.done;
};
