import type { Cluster } from "./kubernetes.js";

/** What a node claims to have. */
type Resources = Readonly<Record<string, string>>;

const gpuMachine: Resources = { cpu: "64", memory: "512Gi", pods: "110", "nvidia.com/gpu": "8" };

/** Nodes that are not there: KWOK says that they are Ready, and that their pods run until they are deleted. */
export async function addFakeNodes(
  cluster: Cluster,
  names: readonly string[],
  has = gpuMachine,
): Promise<AsyncDisposable> {
  const taints = [{ key: "bnas.dev/fake", value: "true", effect: "NoSchedule" }];
  const labels = { type: "kwok", "bnas.dev/gpu": "fake" };
  await cluster.apply(
    ...names.map((name) => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: { ...labels, "kubernetes.io/hostname": name },
        annotations: { "kwok.x-k8s.io/node": "fake" },
      },
      spec: { taints },
    })),
  );
  const status = JSON.stringify({ status: { capacity: has, allocatable: has } });
  for (const name of names)
    await cluster.kubectl(["patch", "node", name, "--subresource=status", "--type=merge", "--patch", status]);
  return {
    [Symbol.asyncDispose]: async () => {
      await cluster.kubectl(["delete", "node", "--ignore-not-found", "--wait=false", ...names]);
    },
  };
}

/** What a pod needs to be let on a fake node; real pods stay off them without it. */
export const onFakeNodes = {
  tolerations: [{ key: "bnas.dev/fake", operator: "Exists" }],
  nodeSelector: { "bnas.dev/gpu": "fake" },
} as const;
