import { dataset } from "@bnas/dataset";
import { EXIT, type ExitCode, invalidInput } from "@bnas/errors";
import { evaluator } from "@bnas/evaluator";
import {
  flagOf,
  type RunningService,
  readConfig,
  type ServiceDefinition,
  type ServiceTools,
  startAlone,
} from "@bnas/process";
import { pruner } from "@bnas/pruner";
import { createLogger } from "@bnas/telemetry";
import { trainer } from "@bnas/trainer";
import type { z } from "zod";
import { startEmbeddedMesh } from "../../local/embedded-mesh.js";
import { natsFlagsOf } from "../../reach/nats-flags.js";
import type { Surroundings } from "../../terminal/surroundings.js";
import type { ServeFlags } from "./serve-flags.js";

export const SERVICES = ["dataset", "trainer", "evaluator", "pruner", "all"] as const;
export type ServiceName = (typeof SERVICES)[number];

/** `bnas serve SERVICE`: one service, or the whole mesh, until it is stopped. */
export const serveCommand = async (name: ServiceName, flags: ServeFlags, here: Surroundings): Promise<ExitCode> => {
  const { recorder, env, interrupted } = here;
  const logger = createLogger({ name, level: flags.verbose ? "debug" : "info", recorder });
  const tools = { logger, recorder, env, clock: () => new Date(), patient: false };
  if (flags.trainers !== undefined && name !== "all") {
    const hint = "Start `bnas serve trainer` once for each: they share the work.";
    throw invalidInput("--trainers", flags.trainers, "only of `bnas serve all`", hint);
  }
  const service = await start(
    name,
    { ...flags, log: flags.log ?? flags.nats, store: flags.store ?? flags.nats },
    tools,
  );
  here.takeInterrupts();
  for (const [what, { address }] of Object.entries(service.services)) here.out(`${what} listens on ${address}`);

  const stopped = new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve();
    interrupted.addEventListener("abort", () => resolve());
  });
  try {
    // (It resolves too where a trainer had no job for so long that it ends.)
    await Promise.race([stopped, service.failed ?? stopped]);
  } finally {
    await service.drain();
  }
  return EXIT.done;
};

/** What was started, with the name of each part that listens. */
type Served = Pick<RunningService, "failed" | "drain"> & {
  readonly services: Readonly<Record<string, { readonly address: string }>>;
};

/** The flags, with `--nats` as the value of those that it is short for. */
type Settings = Omit<ServeFlags, "log" | "store"> & Readonly<Record<"log" | "store", string | undefined>>;

const start = async (name: ServiceName, settings: Settings, tools: ServiceTools): Promise<Served> => {
  const one = async <Schema extends z.ZodObject, Shared>(
    service: ServiceDefinition<Schema, Shared>,
  ): Promise<Served> => {
    const running = await startAlone(service, configOf(service, settings), tools);
    return { ...running, services: { [service.name]: running } };
  };
  switch (name) {
    case "dataset":
      return one(dataset);
    case "trainer":
      return one(trainer);
    case "evaluator":
      return one(evaluator);
    case "pruner":
      return one(pruner);
    case "all":
      refuseOfOneTrainer(settings);
      return startEmbeddedMesh({
        ...settings,
        log: given("log", settings.log, name),
        store: given("store", settings.store, name),
        tools,
        nats: natsFlagsOf(settings),
        search: configOf({ name, config: inMesh.pruner }, settings),
        images: configOf({ name, config: inMesh.dataset }, settings),
      });
  }
};

/** What the mesh sets itself: where its parts are, and how they reach each other. */
const calls = { tlsCa: true, tlsClientCert: true, tlsClientKey: true } as const;
const inMesh = {
  pruner: pruner.config.omit({ listen: true, log: true, store: true, dataset: true, ...calls }),
  dataset: dataset.config.omit({
    listen: true,
    tlsCert: true,
    tlsKey: true,
    tlsClientCa: true,
    tokenFile: true,
    ...calls,
  }),
};

/** A mesh whose trainers end when they are idle, or take the jobs of one search alone, makes no progress with the next search. */
const refuseOfOneTrainer = ({ search, idleSeconds }: Settings): void => {
  for (const [setting, value] of Object.entries({ search, idleSeconds })) {
    if (value === undefined) continue;
    const hint = "Leave it out, or start the services one by one.";
    throw invalidInput(flagOf(setting), value, "only of `bnas serve trainer`", hint);
  }
};

/** The settings of a service among the flags. @throws InvalidInput with an example for one that is missing */
const configOf = <Schema extends z.ZodObject>(
  { name, config }: { readonly name: string; readonly config: Schema },
  settings: Settings,
): z.output<Schema> => {
  for (const setting of ["log", "store", "dataset"] as const) {
    const field = config.shape[setting];
    if (field?.safeParse(undefined).success === false) given(setting, settings[setting], name);
  }
  const flags = Object.fromEntries(
    Object.entries(settings).filter(([setting]) => Object.hasOwn(config.shape, setting)),
  );
  return readConfig(config, { env: {}, prefix: "BNAS_", flags });
};

const EXAMPLES = { log: "file:mesh/facts.jsonl", store: "dir:mesh/blobs", dataset: "127.0.0.1:7001" } as const;

const given = (setting: keyof typeof EXAMPLES, value: string | undefined, name: string): string => {
  if (value !== undefined) return value;
  throw invalidInput(
    `--${setting}`,
    value,
    `a value for \`bnas serve ${name}\``,
    `for example --${setting} ${EXAMPLES[setting]}`,
  );
};
