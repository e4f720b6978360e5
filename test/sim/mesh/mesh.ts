import { hasCode } from "@bnas/errors";
import type { FactLog } from "@bnas/log";
import { openJetStream } from "@bnas/nats";
import type { DatasetServiceClient } from "@bnas/proto";
import type { Stream } from "@bnas/search";
import { DirectoryStore } from "@bnas/store";
import { silentLogger } from "@bnas/telemetry";
import { evaluatorWork } from "../../../services/evaluator/src/repeat.js";
import { followSearches, Searches } from "../../../services/pruner/src/deciding/index.js";
import type { Quotas } from "../../../services/pruner/src/quotas/quotas.js";
import { JobInHand } from "../../../services/trainer/src/job-in-hand.js";
import { trainerWork } from "../../../services/trainer/src/repeat.js";
import { SimulatedServer } from "../nats/simulated-server.js";
import { placeNats } from "../nats/transport-node.js";
import { Disk } from "../world/disk.js";
import { placeDisk } from "../world/fs-promises.js";
import { Network } from "../world/network.js";
import { SimulatedProcess } from "../world/simulated-process.js";
import type { World } from "../world/world.js";
import { evaluatorThread, trainerThread } from "./stub-threads.js";
import { Witnessed } from "./witnessed-log.js";

const LEAD_MS = 5_000;
const LEASE_MS = 3_000;
/** How long it takes to start a process again. */
const RESTART_MS = 800;

export type Kind = "pruner" | "trainer" | "evaluator";

/** What of a pruner a client reaches. */
export type Pruner = {
  readonly process: SimulatedProcess;
  readonly log: FactLog;
  readonly searches: Searches;
  readonly store: DirectoryStore;
  readonly dataset: DatasetServiceClient;
  readonly clock: () => Date;
  readonly quotas: Pick<Quotas, "admit">;
  readonly ownersNamedBy: ReadonlySet<string>;
};

/** How a mesh of a seed is made up. */
export type Shape = {
  readonly pruners: number;
  readonly trainers: number;
  readonly evaluators: number;
  /** Longest job, in milliseconds. */
  readonly slowestMs: number;
  readonly openJobs: number;
};

/** All that runs: the processes with what they need, each started again when it has ended. */
export class Mesh {
  readonly world: World;
  readonly network: Network;
  readonly server: SimulatedServer;
  readonly disk: Disk;
  readonly shape: Shape;
  /** The processes that live, by name. */
  readonly processes = new Map<string, SimulatedProcess>();
  readonly pruners = new Map<string, Pruner>();
  /** The power may fail: what the log has acknowledged may be gone. */
  mayForget = false;
  /** What every process was answered of the log. */
  readonly witnessed = new Witnessed();
  /** How often a pruner began to lead. */
  leads = 0;
  /** Processes that ended by an error: name and error. */
  readonly crashes: string[] = [];
  readonly #stops = new Map<string, AbortController>();

  constructor(world: World, shape: Shape) {
    this.world = world;
    this.shape = shape;
    this.network = new Network(world);
    this.server = new SimulatedServer(world);
    this.disk = new Disk(world);
    placeNats({ world, network: this.network, server: this.server });
    placeDisk(world, this.disk);
  }

  start(): void {
    const names = (kind: Kind, count: number) =>
      Array.from({ length: count }, (_, i) => [kind, `${kind}-${i}`] as const);
    const { pruners, trainers, evaluators } = this.shape;
    const all = [...names("pruner", pruners), ...names("trainer", trainers), ...names("evaluator", evaluators)];
    for (const [kind, name] of all) this.#start(kind, name);
  }

  /** End a process in order, as by SIGTERM. */
  drain(name: string): void {
    const process = this.processes.get(name);
    if (process === undefined) return;
    this.world.afterIn(process, 0.1, () => this.#stops.get(name)?.abort());
  }

  #start(kind: Kind, name: string): void {
    const { world } = this;
    const process = new SimulatedProcess(world, name, () => {
      this.processes.delete(name);
      this.pruners.delete(name);
      world.after(RESTART_MS, () => this.#start(kind, name));
    });
    this.processes.set(name, process);
    const stop = new AbortController();
    this.#stops.set(name, stop);
    const main = { pruner: () => this.#prune(process, stop), trainer: () => this.#train(process, stop) };
    const run = kind === "evaluator" ? () => this.#evaluate(process, stop) : main[kind];
    world.afterIn(process, 1, () => {
      world.tell(`${name} starts`);
      run().then(
        () => process.kill("it was drained"),
        (error: unknown) => {
          const said = error instanceof Error ? `${error.name} ${error.message}` : String(error);
          if (!hasCode(error, "UNAVAILABLE"))
            this.crashes.push(`${name}: ${error instanceof Error ? (error.stack ?? said) : said}`);
          process.kill(`by an error: ${said}`);
        },
      );
    });
  }

  async #open() {
    const options = { servers: ["nats"], leadMs: LEAD_MS, leaseMs: LEASE_MS, connectPatienceMs: 600_000 };
    const { log, jobs, lead, quarantine } = await openJetStream(options);
    const store = await DirectoryStore.open("/blobs");
    const clock = () => new Date();
    return { log: this.witnessed.around(log), jobs, lead, store, quarantine, clock, logger: silentLogger };
  }

  #drawn(process: SimulatedProcess): Stream {
    return this.world.stream("work", process.name, Math.round(this.world.now * 1000));
  }

  async #prune(process: SimulatedProcess, stop: AbortController): Promise<void> {
    const { log, lead, store, clock, quarantine } = await this.#open();
    const searches = await Searches.open(log, store, quarantine);
    const [quotas, ownersNamedBy] = [{ admit: () => () => {} }, new Set<string>()];
    this.pruners.set(process.name, { process, log, searches, store, dataset, clock, quotas, ownersNamedBy });
    await followSearches(searches, {
      writer: "pruner",
      clock,
      signal: stop.signal,
      openJobs: this.shape.openJobs,
      lead: (act, signal) =>
        lead.lead(
          "pruner",
          async (leading) => {
            this.world.tell(`${process.name} leads`);
            this.leads++;
            await act(leading);
          },
          signal,
        ),
    });
    await log.close();
  }

  async #train(process: SimulatedProcess, stop: AbortController): Promise<void> {
    const tools = await this.#open();
    const { store, jobs, log } = tools;
    const thread = trainerThread({ store, drawn: this.#drawn(process), slowestMs: this.shape.slowestMs });
    const work = trainerWork({ ...tools, thread, inHand: new JobInHand() });
    await Promise.all(work.map((one) => jobs.work(one, stop.signal)));
    await log.close();
  }

  async #evaluate(process: SimulatedProcess, stop: AbortController): Promise<void> {
    const tools = await this.#open();
    const { store, jobs, log } = tools;
    const thread = evaluatorThread({ store, drawn: this.#drawn(process), slowestMs: this.shape.slowestMs / 2 });
    const work = evaluatorWork({ ...tools, thread });
    await Promise.all(work.map((one) => jobs.work(one, stop.signal)));
    await log.close();
  }
}

/** Images enough for every spec of a run. */
const dataset = {
  describeDataset: async () => ({
    ...{ classes: ["a", "b"], height: 32, width: 32, channels: 3, mean: [0, 0, 0], std: [1, 1, 1] },
    ...{ weightImages: 300, strengthImages: 300, reductionImages: 200, trainImages: 800, testImages: 200 },
    digest: "0".repeat(64),
  }),
} as unknown as DatasetServiceClient;
