import { randomUUID } from "node:crypto";
import { eventually } from "./eventually.js";
import type { Cluster } from "./kubernetes.js";
import { probeImage } from "./own-images.js";

export type Probe = {
  readonly namespace: string;
  readonly name: string;
  /** For binaries/probe: `serve PORT`, `get URL`, `dial HOST:PORT`, `write FILE`, `wait`. */
  readonly args: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  /** A claim that it finds as the folder /store. */
  readonly claim?: string;
  /** What its spec has besides. */
  readonly spec?: object;
};

/** A pod that the strictest Pod Security lets in. */
export const probePod = ({ namespace, name, args, labels = {}, claim, spec = {} }: Probe): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace, labels },
  spec: {
    restartPolicy: "Never",
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: "RuntimeDefault" },
    },
    volumes: claim === undefined ? [] : [{ name: "store", persistentVolumeClaim: { claimName: claim } }],
    containers: [
      {
        name: "probe",
        image: probeImage,
        imagePullPolicy: "Never",
        args,
        volumeMounts: claim === undefined ? [] : [{ name: "store", mountPath: "/store" }],
        resources: { requests: { cpu: "10m", memory: "16Mi" }, limits: { memory: "64Mi" } },
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
      },
    ],
    ...spec,
  },
});

export type Probed = { readonly succeeded: boolean; readonly output: string };

/** Run a probe to its end, and tell how it went. One that is not let through gives up after 10 seconds. */
export async function probe(cluster: Cluster, what: Omit<Probe, "name">): Promise<Probed> {
  const name = `probe-${randomUUID().slice(0, 8)}`;
  await cluster.apply(probePod({ ...what, name }));
  const about = ["--namespace", what.namespace, `pod/${name}`];
  const phase = await eventually(`The end of ${name}`, 120, async () => {
    const now = await cluster.kubectl(["get", ...about, "--output=jsonpath={.status.phase}"]);
    if (now !== "Succeeded" && now !== "Failed") throw new Error(`it is ${now}`);
    return now;
  });
  const output = await cluster.kubectl(["logs", ...about]);
  await cluster.kubectl(["delete", ...about, "--wait=false"]);
  return { succeeded: phase === "Succeeded", output };
}
