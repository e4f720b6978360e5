import { parseAllDocuments } from "yaml";
import { eventually } from "../eventually.js";
import type { Cluster } from "../kubernetes.js";
import { buildKueue } from "./build.js";

const home = "kueue-system";
const deployment = "deployment/kueue-controller-manager";
const at = `--namespace=${home}`;
const ours = { "bnas.dev/test": "kueue" };

type KubeObject = { readonly kind: string; readonly metadata: { readonly name: string } };

/** Every object of Kueue's that a test makes, and that blocks the deletion of another by a finalizer. */
const kinds = ["workloads", "localqueues", "clusterqueues", "resourceflavors"].map((name) => `${name}.kueue.x-k8s.io`);

/**
 * Kueue, installed as its own chart does, for the Jobs of one namespace: no webhook of it sees a Job of another one, so that it may
 * come and go while others use the cluster. Without its on-demand API, whose APIService would keep namespaces from being deleted
 * while no pod answers for it. Disposing of it removes all of it, and all queues and workloads.
 */
export async function installKueue(cluster: Cluster, namespace: string): Promise<AsyncDisposable> {
  await refuseToReplace(cluster);
  const { version, image, chart } = await buildKueue();
  await cluster.provide(image);
  const objects = await render(cluster, { chart, namespace, version });
  const labels = { ...ours, "pod-security.kubernetes.io/enforce": "restricted" };
  await eventually(`An end of an earlier ${home}`, 120, () =>
    cluster.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name: home, labels } }, ...objects),
  );
  await ready(cluster);
  return { [Symbol.asyncDispose]: () => uninstall(cluster, objects) };
}

/** Kueue is unavailable, as between two versions or when its node is lost, until this is disposed of. */
export async function withoutKueue(cluster: Cluster): Promise<AsyncDisposable> {
  await cluster.kubectl([at, "scale", deployment, "--replicas=0"]);
  await cluster.kubectl([at, "wait", "pods", "--all", "--for=delete", "--timeout=60s"]);
  return {
    [Symbol.asyncDispose]: async () => {
      await cluster.kubectl([at, "scale", deployment, "--replicas=1"]);
      await ready(cluster);
    },
  };
}

async function ready(cluster: Cluster): Promise<void> {
  let looks = 0;
  await eventually("Kueue", 300, async () => {
    // It waits for a certificate that it made itself, which the kubelet brings with its next look at the pod: every 90 seconds,
    // or when something changes at it.
    await cluster.kubectl([at, "annotate", "pods", "--all", "--overwrite", `bnas.dev/look=${++looks}`]);
    await cluster.kubectl([at, "rollout", "status", deployment, "--timeout=3s"]);
  });
}

/** A test must not replace a Kueue that exists. */
async function refuseToReplace(cluster: Cluster): Promise<void> {
  const found = await cluster.kubectl(["get", "crd", "clusterqueues.kueue.x-k8s.io", "--ignore-not-found", "-o=name"]);
  if (found === "") return;
  const left = await cluster.kubectl([
    "get",
    "namespace",
    home,
    "--ignore-not-found",
    "-o=jsonpath={.metadata.labels}",
  ]);
  if (!left.includes(Object.keys(ours).join()))
    throw new Error("The cluster of KUBECONFIG has a Kueue of its own, which this test would replace.");
}

async function render(
  cluster: Cluster,
  { chart, namespace, version }: { readonly chart: string; readonly namespace: string; readonly version: string },
): Promise<readonly KubeObject[]> {
  const config = {
    apiVersion: "config.kueue.x-k8s.io/v1beta2",
    kind: "Configuration",
    health: { healthProbeBindAddress: ":8081" },
    metrics: { bindAddress: ":8443" },
    webhook: { port: 9443 },
    leaderElection: { leaderElect: false },
    integrations: { frameworks: ["batch/job"] },
    managedJobsNamespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    featureGates: { VisibilityOnDemand: false },
  };
  const probe = { initialDelaySeconds: 5, timeoutSeconds: 5, failureThreshold: 30 };
  const controllerManager = {
    manager: {
      image: { repository: "bnas.dev/kueue", tag: version, pullPolicy: "Never" },
      resources: { requests: { cpu: "50m", memory: "128Mi" }, limits: { memory: "512Mi" } },
    },
    // The machine of the cluster may be busy.
    readinessProbe: probe,
    livenessProbe: probe,
  };
  const managerConfig = { controllerManagerConfigYaml: JSON.stringify(config) };
  const text = await cluster.helm([
    ...["template", "kueue", chart, "--namespace", home],
    ...Object.entries({ controllerManager, managerConfig }).flatMap(([name, value]) => [
      "--set-json",
      `${name}=${JSON.stringify(value)}`,
    ]),
  ]);
  return parseAllDocuments(text)
    .map((document): KubeObject | null => document.toJS())
    .filter((object): object is KubeObject => object !== null && object.kind !== "APIService");
}

async function uninstall(cluster: Cluster, objects: readonly KubeObject[]): Promise<void> {
  // While Kueue is there to let go of them.
  for (const kind of kinds)
    await cluster.kubectl(["delete", kind, "--all", "--all-namespaces", "--ignore-not-found", "--timeout=120s"]);
  // Nothing is to ask a webhook that is gone.
  const first = objects.filter(({ kind }) => kind.endsWith("WebhookConfiguration"));
  const rest = objects.filter((object) => !first.includes(object));
  for (const items of [first, rest]) {
    const list = { apiVersion: "v1", kind: "List", items };
    await cluster.kubectl(["delete", "--filename=-", "--ignore-not-found", "--timeout=120s"], JSON.stringify(list));
  }
  await cluster.kubectl(["delete", "namespace", home, "--ignore-not-found", "--timeout=120s"]);
}
