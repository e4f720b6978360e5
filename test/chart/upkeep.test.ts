import { describe, expect, it } from "vitest";
import { helmBinary, helmMissing } from "./helm.js";
import { installations } from "./installations.js";
import { componentOf, type KubernetesObject, type Labels, selects } from "./kubernetes-objects.js";
import { podsOf, render } from "./rendered.js";

const named = (objects: readonly KubernetesObject[], kind: string, name: string) =>
  objects.find((object) => object.kind === kind && object.metadata.name === name);
const selectorOf = ({ spec }: KubernetesObject): { readonly matchLabels: Labels } =>
  spec?.selector as { readonly matchLabels: Labels }; // Of budgets and Deployments it is one.

describe.skipIf(helmBinary === undefined)(`the upkeep of an installation${helmMissing}`, () => {
  it("lets a drain take one pod of each service at a time, and never waits without end", async () => {
    const objects = await render({ operator: { replicas: 2 }, nats: { replicas: 3 } });
    const budgets = objects.filter(({ kind }) => kind === "PodDisruptionBudget");
    expect(
      budgets
        .map(selectorOf)
        .map(({ matchLabels }) => componentOf(matchLabels))
        .sort(),
    ).toEqual(["dataset", "evaluator", "nats", "operator", "pruner"]);
    for (const { spec } of budgets)
      expect(spec).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
  });

  it("leaves trainers of the operator out of budgets: Jobs cannot be counted by maxUnavailable, and would block every eviction", async () => {
    const objects = await render({ trainer: { replicas: 1 } });
    const trainer = podsOf(objects).find(({ name }) => name === "the operator's trainer");
    for (const budget of objects.filter(({ kind }) => kind === "PodDisruptionBudget")) {
      expect(selects(selectorOf(budget), trainer?.labels ?? {}), budget.metadata.name).toBe(false);
    }
  });

  for (const [name, values] of Object.entries(installations)) {
    it(`${name}: selects pods by labels that no upgrade changes`, async () => {
      for (const object of await render(values)) {
        if (!["Deployment", "StatefulSet"].includes(object.kind)) continue;
        expect(Object.keys(selectorOf(object).matchLabels), object.metadata.name).toEqual([
          "app.kubernetes.io/name",
          "app.kubernetes.io/instance",
          "app.kubernetes.io/component",
        ]);
        const labels = Object.values(object.spec?.template?.metadata?.labels ?? {});
        expect(labels, "an upgrade of the chart alone restarts no pod").not.toContain("bnas-0.1.0");
      }
    });

    it(`${name}: puts everything into namespaces that are named, and no object there twice`, async () => {
      const ofCluster = ["CustomResourceDefinition", "ClusterRole", "ClusterRoleBinding"];
      const objects = await render(values);
      const names = objects.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ""} ${metadata.name}`);
      expect(names.filter((one, i) => names.indexOf(one) !== i)).toEqual([]);
      for (const { kind, metadata } of objects) {
        expect(metadata.namespace !== undefined, `${kind} ${metadata.name}`).toBe(!ofCluster.includes(kind));
      }
    });
  }

  it("keeps the CustomResourceDefinition when the release goes, by default", async () => {
    const kept = async (values: object) =>
      named(await render({ ...values }), "CustomResourceDefinition", "architecturesearches.bnas.dev")?.metadata
        .annotations;
    expect(await kept({})).toEqual({ "helm.sh/resource-policy": "keep" });
    expect(await kept({ crds: { keep: false } })).toBeUndefined();
  });

  it("keeps facts and blobs when the release goes", async () => {
    const objects = await render({ store: { kind: "volume" } });
    expect(named(objects, "StatefulSet", "bnas-nats")?.spec).toMatchObject({
      persistentVolumeClaimRetentionPolicy: { whenDeleted: "Retain", whenScaled: "Retain" },
    });
    expect(named(objects, "PersistentVolumeClaim", "bnas-blobs")?.metadata.annotations).toEqual({
      "helm.sh/resource-policy": "keep",
    });
  });

  it("makes NATS one server, or a cluster that keeps a copy on each", async () => {
    const of = async (replicas: number) => {
      const objects = await render({ nats: { replicas } });
      const config = named(objects, "ConfigMap", "bnas-nats")?.data?.["nats.conf"] ?? "";
      const pruner = podsOf(objects).find(({ labels }) => componentOf(labels) === "pruner");
      const log = pruner?.spec.containers[0]?.env?.find(({ name }) => name === "BNAS_LOG")?.value;
      return { routes: config.match(/nats:\/\/bnas-nats-\d\.bnas-nats-peers\.bnas-system:6222/g) ?? [], log, config };
    };
    const one = await of(1);
    expect(one.routes).toEqual([]);
    expect(one.config).toContain("sync_interval: always");
    expect(one.log).toBe("nats://bnas-nats.bnas-system:4222?stream=BNAS&replicas=1");
    const three = await of(3);
    expect(three.routes).toHaveLength(3);
    expect(three.log).toContain("replicas=3");
  });

  it("asks cert-manager for a certificate with every name that a service is called by", async () => {
    const objects = await render({
      tls: { mode: "cert-manager", certManager: { extraNames: ["bnas.example"] } },
      nats: { replicas: 3 },
    });
    const certificates = objects.filter(({ kind }) => kind === "Certificate");
    expect(certificates.map(({ metadata }) => metadata.name).sort()).toEqual([
      "bnas-ca",
      "bnas-dataset",
      "bnas-evaluator",
      "bnas-nats",
      "bnas-operator",
      "bnas-pruner",
      "bnas-trainer",
    ]);
    const namesOf = (name: string) => named(objects, "Certificate", name)?.spec?.dnsNames;
    expect(namesOf("bnas-dataset")).toContain("bnas-dataset.bnas-system");
    expect(namesOf("bnas-pruner")).toContain("bnas.example");
    expect(namesOf("bnas-nats")).toContain("*.bnas-nats-peers.bnas-system");
    // A pod with a certificate mounts the Secret that cert-manager fills.
    const secrets = certificates.map(({ spec }) => spec?.secretName);
    const mounted = podsOf(objects)
      .flatMap(({ spec }) => spec.volumes ?? [])
      .flatMap(({ secret }) => (secret?.secretName?.endsWith("-tls") ? [secret.secretName] : []));
    for (const name of mounted) expect(secrets).toContain(name);
  });

  it("scales the evaluator by what waits for it, by the name that its workers have", async () => {
    const objects = await render({ evaluator: { autoscaling: { kind: "keda", min: 0 } } });
    expect(named(objects, "ScaledObject", "bnas-evaluator")?.spec).toMatchObject({
      minReplicaCount: 0,
      triggers: [
        {
          type: "nats-jetstream",
          metadata: {
            account: "BNAS",
            stream: "BNAS",
            consumer: "evaluator",
            natsServerMonitoringEndpoint: "bnas-nats.bnas-system.svc:8222",
          },
        },
      ],
    });
    expect(named(objects, "Deployment", "bnas-evaluator")?.spec).not.toHaveProperty("replicas");
  });
});
