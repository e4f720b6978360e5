import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { parseAllDocuments } from "yaml";
import { KubeApi } from "../../services/operator/src/kube/kube-api.js";
import { isConflict, isGone, KubeFault } from "../../services/operator/src/kube/kube-fault.js";
import { jobsPath, podsPath, searchesPath, searchPath } from "../../services/operator/src/kube/paths.js";
import type { ArchitectureSearch } from "../../services/operator/src/status/architecture-search.js";
import type { KubeJob, Pod } from "../../services/operator/src/trainer/trainer-state.js";
import { eventually } from "./eventually.js";

// What tests of the operator need of a cluster, whichever KUBECONFIG names.

const repository = new URL("../..", import.meta.url).pathname;

const rbac = "/apis/rbac.authorization.k8s.io/v1";
/** What gives the operator of a namespace its permissions. */
const boundIn = (namespace: string): string => `bnas-operator-${namespace}`;

/** Why there is nothing to test on. */
export const noCluster =
  process.env.KUBECONFIG === undefined ? "KUBECONFIG names no cluster: npm run cluster:up" : undefined;

export const kubeConfig = (): KubeConfig => {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
};

/** The API server, as the administrator that KUBECONFIG names. */
export const admin = (): KubeApi => new KubeApi(kubeConfig());

const documents = (path: string): readonly { readonly kind: string; readonly metadata: { readonly name: string } }[] =>
  parseAllDocuments(readFileSync(join(repository, path), "utf8")).map((document) => document.toJS());

const paths: Readonly<Record<string, string>> = {
  CustomResourceDefinition: "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
  ClusterRole: "/apis/rbac.authorization.k8s.io/v1/clusterroles",
  Role: "/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles",
};

/** The CRD, and the permissions of the operator; its Lease is in this namespace. */
export const install = async (api: KubeApi, namespace: string): Promise<void> => {
  const files = ["deploy/crd/architecturesearches.bnas.dev.yaml", "deploy/operator/rbac.yaml"];
  for (const object of files.flatMap(documents)) {
    const path = paths[object.kind]?.replace("NAMESPACE", namespace);
    await api.apply(`${path}/${object.metadata.name}`, object, { fieldManager: "test" });
  }
  await eventually("The CRD", 30, () => api.call({ method: "GET", path: searchesPath(namespace) }));
};

export const makeNamespace = async (api: KubeApi, name = `operator-${randomUUID().slice(0, 8)}`): Promise<string> => {
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await api.apply(`/api/v1/namespaces/${name}`, body, { fieldManager: "test" });
  return name;
};

/** With what is in it, though no operator is there any more that would let go of it. */
export const removeNamespace = async (api: KubeApi, name: string): Promise<void> => {
  const { items } = await api.call<List<ArchitectureSearch>>({ method: "GET", path: searchesPath(name) });
  for (const { metadata } of items) {
    await api
      .call({
        method: "PATCH",
        path: searchPath(name, metadata.name),
        body: { metadata: { finalizers: null } },
        contentType: "application/merge-patch+json",
      })
      .catch(ignoreGone);
  }
  await api.call({ method: "DELETE", path: `/api/v1/namespaces/${name}` }).catch(ignoreGone);
  await api.call({ method: "DELETE", path: `${rbac}/clusterrolebindings/${boundIn(name)}` }).catch(ignoreGone);
};

const ignoreGone = (error: unknown): void => {
  if (!isGone(error) && !isConflict(error)) throw error;
};

/** Nodes that KWOK simulates, each with GPUs; pods run on them until they are deleted. */
export const makeGpuNodes = async (api: KubeApi, names: readonly string[], gpus: number): Promise<void> => {
  for (const name of names) {
    const size = { cpu: "32", memory: "256Gi", pods: "110", "nvidia.com/gpu": String(gpus) };
    const body = {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: { type: "kwok", "kubernetes.io/hostname": name },
        annotations: { "kwok.x-k8s.io/node": "fake" },
      },
      spec: { taints: [{ key: "bnas.dev/fake", effect: "NoSchedule" }] },
    };
    await api.apply(`/api/v1/nodes/${name}`, body, { fieldManager: "test" });
    await api.call({
      method: "PATCH",
      path: `/api/v1/nodes/${name}/status`,
      contentType: "application/merge-patch+json",
      body: { status: { capacity: size, allocatable: size } },
    });
  }
};

export const removeNodes = async (api: KubeApi, names: readonly string[]): Promise<void> => {
  for (const name of names) await api.call({ method: "DELETE", path: `/api/v1/nodes/${name}` }).catch(ignoreGone);
};

/** Where trainers run that are simulated: on the nodes of makeGpuNodes, with a GPU. */
export const onFakeNodes = {
  resources: { limits: { "nvidia.com/gpu": 1 } },
  nodeSelector: { type: "kwok" },
  tolerations: [{ key: "bnas.dev/fake", operator: "Exists" }],
} as const;

/** A kubeconfig of a service account that may do what deploy/operator/rbac.yaml says, in every namespace, and nothing else. */
export const asOperator = async (api: KubeApi, namespace: string): Promise<string> => {
  const name = "operator";
  const subjects = [{ kind: "ServiceAccount", name, namespace }];
  const role = (kind: string, roleName: string) => ({ apiGroup: "rbac.authorization.k8s.io", kind, name: roleName });
  const bound = boundIn(namespace);
  await api.apply(
    `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`,
    { apiVersion: "v1", kind: "ServiceAccount", metadata: { name, namespace } },
    { fieldManager: "test" },
  );
  await api.apply(
    `${rbac}/clusterrolebindings/${bound}`,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "ClusterRoleBinding",
      metadata: { name: bound },
      subjects,
      roleRef: role("ClusterRole", "bnas-operator"),
    },
    { fieldManager: "test" },
  );
  await api.apply(
    `${rbac}/namespaces/${namespace}/rolebindings/bnas-operator-lease`,
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "bnas-operator-lease", namespace },
      subjects,
      roleRef: role("Role", "bnas-operator-lease"),
    },
    { fieldManager: "test" },
  );
  const { status } = await api.call<{ readonly status: { readonly token: string } }>({
    method: "POST",
    path: `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`,
    body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { expirationSeconds: 7200 } },
  });
  const cluster = kubeConfig().getCurrentCluster();
  const path = join(mkdtempSync(join(tmpdir(), "bnas-operator-")), "kubeconfig");
  const text = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: cluster?.server, "certificate-authority-data": authority() } }],
    users: [{ name, user: { token: status.token } }],
    contexts: [{ name: "c", context: { cluster: "c", user: name } }],
    "current-context": "c",
  };
  writeFileSync(path, JSON.stringify(text), { mode: 0o600 });
  return path;
};

const authority = (): string | undefined => {
  const cluster = kubeConfig().getCurrentCluster();
  if (cluster?.caData !== undefined) return cluster.caData;
  return cluster?.caFile === undefined ? undefined : readFileSync(cluster.caFile).toString("base64");
};

export const trainerTemplate = (
  images: object = { wasm: "bnas-mesh/services:test", gpu: "bnas-mesh/trainer-gpu:test" },
): string => {
  const path = join(mkdtempSync(join(tmpdir(), "bnas-operator-")), "trainer.yaml");
  const container = {
    name: "trainer",
    imagePullPolicy: "IfNotPresent",
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] }, readOnlyRootFilesystem: true },
  };
  const spec = {
    terminationGracePeriodSeconds: 5,
    securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
    containers: [container],
  };
  writeFileSync(path, JSON.stringify({ images, engine: "wasm", template: { spec } }));
  return path;
};

export type OperatorProcess = {
  readonly child: ChildProcess;
  /** Everything that it wrote. */
  readonly log: () => string;
  readonly ended: Promise<number | null>;
};

/** An operator as a process of its own, which serves this namespace. */
export const startOperatorProcess = async (options: {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly pruner: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Until it leads; else until it listens. */
  readonly until?: RegExp;
}): Promise<OperatorProcess> => {
  const { kubeconfig, namespace, pruner, env = {}, until = /"leads"/ } = options;
  const child = spawn(process.execPath, [join(repository, "services/operator/dist/main.js")], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      KUBECONFIG: kubeconfig,
      BNAS_PRUNER: pruner,
      BNAS_WATCH_NAMESPACES: namespace,
      BNAS_LEASE_NAMESPACE: namespace,
      BNAS_TRAINER_TEMPLATE: trainerTemplate(),
      BNAS_IDENTITY: `operator-${randomUUID().slice(0, 8)}`,
      BNAS_POLL_SECONDS: "0.2",
      BNAS_IDLE_SECONDS: "3",
      BNAS_START_SECONDS: "0",
      ...env,
    },
    stdio: ["ignore", "inherit", "pipe"],
  });
  let written = "";
  child.stderr?.on("data", (data: Buffer) => {
    written += data;
  });
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  await eventually("The operator", 60, async () => {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}: ${written.slice(-2000)}`);
    if (!until.test(written)) throw new Error(written.slice(-2000));
  });
  return { child, log: () => written, ended };
};

export const stopOperator = async (
  operator: OperatorProcess | undefined,
  signal: NodeJS.Signals = "SIGTERM",
): Promise<void> => {
  operator?.child.kill(signal);
  await operator?.ended;
};

/** A search of few and short jobs. */
export const manifest = (namespace: string, name: string, spec: object = {}): object => ({
  apiVersion: "bnas.dev/v1alpha1",
  kind: "ArchitectureSearch",
  metadata: { name, namespace },
  spec: {
    dataset: "shapes:?classes=3&size=8&images=120&test=30",
    preset: "smoke",
    ...tiny,
    trainers: { max: 4, ...onFakeNodes },
    ...spec,
  },
});
const tiny = {
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 30 },
} as const;

export const create = (
  api: KubeApi,
  object: object,
  query: Readonly<Record<string, string>> = {},
): Promise<ArchitectureSearch> => {
  const { namespace } = (object as ArchitectureSearch).metadata;
  return api.call({
    method: "POST",
    path: searchesPath(namespace),
    body: object,
    query: { fieldValidation: "Strict", ...query },
  });
};

export const get = (api: KubeApi, namespace: string, name: string): Promise<ArchitectureSearch> =>
  api.call({ method: "GET", path: searchPath(namespace, name) });

export const change = (api: KubeApi, namespace: string, name: string, spec: object): Promise<ArchitectureSearch> =>
  api.call({
    method: "PATCH",
    path: searchPath(namespace, name),
    body: { spec },
    contentType: "application/merge-patch+json",
  });

export const remove = async (api: KubeApi, namespace: string, name: string): Promise<void> => {
  await api.call({ method: "DELETE", path: searchPath(namespace, name) }).catch(ignoreGone);
};

/** Reason of a condition; "" when it is not said. */
export const reasonOf = ({ status }: ArchitectureSearch, type: string): string =>
  status?.conditions?.find((condition) => condition.type === type)?.reason ?? "";

export const messageOf = ({ status }: ArchitectureSearch, type: string): string =>
  status?.conditions?.find((condition) => condition.type === type)?.message ?? "";

/** The object, once a condition has this reason. */
export const until = (
  api: KubeApi,
  namespace: string,
  name: string,
  type: string,
  reason: string,
  seconds = 60,
): Promise<ArchitectureSearch> =>
  eventually(`${type} ${reason} of ${name}`, seconds, async () => {
    const object = await get(api, namespace, name);
    if (reasonOf(object, type) !== reason)
      throw new Error(JSON.stringify(object.status?.conditions?.map((one) => [one.type, one.reason, one.message])));
    return object;
  });

type List<Item> = { readonly items: readonly Item[] };
export const jobsIn = async (api: KubeApi, namespace: string): Promise<readonly KubeJob[]> =>
  (await api.call<List<KubeJob>>({ method: "GET", path: jobsPath(namespace) })).items;
export const podsIn = async (api: KubeApi, namespace: string): Promise<readonly Pod[]> =>
  (await api.call<List<Pod>>({ method: "GET", path: podsPath(namespace) })).items;

/** What a call was refused with. */
export const refusalOf = async (call: Promise<unknown>): Promise<KubeFault> => {
  try {
    await call;
  } catch (error) {
    if (error instanceof KubeFault) return error;
    throw error;
  }
  throw new Error("it was not refused");
};
