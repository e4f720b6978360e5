import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { dataset } from "@bnas/dataset";
import { LocalJobs, type Work } from "@bnas/jobs";
import { LeadAlone } from "@bnas/lead";
import { type FactLog, factHash, MemoryLog, Quarantine } from "@bnas/log";
import { openStore } from "@bnas/mesh";
import { silentTools } from "@bnas/process";
import { SearchServiceDefinition } from "@bnas/proto";
import { pruner } from "@bnas/pruner";
import { followSearches, Searches } from "@bnas/pruner/searches";
import { connect } from "@bnas/rpc";
import { type Fact, record, resultSubject, searchIdOf } from "@bnas/search";
import { type BlobStore, saveCheckpoint } from "@bnas/store";
import { simulatedAnswer, type World } from "@bnas/testing";
import type { KubeApi } from "../../services/operator/src/kube/kube-api.js";
import { isGone } from "../../services/operator/src/kube/kube-fault.js";
import { podsPath } from "../../services/operator/src/kube/paths.js";
import { podsIn } from "./operator-rig.js";

/**
 * A mesh on loopback whose pruner and dataset service are real, and whose trainers are simulated: each pod of a trainer that runs
 * in the cluster takes jobs of its search, as the process in a real one would, and answers them after `jobSeconds` by numbers drawn
 * from the world's seed. Tensors have nothing to do with what the operator is tested for.
 */
export const startMesh = async (world: World = { seed: 1 }) => {
  const log = new MemoryLog();
  const blobs = await mkdtemp(join(tmpdir(), "bnas-blobs-"));
  const jobs = new LocalJobs(log.live);
  const tools = silentTools();
  const mesh = { ...tools, log, jobs, lead: new LeadAlone(log.live.closing), quarantine: new Quarantine() };
  const listen = "127.0.0.1:0";
  const data = await dataset.start(dataset.config.parse({ listen }), tools);
  const start = (at: string) =>
    pruner.start({ listen: at, log: "memory:", store: `dir:${blobs}`, dataset: data.address }, mesh);
  let deciding = await start(listen);
  const { address } = deciding;
  const stopping = new AbortController();
  const searches = await Searches.open(log);
  const evaluating = Promise.all([
    jobs.work(evaluation(log, world), stopping.signal),
    followSearches(searches, { writer: "evaluator", clock: mesh.clock, signal: stopping.signal }),
  ]);
  const { client, close } = connect(SearchServiceDefinition, address);
  return {
    log,
    jobs,
    store: await openStore(`dir:${blobs}`),
    address,
    search: client,
    /** The pruner goes away, or comes back. */
    down: () => deciding.drain(),
    up: async () => {
      deciding = await start(address);
    },
    /** The disk of the blobs is gone, or comes back. */
    loseStore: async () => {
      await rm(blobs, { recursive: true });
      await writeFile(blobs, "");
    },
    repairStore: async () => {
      await rm(blobs);
      await mkdir(blobs);
    },
    async stop() {
      stopping.abort();
      close();
      await evaluating;
      await deciding.drain();
      await data.drain();
      await log.close();
      await rm(blobs, { recursive: true });
    },
  };
};

export type Mesh = Awaited<ReturnType<typeof startMesh>>;

const evaluation = (log: FactLog, world: World): Work => ({
  name: "evaluator",
  pattern: "bnas.search.*.round.*.pass.*.sample.*.trained",
  result: ({ subject, fact }) => resultSubject(searchIdOf(subject), fact),
  async handle(stored) {
    const { subject, fact } = stored;
    if (fact.kind !== "sample.trained") return;
    const { round, pass, sample, checkpoint } = fact;
    // As good as chance, by a digest of the request: the same sample gets the same accuracy, whichever trainer trained it.
    const correct = Number.parseInt(checkpoint.slice(0, 6), 16) % 31;
    const answer = { kind: "sample.evaluated", round, pass, sample, correct, total: 30, seconds: 0.01 } as const;
    const evaluated: Fact = { ...answer, request: factHash(stored) };
    await log.append(record(searchIdOf(subject), evaluated, "evaluator", new Date(world.seed).toISOString()));
  },
  failed: async (_, error) => {
    throw error;
  },
});

/** A checkpoint that follows from a digest, of what its job began with: the pruner looks at it. A store that is gone is waited for. */
const savedAs = async (store: BlobStore, from: string | null, digest: string, signal: AbortSignal): Promise<string> => {
  const values = Float32Array.from(Buffer.from(digest.slice(0, 12), "hex"));
  for (;;) {
    try {
      return await saveCheckpoint(store, from, new Map([["stem.conv", { shape: [values.length], values }]]));
    } catch {
      await pause(500, undefined, { signal });
    }
  }
};

/** The work of a trainer of one search. */
const training = ({ log, store }: Mesh, world: World, search: string, jobSeconds: number): Work => ({
  name: `trainer-${search}`,
  pattern: [
    "warmup.epoch.*.requested",
    "round.*.pass.*.sample.*.requested",
    "round.*.pass.*.merge.requested",
    "round.*.settle.epoch.*.requested",
  ].map((request) => `bnas.search.${search}.${request}`),
  result: ({ subject, fact }) => resultSubject(searchIdOf(subject), fact),
  async handle(stored, { signal }) {
    await pause(jobSeconds * 1000, undefined, { signal });
    const { fact } = stored;
    const answer = simulatedAnswer(world, fact);
    if (answer === undefined || !("checkpoint" in answer) || answer.checkpoint === null || !("from" in fact)) return;
    const checkpoint = await savedAs(store, fact.from ?? null, answer.checkpoint, signal);
    const answering = { ...answer, checkpoint, from: fact.from ?? null, request: factHash(stored) } as Fact; // By its kind.
    await log.append(record(search, answering, "trainer", new Date().toISOString()));
  },
  failed: async (_, error) => {
    throw error;
  },
});

/** Trainers of a namespace: one for each pod that runs, from when it runs until it is being deleted. */
export const simulateTrainers = (
  api: KubeApi,
  mesh: Mesh,
  options: { readonly namespace: string; readonly jobSeconds: number; readonly world?: World },
) => {
  const { namespace, jobSeconds, world = { seed: 1 } } = options;
  const running = new Map<string, { readonly stop: AbortController; readonly work: Promise<void> }>();
  const lost = new Set<string>();
  let most = 0;
  const stopping = new AbortController();
  const look = async () => {
    const pods = await podsIn(api, namespace);
    const there = pods.filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] === "bnas-operator");
    most = Math.max(
      most,
      there.filter(({ status }) => status?.phase === "Running" || status?.phase === "Pending").length,
    );
    const alive = new Map(
      there
        .filter(({ status, metadata }) => status?.phase === "Running" && metadata.deletionTimestamp === undefined)
        .filter(({ spec }) => !lost.has(spec?.nodeName ?? ""))
        .map(({ metadata }) => [metadata.name, metadata.labels?.["bnas.dev/search"] ?? ""]),
    );
    for (const [name, { stop, work }] of running) {
      if (alive.has(name)) continue;
      stop.abort();
      await work;
      running.delete(name);
    }
    await Promise.all(
      there
        .filter(({ status, metadata }) => status?.phase === "Running" && metadata.deletionTimestamp !== undefined)
        .map(({ metadata }) => endPod(api, namespace, metadata.name)),
    );
    for (const [name, search] of alive) {
      if (running.has(name)) continue;
      const stop = new AbortController();
      const work = mesh.jobs.work(training(mesh, world, search, jobSeconds), stop.signal);
      running.set(name, { stop, work });
    }
  };
  const following = (async () => {
    while (!stopping.signal.aborted) {
      await look().catch(() => {});
      await pause(200, undefined, { signal: stopping.signal }).catch(() => {});
    }
  })();
  return {
    /** Pods of trainers at one time, at most. */
    most: () => most,
    /** A node is gone, and with it the processes of its pods, and the API server does not know it. */
    lose: (node: string) => lost.add(node),
    async stop() {
      stopping.abort();
      await following;
      for (const { stop } of running.values()) stop.abort();
      await Promise.all([...running.values()].map(({ work }) => work));
    },
  };
};

/** A trainer that is stopped gives its job back and ends with 0, and the kubelet says so. KWOK does not. */
const endPod = async (api: KubeApi, namespace: string, name: string): Promise<void> => {
  const call = {
    method: "PATCH",
    path: `${podsPath(namespace)}/${name}/status`,
    contentType: "application/merge-patch+json",
    body: { status: { phase: "Succeeded" } },
  } as const;
  await api.call(call).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
};
