import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Cluster } from "./kubernetes.js";

const chart = fileURLToPath(new URL("../../charts/bnas", import.meta.url));

export type Values = { readonly [name: string]: unknown };

/** An installation of the chart in a namespace, by helm as a person uses it. */
export class Release {
  readonly name = "bnas";
  readonly namespace: string;
  readonly #cluster: Cluster;

  constructor(cluster: Cluster, namespace: string) {
    this.#cluster = cluster;
    this.namespace = namespace;
  }

  /** Of the process that calls kubectl. */
  get env(): NodeJS.ProcessEnv {
    return { ...process.env, ...this.#cluster.env };
  }

  /** Install or upgrade, and wait until every pod is Ready. A CRD that is there, of another test, becomes the release's. */
  async upgrade(values: Values): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), "bnas-release-"));
    const file = join(folder, "values.json");
    await writeFile(file, JSON.stringify(values));
    try {
      await this.helm("upgrade", "--install", this.name, chart, "--values", file, "--take-ownership", ...waiting);
    } finally {
      await rm(folder, { recursive: true });
    }
  }

  rollback(revision: number): Promise<string> {
    return this.helm("rollback", this.name, String(revision), ...waiting);
  }

  uninstall(): Promise<string> {
    return this.helm("uninstall", this.name, "--ignore-not-found", ...waiting);
  }

  helm(...args: readonly string[]): Promise<string> {
    return this.#cluster.helm([...args, "--namespace", this.namespace]);
  }

  kubectl(...args: readonly string[]): Promise<string> {
    return this.#cluster.kubectl([...args, "--namespace", this.namespace]);
  }

  /** KIND/NAME of all that is in the namespace, but for what Kubernetes itself puts there and Events. */
  async objects(): Promise<readonly string[]> {
    const kinds = (await this.#cluster.kubectl(["api-resources", "--verbs=list", "--namespaced", "--output=name"]))
      .trim()
      .split("\n")
      .filter((kind) => !/^events|^(pod|node)s\.metrics/.test(kind));
    const found = await this.kubectl("get", kinds.join(","), "--ignore-not-found", "--output=name");
    const ofKubernetes = ["configmap/kube-root-ca.crt", "serviceaccount/default"];
    return found
      .split("\n")
      .filter((name) => name !== "" && !ofKubernetes.includes(name))
      .sort();
  }
}

const waiting = ["--wait", "--timeout", "300s"] as const;
