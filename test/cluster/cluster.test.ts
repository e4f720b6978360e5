import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { addFakeNodes, onFakeNodes } from "./fake-nodes.js";
import { type Cluster, type Namespace, useCluster } from "./kubernetes.js";
import { probe, probePod } from "./probe.js";

const use = await useCluster();
const skipped = "reason" in use;

describe.skipIf(skipped)(`the cluster of the tests${skipped ? ` (skipped: ${use.reason})` : ""}`, () => {
  let cluster: Cluster;
  let server: Namespace;
  let other: Namespace;

  beforeAll(async () => {
    if (skipped) return;
    cluster = use.cluster;
    [server, other] = await Promise.all([cluster.namespace("served"), cluster.namespace("other")]);
    const labels = { app: "server" };
    await cluster.apply(probePod({ namespace: server.name, name: "server", args: ["serve", "8080"], labels }), {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "server", namespace: server.name },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    });
    await cluster.kubectl([...inside(server), "wait", "--for=condition=Ready", "pod/server", "--timeout=120s"]);
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await other?.[Symbol.asyncDispose]();
  });

  const inside = (namespace: Namespace): readonly string[] => ["--namespace", namespace.name];
  const call = (labels: Readonly<Record<string, string>> = {}) =>
    probe(cluster, {
      namespace: other.name,
      args: ["get", `http://server.${server.name}.svc.cluster.local`],
      labels,
    });

  it("has a node that is Ready", async () => {
    expect(await cluster.kubectl(["get", "nodes"])).toMatch(/ Ready /);
  });

  it("lets no pod in that the restricted Pod Security forbids", async () => {
    const spec = { containers: [{ name: "loose", image: "bnas.dev/probe:cluster" }] };
    const loose = probePod({ namespace: server.name, name: "loose", args: [], spec });
    await expect(cluster.apply(loose)).rejects.toThrow(/violates PodSecurity "restricted/);
  });

  it("resolves the name of a Service and answers through it", async () => {
    expect(await call()).toEqual({ succeeded: true, output: "server\n" });
  });

  it("lets in only those whom a NetworkPolicy names", async () => {
    await cluster.apply({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "friends", namespace: server.name },
      spec: {
        podSelector: { matchLabels: { app: "server" } },
        policyTypes: ["Ingress"],
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": other.name } },
                podSelector: { matchLabels: { friend: "yes" } },
              },
            ],
          },
        ],
      },
    });
    // The policy comes into force a moment after it is written.
    await expect.poll(async () => (await call()).succeeded, { timeout: 60_000 }).toBe(false);
    expect((await call({ friend: "yes" })).succeeded).toBe(true);
    await cluster.kubectl([...inside(server), "delete", "networkpolicy", "friends"]);
    expect((await call()).succeeded).toBe(true);
  });

  it("gives a claim a volume that a pod without root can write to, and takes both away", async () => {
    await cluster.apply({
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "store", namespace: other.name },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    });
    const written = await probe(cluster, { namespace: other.name, args: ["write", "/store/file"], claim: "store" });
    expect(written).toEqual({ succeeded: true, output: "" });
    const path = "--output=jsonpath={.spec.volumeName}";
    const volume = await cluster.kubectl([...inside(other), "get", "pvc", "store", path]);
    await cluster.kubectl([...inside(other), "delete", "pvc", "store", "--timeout=60s"]);
    await cluster.kubectl(["wait", "--for=delete", `pv/${volume}`, "--timeout=60s"]);
  });

  it("puts a pod that asks for a GPU on a simulated node", async () => {
    const name = `gpu-${other.name}`;
    await using _nodes = await addFakeNodes(cluster, [name]);
    const limits = { "nvidia.com/gpu": "1" };
    const securityContext = { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } };
    const spec = {
      ...onFakeNodes,
      containers: [{ name: "trainer", image: "bnas.dev/none:ever", resources: { limits }, securityContext }],
    };
    await cluster.apply(probePod({ namespace: other.name, name: "trainer", args: [], spec }));
    await cluster.kubectl([...inside(other), "wait", "--for=condition=Ready", "pod/trainer", "--timeout=60s"]);
    const where = ["get", "pod", "trainer", "--output=jsonpath={.spec.nodeName}"];
    expect(await cluster.kubectl([...inside(other), ...where])).toBe(name);
    await cluster.kubectl([...inside(other), "delete", "pod", "trainer", "--timeout=60s"]);
  });
});
