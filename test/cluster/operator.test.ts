import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { jobPath, podsPath } from "../../services/operator/src/kube/paths.js";
import { operatorPermissions } from "../../services/operator/src/kube/permissions.js";
import type { ArchitectureSearch } from "../../services/operator/src/status/architecture-search.js";
import { searchIdOfObject } from "../../services/operator/src/status/search-id.js";
import { eventually } from "./eventually.js";
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
  reasonOf,
  remove,
  removeNamespace,
  removeNodes,
  startOperatorProcess,
  stopOperator,
  until,
} from "./operator-rig.js";

describe.skipIf(noCluster)(`the operator on a real API server${noCluster ? `: ${noCluster}` : ""}`, () => {
  const api = admin();
  const nodes = ["operator-gpu-0", "operator-gpu-1"];
  let namespace = "";
  let kubeconfig = "";
  let mesh: Mesh;
  let operator: OperatorProcess;
  let trainers: ReturnType<typeof simulateTrainers>;

  beforeAll(async () => {
    namespace = await makeNamespace(api);
    await install(api, namespace);
    await makeGpuNodes(api, nodes, 4);
    kubeconfig = await asOperator(api, namespace);
    mesh = await startMesh();
    trainers = simulateTrainers(api, mesh, { namespace, jobSeconds: 0.05 });
    operator = await startOperatorProcess({ kubeconfig, namespace, pruner: mesh.address });
  });
  afterAll(async () => {
    await stopOperator(operator);
    await trainers.stop();
    await mesh.stop();
    await removeNamespace(api, namespace);
    await removeNodes(api, nodes);
    api.close();
  });

  const gone = (name: string) =>
    eventually(`The end of ${name}`, 60, async () => {
      const left = await get(api, namespace, name).then(
        () => true,
        () => false,
      );
      if (left) throw new Error("it is still there");
    });
  const trainersOf = async (id: string) =>
    (await podsIn(api, namespace)).filter(({ metadata }) => metadata.labels?.["bnas.dev/search"] === id);

  it("searches from kubectl apply to the genotype, shows it, and keeps no trainer", async () => {
    const applied = await create(
      api,
      manifest(namespace, "whole", { parallel: 4, trainers: { max: 3, ...onFakeNodes } }),
    );
    const applyTime = performance.now();
    const first = await eventually("The first job", 60, async () => {
      const [epoch] = await mesh.log.read(`bnas.search.${searchIdOfObject(applied)}.warmup.epoch.1.trained`);
      if (epoch === undefined) throw new Error("not yet");
      return performance.now();
    });
    console.log(`from kubectl apply to the first trained epoch: ${((first - applyTime) / 1000).toFixed(1)} s`);
    const object = await until(api, namespace, "whole", "Succeeded", "Finished");
    const { search } = await mesh.search
      .getArchitecture({ searchId: searchIdOfObject(applied) })
      .then((search) => ({ search }));
    expect(object.status).toMatchObject({
      searchId: searchIdOfObject(applied),
      genotype: search.genotypeText,
      round: 7,
      candidates: 1,
      trainersWanted: 0,
    });
    expect(reasonOf(object, "Accepted")).toBe("Valid");
    expect(reasonOf(object, "DatasetReady")).toBe("Readable");
    expect(reasonOf(object, "Running")).toBe("Succeeded");
    await eventually("Zero trainers", 30, async () => {
      expect(await jobsIn(api, namespace)).toEqual([]);
      expect(await podsIn(api, namespace)).toEqual([]);
    });
    expect(trainers.most()).toBeLessThanOrEqual(3);
    await eventually("The status without trainers", 20, async () =>
      expect((await get(api, namespace, "whole")).status?.trainers).toBe(0),
    );
  });

  it("decides as the same search does that no one disturbed, whatever the trainers", async () => {
    const one = await create(api, manifest(namespace, "alone", { seed: 3, trainers: { max: 1, ...onFakeNodes } }));
    const many = await create(api, manifest(namespace, "many", { seed: 3, trainers: { max: 4, ...onFakeNodes } }));
    const [a, b] = await Promise.all(
      [one, many].map((object) => until(api, namespace, object.metadata.name, "Succeeded", "Finished")),
    );
    expect(a?.status?.genotype).toBe(b?.status?.genotype);
  });

  it("leaves nothing when an object is deleted: no Job, no pod, no search", async () => {
    const applied = await create(api, manifest(namespace, "deleted"));
    await until(api, namespace, "deleted", "Running", "Training");
    await remove(api, namespace, "deleted");
    await gone("deleted");
    expect(await trainersOf(searchIdOfObject(applied))).toEqual([]);
    expect(
      (await jobsIn(api, namespace)).filter(({ metadata }) => metadata.name.startsWith(searchIdOfObject(applied))),
    ).toEqual([]);
    const { searches } = await mesh.search.listSearches({ pageSize: 1000 });
    expect(
      searches.filter(({ searchId }) => searchId === searchIdOfObject(applied) && true).map(({ state }) => state),
    ).toEqual([]);
  });

  it("gives GPUs back at once when a search is suspended, and continues to the same genotype", async () => {
    const applied = await create(api, manifest(namespace, "rested", { seed: 3, parallel: 1 }));
    await until(api, namespace, "rested", "Running", "Training");
    await change(api, namespace, "rested", { suspend: true });
    await until(api, namespace, "rested", "Suspended", "BySpec");
    await eventually("No trainers", 30, async () => expect(await trainersOf(searchIdOfObject(applied))).toEqual([]));
    await change(api, namespace, "rested", { suspend: false });
    const { status } = await until(api, namespace, "rested", "Succeeded", "Finished");
    expect(status?.genotype).toBe((await get(api, namespace, "alone")).status?.genotype);
  });

  it("does not resume what someone paused through the API", async () => {
    const applied = await create(api, manifest(namespace, "paused", { suspend: false }));
    await until(api, namespace, "paused", "Running", "Training");
    await mesh.search.pauseSearch({ searchId: searchIdOfObject(applied) });
    const { status } = await until(api, namespace, "paused", "Suspended", "ByClient");
    expect(status?.conditions?.find(({ type }) => type === "Suspended")?.message).toMatch(/bnas resume/);
    await mesh.search.resumeSearch({ searchId: searchIdOfObject(applied) });
    await until(api, namespace, "paused", "Succeeded", "Finished");
  });

  it("ends with the best genotype when the budget is spent", async () => {
    // Each simulated job says that it took a quarter of a second.
    await create(api, manifest(namespace, "budget", { budget: { gpuSeconds: 2 } }));
    const object = await until(api, namespace, "budget", "Succeeded", "BudgetSpent");
    expect(object.status?.genotype).toMatch(/^Genotype\(/);
    expect(object.status?.gpuSecondsSpent).toBeGreaterThanOrEqual(2);
  });

  /** Whatever happens to the trainers, the search comes to the genotype that it has without. */
  const comesToTheSame = async (name: string, seconds = 60) => {
    const { status } = await until(api, namespace, name, "Succeeded", "Finished", seconds);
    expect(status?.genotype).toBe((await get(api, namespace, "alone")).status?.genotype);
  };
  const strikePod = (id: string, strike: (pod: string) => Promise<unknown>) =>
    eventually("A pod to strike", 60, async () => {
      const [pod] = (await trainersOf(id)).filter(({ status }) => status?.phase === "Running");
      if (pod === undefined) throw new Error("none");
      await strike(pod.metadata.name);
    });
  const evict = (pod: string) =>
    api.call({
      method: "POST",
      path: `${podsPath(namespace)}/${pod}/eviction`,
      body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name: pod, namespace } },
    });

  it("has jobs done again whose pods are evicted, as a drain and a preemption do, without a pause", async () => {
    const applied = await create(api, manifest(namespace, "evicted", { seed: 3 }));
    await until(api, namespace, "evicted", "Running", "Training");
    for (let strike = 0; strike < 4; strike++) await strikePod(searchIdOfObject(applied), evict);
    await comesToTheSame("evicted");
  });

  it("has jobs done again whose pods someone deleted", async () => {
    const applied = await create(api, manifest(namespace, "struck", { seed: 3 }));
    await until(api, namespace, "struck", "Running", "Training");
    const path = podsPath(namespace);
    for (let strike = 0; strike < 2; strike++) {
      await strikePod(searchIdOfObject(applied), (pod) => api.call({ method: "DELETE", path: `${path}/${pod}` }));
    }
    // A Job waits 10, then 20 seconds before it makes another pod for one that failed.
    await comesToTheSame("struck", 120);
  });

  it("continues elsewhere when the node of a trainer is lost", async () => {
    const lost = "operator-lost-0";
    await makeGpuNodes(api, [lost], 4);
    const where = { ...onFakeNodes, nodeSelector: { "kubernetes.io/hostname": lost } };
    await create(api, manifest(namespace, "lost", { seed: 3, trainers: { max: 1, ...where } }));
    await until(api, namespace, "lost", "Running", "Training");
    trainers.lose(lost);
    await removeNodes(api, [lost]);
    await until(api, namespace, "lost", "Running", "Unschedulable", 150);
    await change(api, namespace, "lost", { trainers: { nodeSelector: { "kubernetes.io/hostname": nodes[1] } } });
    await comesToTheSame("lost", 120);
  });

  const jobsOf = async (object: ArchitectureSearch) =>
    (await jobsIn(api, namespace)).filter(({ metadata }) => metadata.name.startsWith(searchIdOfObject(object)));

  it("makes a trainer again that someone deleted", async () => {
    const applied = await create(api, manifest(namespace, "robbed", { trainers: { min: 1, max: 1, ...onFakeNodes } }));
    await until(api, namespace, "robbed", "Running", "Training");
    const [job] = await jobsOf(applied);
    const path = jobPath(namespace, job?.metadata.name ?? "");
    await api.call({ method: "DELETE", path, body: { propagationPolicy: "Foreground" } });
    await until(api, namespace, "robbed", "Succeeded", "Finished");
  });

  describe("says why a search does not get on, and what to do", () => {
    const shows = async (name: string, spec: object, type: string, reason: string, says: RegExp) => {
      await create(api, manifest(namespace, name, spec));
      const object = await until(api, namespace, name, type, reason);
      expect(messageOf(object, type)).toMatch(says);
      expect(messageOf(object, type)).toMatch(/Next: /);
      await remove(api, namespace, name);
      await gone(name);
    };

    it("no GPU is free", () =>
      shows(
        "greedy",
        { trainers: { max: 1, ...onFakeNodes, resources: { limits: { "nvidia.com/gpu": 100 } } } },
        "Running",
        "NoGpuFree",
        /Insufficient nvidia\.com\/gpu/,
      ));

    it("no node has the labels", () =>
      shows(
        "picky",
        { trainers: { max: 1, ...onFakeNodes, nodeSelector: { type: "kwok", no: "such" } } },
        "Running",
        "Unschedulable",
        /node/,
      ));

    it("fields do not go together once the preset has filled them in", () =>
      shows("odd", { network: { cells: 2, channels: 5 } }, "Accepted", "InvalidSpec", /spec\.network\.partial/));

    it("the dataset cannot be read", () =>
      shows("blind", { dataset: "cifar10:/no/such/folder" }, "DatasetReady", "Unreadable", /no\/such\/folder/));

    it("the store of blobs cannot be written, and continues by itself when it can", async () => {
      await mesh.loseStore();
      await create(api, manifest(namespace, "homeless"));
      const object = await until(api, namespace, "homeless", "Running", "StoreNotWritable");
      expect(messageOf(object, "Running")).toMatch(/store of blobs cannot be written.*Next: Make room/);
      expect(await jobsOf(object)).toEqual([]);
      await mesh.repairStore();
      await until(api, namespace, "homeless", "Succeeded", "Finished");
    });

    it("the image is not allowed", () =>
      shows(
        "foreign",
        { trainers: { max: 1, image: "somewhere/else:1" } },
        "Accepted",
        "ImageNotAllowed",
        /trainers\.image/,
      ));

    it("the API server refuses the trainers", () =>
      shows(
        "wrong",
        { trainers: { max: 1, tolerations: [{ key: "", operator: "Equal" }] } },
        "Accepted",
        "TrainersRefused",
        /tolerations/,
      ));

    it("a quota of the namespace is used up", async () => {
      const body = {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none", namespace },
        spec: { hard: { "requests.nvidia.com/gpu": "0" } },
      };
      const path = `/api/v1/namespaces/${namespace}/resourcequotas/none`;
      await api.apply(path, body, { fieldManager: "test" });
      await eventually("The quota", 20, async () => {
        const { status } = await api.call<{ readonly status?: { readonly hard?: object } }>({ method: "GET", path });
        if (status?.hard === undefined) throw new Error("not counted yet");
      });
      try {
        await shows("poor", {}, "Running", "QuotaExceeded", /exceeded quota: none/);
      } finally {
        await api.call({ method: "DELETE", path });
      }
    });

    it("the pods need a priority class that is not there", () =>
      shows(
        "proud",
        { trainers: { max: 1, ...onFakeNodes, priorityClassName: "no-such" } },
        "Running",
        "PodRefused",
        /no-such/,
      ));

    it("the pruner does not answer, while trainers continue", async () => {
      await create(api, manifest(namespace, "cut-off", { seed: 3 }));
      await until(api, namespace, "cut-off", "Running", "Training");
      const before = (await jobsIn(api, namespace)).map(({ metadata }) => metadata.uid);
      await mesh.down();
      const object = await until(api, namespace, "cut-off", "Running", "MeshUnreachable");
      expect(messageOf(object, "Running")).toMatch(/Next: kubectl get pods/);
      expect((await jobsIn(api, namespace)).map(({ metadata }) => metadata.uid)).toEqual(before);
      await mesh.up();
      await until(api, namespace, "cut-off", "Succeeded", "Finished");
    });
  });

  it("writes an event for each turn that a search takes", async () => {
    const { items } = await api.call<{
      readonly items: readonly {
        readonly regarding: { readonly name: string };
        readonly reason: string;
        readonly type: string;
      }[];
    }>({
      method: "GET",
      path: `/apis/events.k8s.io/v1/namespaces/${namespace}/events`,
    });
    const reasons = items.filter(({ regarding }) => regarding.name === "whole").map(({ reason }) => reason);
    expect(reasons).toEqual(expect.arrayContaining(["Valid", "Readable", "Training", "Finished"]));
    expect(items.find(({ reason }) => reason === "NoGpuFree")?.type).toBe("Warning");
  });

  it("needs every right that it is given, and has no other", async () => {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const { KubeApi } = await import("../../services/operator/src/kube/kube-api.js");
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const restricted = new KubeApi(config);
    const { status } = await restricted.call<{
      readonly status: {
        readonly resourceRules: readonly {
          readonly verbs: readonly string[];
          readonly apiGroups: readonly string[];
          readonly resources: readonly string[];
        }[];
      };
    }>({
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews",
      body: { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } },
    });
    const has = status.resourceRules
      // What every authenticated user may ask about himself.
      .filter(({ apiGroups }) => !apiGroups.some((group) => /^(authorization|authentication)\.k8s\.io$/.test(group)))
      .flatMap(({ verbs, apiGroups, resources }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource} ${group}`)),
        ),
      );
    const asked = operatorPermissions.map(
      ({ verb, group, resource, subresource }) =>
        `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`} ${group}`,
    );
    const lease = [
      "create leases coordination.k8s.io",
      "get leases coordination.k8s.io",
      "update leases coordination.k8s.io",
    ];
    expect(has.sort()).toEqual([...asked, ...lease].sort());
    for (const [method, path] of [
      ["GET", `/api/v1/namespaces/${namespace}/secrets`],
      ["GET", `/api/v1/namespaces/${namespace}/configmaps`],
      ["DELETE", `/api/v1/namespaces/${namespace}/pods/any`],
      ["GET", "/api/v1/nodes"],
      ["GET", "/apis/apps/v1/deployments"],
      ["DELETE", `/api/v1/namespaces/${namespace}`],
      ["GET", "/apis/rbac.authorization.k8s.io/v1/clusterroles"],
    ] as const) {
      await expect(restricted.call({ method, path }), path).rejects.toMatchObject({ status: 403 });
    }
    restricted.close();
  });
});
