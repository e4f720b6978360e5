import { randomUUID } from "node:crypto";
import { clusterBinaries } from "./binaries.js";
import { run } from "./command.js";
import { type Image, loadImage } from "./images.js";
import { kubeconfig } from "./layout.js";
import { up, whyNot } from "./up.js";

/** A namespace that is deleted when its user disposes of it. */
export type Namespace = { readonly name: string } & AsyncDisposable;

/** A cluster to test on, and its clients as a person uses them. */
export class Cluster {
  readonly kubeconfig: string;
  /** What comes before PATH for kubectl and helm; nothing for an existing cluster. */
  readonly #binaries: string | undefined;

  constructor(kubeconfig: string, binaries?: string) {
    this.kubeconfig = kubeconfig;
    this.#binaries = binaries;
  }

  /** Of kubectl and helm, and of the processes that call them. */
  get env(): Readonly<Record<string, string>> {
    const path = process.env.PATH ?? "";
    return { KUBECONFIG: this.kubeconfig, PATH: this.#binaries === undefined ? path : `${this.#binaries}:${path}` };
  }

  /** Whether it is that of this folder, whose daemons a test may kill. */
  get own(): boolean {
    return this.#binaries !== undefined;
  }

  /** What it printed; rejects with what it said. @param input for `--filename=-` */
  kubectl(args: readonly string[], input?: string): Promise<string> {
    return this.#client("kubectl", args, input);
  }

  helm(args: readonly string[]): Promise<string> {
    return this.#client("helm", args);
  }

  /** Server-side apply of objects, as one list. */
  async apply(...objects: readonly object[]): Promise<void> {
    const list = { apiVersion: "v1", kind: "List", items: objects };
    await this.kubectl(["apply", "--server-side", "--filename=-"], JSON.stringify(list));
  }

  /** A namespace that the test has alone, under the restricted Pod Security, and that goes with it. */
  async namespace(purpose: string): Promise<Namespace> {
    const name = `${purpose}-${randomUUID().slice(0, 8)}`;
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    await this.apply({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
    return {
      name,
      [Symbol.asyncDispose]: async () => {
        await this.kubectl(["delete", "namespace", name, "--wait=false", "--ignore-not-found"]);
      },
    };
  }

  /** Let pods use an image of this machine, with `imagePullPolicy: Never`. */
  async provide(image: Image): Promise<void> {
    if (this.#binaries !== undefined) return loadImage(image);
    const loader = process.env.BNAS_LOAD_IMAGE;
    if (loader === undefined)
      throw new Error(
        `How does the cluster of KUBECONFIG get ${image.tag}? Say it in BNAS_LOAD_IMAGE, such as "kind load image-archive".`,
      );
    await run("sh", ["-c", `${loader} "$1"`, "load", image.archive]);
  }

  #client(name: string, args: readonly string[], input?: string): Promise<string> {
    return run(name, args, input === undefined ? { env: this.env } : { env: this.env, input });
  }
}

/** A cluster, or why there is none. */
export type Use = { readonly cluster: Cluster } | { readonly reason: string };

/** The cluster that KUBECONFIG names, else that of this folder, brought up when it is not, and left up. */
export async function useCluster(): Promise<Use> {
  const named = process.env.KUBECONFIG;
  if (named !== undefined && named !== kubeconfig) return { cluster: new Cluster(named) };
  const reason = await whyNot();
  if (reason !== undefined) return { reason: `${reason} KUBECONFIG names no other.` };
  await up();
  return { cluster: new Cluster(kubeconfig, await clusterBinaries()) };
}
