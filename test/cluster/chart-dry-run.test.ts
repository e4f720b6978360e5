import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installations } from "../chart/installations.js";
import type { KubernetesObject, Pod } from "../chart/kubernetes-objects.js";
import { podsOf, renderIn } from "../chart/rendered.js";
import { type Cluster, type Namespace, useCluster } from "./kubernetes.js";

const use = await useCluster();
const skipped = "reason" in use;

/** Kinds of others, whose definitions this cluster does not have. */
const foreign = ["Certificate", "Issuer", "ScaledObject", "ServiceMonitor", "PrometheusRule"];

describe.skipIf(skipped)(`the API server${skipped ? ` (skipped: ${use.reason})` : ""}`, () => {
  // Only where the tests run at all.
  const cluster = "cluster" in use ? use.cluster : (undefined as unknown as Cluster);
  let home: Namespace;
  let team: Namespace;
  beforeAll(async () => {
    [home, team] = await Promise.all([cluster.namespace("dry"), cluster.namespace("team")]);
  });
  afterAll(async () => {
    await home[Symbol.asyncDispose]();
    await team[Symbol.asyncDispose]();
  });

  /** What it would apply here: namespaces of the example are the test's. */
  const rendered = async (values: object): Promise<readonly KubernetesObject[]> => {
    const text = JSON.stringify(values)
      .replaceAll(/"team-[ab]"/g, `"${team.name}"`)
      .replace(/\[("[^"]+"),\1\]/, "[$1]");
    return renderIn(home.name, JSON.parse(text));
  };
  const dryRun = (objects: readonly object[]) =>
    cluster.kubectl(
      ["apply", "--server-side", "--dry-run=server", "--force-conflicts", "--validate=strict", "--filename=-"],
      JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
    );
  /** The claims of a StatefulSet, which are volumes of its pods alone. */
  const claimed = ({ containers, volumes = [] }: Pod["spec"]) =>
    containers
      .flatMap(({ volumeMounts = [] }) => volumeMounts)
      .filter(({ name }) => !volumes.some((volume) => volume.name === name))
      .map(({ name }) => ({ name, emptyDir: {} }));
  /** A pod as Pod Security sees it when a Deployment or the operator makes it. */
  const asPod = ({ labels, spec }: Pod, number: number) => ({
    apiVersion: "v1",
    kind: "Pod",
    // The account is not there in a dry run; a template of the operator becomes a Job's, which says this.
    metadata: { name: `dry-${number}`, namespace: home.name, labels },
    spec: {
      ...spec,
      serviceAccountName: "default",
      restartPolicy: "Never",
      volumes: [...(spec.volumes ?? []), ...claimed(spec)],
    },
  });

  for (const [name, values] of Object.entries(installations)) {
    it(`takes every object and every pod of an installation ${name}`, async () => {
      const objects = await rendered(values);
      const ours = objects.filter(({ kind }) => !foreign.includes(kind) && kind !== "Pod");
      const said = await dryRun([...ours, ...podsOf(objects).map(asPod)]);
      expect(
        said
          .trim()
          .split("\n")
          .filter((line) => !line.endsWith("serverside-applied (server dry run)")),
      ).toEqual([]);
    });
  }

  it("refuses a pod that the chart would not make, so that the above says something", async () => {
    const [pod] = podsOf(await rendered({}));
    if (pod === undefined) throw new Error("no pod");
    const loose = { ...pod, spec: { ...pod.spec, securityContext: {} } };
    await expect(dryRun([asPod(loose, 0)])).rejects.toThrow(/violates PodSecurity "restricted/);
  });
});
