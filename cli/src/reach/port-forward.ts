import { spawn } from "node:child_process";
import { type BnasError, fault, invalidInput } from "@bnas/errors";

/** A service of a cluster by name; without a namespace that of the current context. */
export type KubeService = { readonly namespace: string | undefined; readonly service: string; readonly port: string };

/** What the chart calls the service that answers searches. */
const USUAL = { service: "bnas-pruner", port: "7000" } as const;

/** Read `[NAMESPACE/]SERVICE[:PORT]`. @param where true: the flag without a value, which means the service of the chart */
export const parseKubeService = (where: string | true): KubeService => {
  if (where === true) return { namespace: undefined, ...USUAL };
  const [, namespace, service, port = USUAL.port] =
    /^(?:([a-z0-9-]{1,63})\/)?([a-z0-9-]{1,63})(?::([a-z0-9-]{1,15}))?$/.exec(where) ?? [];
  if (service === undefined) {
    const hint = `For example --kube bnas/${USUAL.service}:${USUAL.port}; \`kubectl get services -A\` tells the names`;
    throw invalidInput(
      "--kube",
      where,
      "NAMESPACE/SERVICE:PORT, of which the namespace and the port may be left out",
      hint,
    );
  }
  return { namespace, service, port };
};

export const nameOf = ({ namespace, service, port }: KubeService): string =>
  `${namespace === undefined ? "" : `${namespace}/`}${service}:${port}`;

/** A port of this machine that leads to a pod of the service, until it is closed, or the pod or the connection goes. */
export type PortForward = { readonly port: number; readonly isOpen: () => boolean; close(): void };

/**
 * Run `kubectl port-forward`, which uses the cluster, the user and the proxy that kubectl is set up with.
 * @throws InvalidInput without kubectl, UNAVAILABLE with what kubectl says when it gives up, and the reason of `signal`
 */
export const portForward = (where: KubeService, signal: AbortSignal): Promise<PortForward> =>
  new Promise((resolve, reject) => {
    const { namespace, service, port } = where;
    const inNamespace = namespace === undefined ? [] : ["--namespace", namespace];
    const args = ["port-forward", ...inNamespace, "--address", "127.0.0.1", `service/${service}`, `:${port}`];
    const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "pipe"] });
    const close = () => child.kill();
    let said = "";
    let complained = "";
    let ended = false;

    child.stdout.on("data", (data) => {
      // It says a line for each connection, too; only the first matters.
      if (said.length > 1000) return;
      said += data;
      const local = /^Forwarding from 127\.0\.0\.1:(\d+) /m.exec(said)?.[1];
      if (local !== undefined) resolve({ port: Number(local), isOpen: () => !ended, close });
    });
    child.stderr.on("data", (data) => {
      complained = (complained + data).slice(-2000);
    });
    child.on("error", (error: NodeJS.ErrnoException) => {
      ended = true;
      const hint = "Install kubectl, or give the address of the mesh by --server HOST:PORT";
      reject(fault("FAILED_PRECONDITION", `--kube needs kubectl, which does not start: ${error.code}`, hint));
    });
    child.on("close", () => {
      ended = true;
      signal.removeEventListener("abort", close);
      reject(signal.aborted ? signal.reason : gaveUp(where, complained));
    });
    signal.addEventListener("abort", close);
    if (signal.aborted) close();
  });

const gaveUp = (where: KubeService, complained: string): BnasError => {
  const reason =
    complained
      .trim()
      .split("\n")
      .at(-1)
      ?.replace(/^error: |[.?]+$/gi, "") ?? "";
  const inNamespace = where.namespace === undefined ? "" : ` -n ${where.namespace}`;
  return fault(
    "UNAVAILABLE",
    `kubectl cannot forward a port to service ${nameOf(where)}${reason === "" ? "" : `: ${reason}`}`,
    `\`kubectl get services,pods${inNamespace}\` tells what is there; name another by --kube NAMESPACE/SERVICE:PORT`,
  );
};
