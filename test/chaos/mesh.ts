import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Broker, startBroker } from "./broker.js";
import { Disk } from "./disk.js";
import { freePort } from "./free-port.js";
import { type Host, Network } from "./network.js";
import type { Options, StrikeKind } from "./options.js";
import { Supervised } from "./supervised.js";

const cli = fileURLToPath(new URL("../../cli/bin/bnas.js", import.meta.url));

/** How long a worker that says nothing keeps its job, in seconds: strikes would outpace the half minute of production. */
const leaseSeconds = 3;

/** A whole mesh as separate processes, and what of it can be struck. */
export type Mesh = {
  /** Where the facts are: for the code here that reads or writes them. */
  readonly log: string;
  /** HOST:PORT of SearchService. */
  readonly api: string;
  readonly processes: readonly Supervised[];
  readonly broker: Broker | undefined;
  /** Machines of their own: nats-server's and that of the last trainer. */
  readonly hosts: readonly Host[];
  readonly disks: readonly Disk[];
  /** Kinds of strike that cannot be done here, and why. */
  readonly leftOut: ReadonlyMap<StrikeKind, string>;
  stop(): Promise<void>;
};

/**
 * Start one. @param apart whether this process has a network and mounts of its own, to cut and to fill
 * @param onLine is given each line that a service writes
 */
export const startMesh = async (
  options: Pick<Options, "log" | "store" | "trainers">,
  { folder, apart, onLine }: { folder: string; apart: boolean; onLine: (line: string) => void },
): Promise<Mesh> => {
  const leftOut = new Map<StrikeKind, string>();
  /** Undefined where the system does not let us. */
  const attempt = async <Made>(kind: StrikeKind, make: () => Made | Promise<Made>): Promise<Made | undefined> => {
    try {
      if (!apart) throw new Error("it needs Linux, root, ip, mount and unshare");
      return await make();
    } catch (error) {
      leftOut.set(kind, error instanceof Error ? error.message.trim() : String(error));
      return undefined;
    }
  };
  const network = await attempt("partition", async () => {
    if (options.log === "file") throw new Error("a log in a file has no network");
    const laid = Network.open();
    return {
      address: laid.address,
      broker: await laid.host("nats-server"),
      trainer: await laid.host(`trainer ${options.trainers}`),
    };
  });
  const here = network?.address ?? "127.0.0.1";
  const disks: Disk[] = [];
  const place = async (name: string, folderName: string) => {
    const path = join(folder, folderName);
    const disk = await attempt("full-disk", () => Disk.mount(name, path));
    if (disk !== undefined) disks.push(disk);
    return path;
  };

  const broker =
    options.log === "nats"
      ? await startBroker(network?.broker, folder, await place("nats-server's disk", "nats"))
      : undefined;
  const log =
    broker === undefined
      ? `file:${join(await place("the log's disk", "log"), "facts.jsonl")}`
      : `${broker.url}?lease=${leaseSeconds}`;
  const store =
    broker === undefined || options.store === "dir" ? `dir:${await place("the store's disk", "blobs")}` : broker.url;

  const dataset = `${here}:${await freePort(here)}`;
  const api = `${here}:${await freePort(here)}`;
  const bnas = (words: readonly string[], name = words[0] ?? "", host?: Host) => {
    const command = [process.execPath, cli, "serve", ...words];
    return new Supervised(name, host?.within(command) ?? command, onLine);
  };
  const common = ["--log", log, "--dataset", dataset];
  const services = [
    bnas(["dataset", "--listen", dataset]),
    bnas(["pruner", ...common, "--listen", api, "--verbose"]),
    bnas(["evaluator", ...common, "--store", store]),
    ...Array.from({ length: options.trainers }, (_, i) => {
      const name = `trainer ${i + 1}`;
      return bnas(
        ["trainer", ...common, "--store", store],
        name,
        network?.trainer.name === name ? network.trainer : undefined,
      );
    }),
  ];

  return {
    log,
    api,
    processes: broker === undefined ? services : [...services, broker.process],
    broker,
    hosts: network === undefined ? [] : [network.broker, network.trainer],
    disks,
    leftOut,
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await broker?.process.stop();
    },
  };
};
