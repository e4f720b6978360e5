import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isGone } from "../../services/operator/src/kube/kube-fault.js";
import { podsPath } from "../../services/operator/src/kube/paths.js";
import type { ArchitectureSearch } from "../../services/operator/src/status/architecture-search.js";
import { searchIdOfObject } from "../../services/operator/src/status/search-id.js";
import { eventually } from "./eventually.js";
import { type Cluster, useCluster } from "./kubernetes.js";
import { whyNoKueue } from "./kueue/build.js";
import { installKueue, withoutKueue } from "./kueue/install.js";
import { type Mesh, simulateTrainers, startMesh } from "./operator-mesh.js";
import {
  admin,
  asOperator,
  change,
  create,
  get,
  install,
  jobsIn,
  makeGpuNodes,
  makeNamespace,
  manifest,
  messageOf,
  noCluster,
  type OperatorProcess,
  onFakeNodes,
  podsIn,
  remove,
  removeNamespace,
  removeNodes,
  startOperatorProcess,
  stopOperator,
  until,
} from "./operator-rig.js";

const reason = noCluster ?? (await whyNoKueue());

describe.skipIf(reason)(`the operator with a real Kueue${reason ? `: ${reason}` : ""}`, () => {
  const api = admin();
  const nodes = ["kueue-gpu-0", "kueue-gpu-1"];
  const queueName = "gpus";
  let namespace = "";
  let cluster: Cluster;
  let kueue: AsyncDisposable | undefined;
  let mesh: Mesh;
  let operator: OperatorProcess | undefined;
  let trainers: ReturnType<typeof simulateTrainers>;
  let undisturbed: string | undefined;

  beforeAll(async () => {
    const use = await useCluster();
    if ("reason" in use) throw new Error(use.reason);
    cluster = use.cluster;
    namespace = await makeNamespace(api);
    kueue = await installKueue(cluster, namespace);
    await install(api, namespace);
    // More GPUs than the queue has: what holds trainers back is never the scheduler.
    await makeGpuNodes(api, nodes, 4);
    await cluster.apply(
      { ...kueueObject("ResourceFlavor", namespace), spec: { nodeLabels: { type: "kwok" } } },
      ...priorities.map(([name, value]) => ({
        apiVersion: "scheduling.k8s.io/v1",
        kind: "PriorityClass",
        metadata: { name: `${namespace}-${name}` },
        value,
      })),
    );
    await setQueue({ gpus: 2 });
    await makeLocalQueue(queueName);
    mesh = await startMesh();
    trainers = simulateTrainers(api, mesh, { namespace, jobSeconds: 0.3 });
    operator = await startOperatorProcess({
      kubeconfig: await asOperator(api, namespace),
      namespace,
      pruner: mesh.address,
    });
    await create(api, search("undisturbed", { queueName: null }));
    undisturbed = (await succeeded("undisturbed")).status?.genotype;
  }, 1_800_000);

  afterAll(async () => {
    await stopOperator(operator);
    await trainers?.stop();
    await mesh?.stop();
    await removeNamespace(api, namespace);
    await cluster?.kubectl(["delete", "jobs", "--all", `--namespace=${namespace}`, "--ignore-not-found"]);
    await kueue?.[Symbol.asyncDispose]();
    const names = priorities.map(([name]) => `${namespace}-${name}`);
    await cluster?.kubectl(["delete", "priorityclass", "--ignore-not-found", ...names]);
    await removeNodes(api, nodes);
    api.close();
  });

  const priorities = [
    ["urgent", 1000],
    ["patient", -10],
  ] as const;
  const kueueObject = (kind: string, name: string) => ({
    apiVersion: "kueue.x-k8s.io/v1beta2",
    kind,
    metadata: { name },
  });
  /** The queue of the cluster: how many GPUs it lends, and whether it is open. */
  const setQueue = ({ gpus, stopPolicy = "None" }: { readonly gpus: number; readonly stopPolicy?: string }) => {
    const lent = { name: "nvidia.com/gpu", nominalQuota: gpus };
    return cluster.apply({
      ...kueueObject("ClusterQueue", namespace),
      spec: {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
        preemption: { withinClusterQueue: "LowerPriority" },
        resourceGroups: [{ coveredResources: [lent.name], flavors: [{ name: namespace, resources: [lent] }] }],
        stopPolicy,
      },
    });
  };
  const makeLocalQueue = (name: string) =>
    cluster.apply({
      ...kueueObject("LocalQueue", name),
      metadata: { name, namespace },
      spec: { clusterQueue: namespace },
    });

  const search = (name: string, { queueName: queue = queueName, priority }: Asked = {}) => {
    const priorityClassName = priority === undefined ? {} : { priorityClassName: `${namespace}-${priority}` };
    return manifest(namespace, name, {
      seed: 3,
      parallel: 4,
      trainers: { max: 4, ...onFakeNodes, ...priorityClassName },
      ...(queue === null ? {} : { queueName: queue }),
    });
  };
  const succeeded = (name: string) => until(api, namespace, name, "Succeeded", "Finished", 120);
  const comesToTheSame = async (name: string) => expect((await succeeded(name)).status?.genotype).toBe(undisturbed);
  const trainersOf = async (object: ArchitectureSearch) =>
    (await podsIn(api, namespace)).filter(
      ({ metadata }) => metadata.labels?.["bnas.dev/search"] === searchIdOfObject(object),
    );
  const runningOf = async (object: ArchitectureSearch) =>
    (await trainersOf(object)).filter(
      ({ metadata, status }) => metadata.deletionTimestamp === undefined && status?.phase === "Running",
    );
  const jobsOf = async (object: ArchitectureSearch) =>
    (await jobsIn(api, namespace)).filter(
      ({ metadata }) => metadata.labels?.["bnas.dev/search"] === searchIdOfObject(object),
    );
  const workloads = async (): Promise<readonly Workload[]> =>
    (
      await api.call<{ readonly items: readonly Workload[] }>({
        method: "GET",
        path: `/apis/kueue.x-k8s.io/v1beta2/namespaces/${namespace}/workloads`,
      })
    ).items;
  /** Pods of a search that are there at one time, at most, while something is done. */
  const mostDuring = async (object: ArchitectureSearch, work: () => Promise<unknown>): Promise<number> => {
    const counts: number[] = [];
    let over = false;
    const counting = (async () => {
      while (!over) {
        counts.push((await trainersOf(object)).length);
        await pause(50);
      }
    })();
    await work().finally(() => {
      over = true;
    });
    await counting;
    return Math.max(...counts);
  };
  /** It waits, and that is not a failure: it may have to wait any number of times. */
  const expectNoFailure = async (object: ArchitectureSearch) => {
    const jobs = await jobsOf(object);
    expect(jobs.map(({ spec }) => spec?.suspend)).toContain(true);
    for (const { status } of jobs) expect(status?.failed ?? 0).toBe(0);
  };
  /** As a trainer does that has no work any more. */
  const endPod = (name: string) =>
    api.call({
      method: "PATCH",
      path: `${podsPath(namespace)}/${name}/status`,
      contentType: "application/merge-patch+json",
      body: { status: { phase: "Succeeded" } },
    });
  const waits = async (name: string, says = /^Job .* waits in its queue\..*Next: kubectl get workloads/) => {
    const object = await until(api, namespace, name, "Running", "QueueWaiting");
    expect(messageOf(object, "Running")).toMatch(says);
    return object;
  };
  const gone = (name: string) =>
    eventually(`The end of ${name}`, 60, async () => {
      const left = await get(api, namespace, name).catch((error: unknown) => {
        if (!isGone(error)) throw error;
      });
      if (left !== undefined) throw new Error("it is still there");
    });

  it("runs as many trainers as the queue has GPUs, says that the others wait, and decides as without a queue", async () => {
    const applied = await create(api, search("queued"));
    const most = await mostDuring(applied, async () => {
      await eventually("Word of those that wait", 60, async () => {
        const now = await get(api, namespace, "queued");
        expect(messageOf(now, "Running")).toMatch(/^2 of [34] trainers run; the others: QueueWaiting: Job .* waits/);
        expect((await workloads()).filter(({ status }) => isAdmitted(status))).toHaveLength(2);
      });
      await comesToTheSame("queued");
    });
    expect(most).toBe(2);
  });

  it("runs no trainer and says why while the queue has no GPU, and continues when it gets some", async () => {
    await setQueue({ gpus: 0 });
    const applied = await create(api, search("poor"));
    await waits("poor");
    await pause(3000);
    expect(await trainersOf(applied)).toEqual([]);
    expect((await jobsOf(applied)).map(({ spec }) => spec?.suspend)).toContain(true);
    await setQueue({ gpus: 2 });
    await comesToTheSame("poor");
  });

  it("waits for a queue that is not there yet", async () => {
    const applied = await create(api, search("early", { queueName: "later" }));
    await waits("early");
    expect(await trainersOf(applied)).toEqual([]);
    await makeLocalQueue("later");
    await comesToTheSame("early");
  });

  it("moves to another queue when the manifest does", async () => {
    await create(api, search("moved", { queueName: "nowhere" }));
    await waits("moved");
    await change(api, namespace, "moved", { queueName });
    await comesToTheSame("moved");
  });

  it("gives the GPUs back when the queue is drained in the middle, and has the jobs done again when it opens", async () => {
    const applied = await create(api, search("drained"));
    await eventually("Two trainers", 60, async () => expect(await runningOf(applied)).toHaveLength(2));
    await setQueue({ gpus: 2, stopPolicy: "HoldAndDrain" });
    await eventually("No trainer", 30, async () => expect(await trainersOf(applied)).toEqual([]));
    await waits("drained");
    await expectNoFailure(applied);
    await setQueue({ gpus: 2 });
    await comesToTheSame("drained");
  });

  it("lends the GPU of a trainer that ended to one that waits", async () => {
    const applied = await create(api, search("relayed"));
    const first = await eventually("Two trainers", 60, async () => {
      const now = await runningOf(applied);
      expect(now).toHaveLength(2);
      return now.map(({ metadata }) => metadata.name);
    });
    await endPod(first[0] ?? "");
    await eventually("Another trainer", 60, async () => {
      const now = (await runningOf(applied)).map(({ metadata }) => metadata.name);
      expect(now).toHaveLength(2);
      expect(now).not.toContain(first[0]);
    });
    await comesToTheSame("relayed");
  });

  it("gives way to a search of a higher priority, and continues after it", async () => {
    const patient = await create(api, search("patient", { priority: "patient" }));
    await eventually("Two trainers", 60, async () => expect(await runningOf(patient)).toHaveLength(2));
    const urgent = await create(api, search("urgent", { priority: "urgent" }));
    await eventually("Preemption", 60, async () => {
      expect(await runningOf(urgent)).toHaveLength(2);
      expect(await runningOf(patient)).toEqual([]);
    });
    await waits("patient");
    await expectNoFailure(patient);
    await comesToTheSame("urgent");
    await comesToTheSame("patient");
  });

  it("says so while Kueue is unavailable, and continues when it is back", async () => {
    {
      await using _ = await withoutKueue(cluster);
      await create(api, search("orphaned"));
      const object = await until(api, namespace, "orphaned", "Running", "AdmissionDown");
      expect(messageOf(object, "Running")).toMatch(/failed calling webhook "mjob\.kb\.io".*Next: kubectl get pods/);
    }
    await comesToTheSame("orphaned");
  });

  it("leaves nothing of a search that is deleted while it waits, and of none that ended", async () => {
    await setQueue({ gpus: 0 });
    await create(api, search("deleted"));
    await waits("deleted");
    await remove(api, namespace, "deleted");
    await gone("deleted");
    await setQueue({ gpus: 2 });
    await eventually("No Job, no pod, no workload", 60, async () => {
      expect(await jobsIn(api, namespace)).toEqual([]);
      expect(await podsIn(api, namespace)).toEqual([]);
      expect(await workloads()).toEqual([]);
    });
  });
});

/** @param queueName null for a search without a queue */
type Asked = { readonly queueName?: string | null; readonly priority?: string };
type Workload = { readonly status?: WorkloadStatus };
type WorkloadStatus = { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };

const isAdmitted = (status: WorkloadStatus = {}): boolean =>
  status.conditions?.some(({ type, status }) => type === "Admitted" && status === "True") ?? false;
