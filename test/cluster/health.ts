import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.js";
import { deadDaemons, nameOf } from "./daemons.js";
import { kubeconfig, node, state } from "./layout.js";
import { findMachine } from "./machine.js";

/** Written when all of the cluster was up for the first time. */
export const complete = join(state, "complete");

/** What is wrong with the cluster, if anything. @param repair whether it was up once, so that starting what ended may do */
export type Fault = { readonly message: string; readonly repair: boolean };

export async function faultOf(binaries: string): Promise<Fault | undefined> {
  const machine = await findMachine();
  if (machine === undefined) return { message: "The cluster is not up.", repair: false };
  const repair = await readFile(complete).then(
    () => true,
    () => false,
  );
  if (!repair) return { message: "The cluster did not come up when it was last tried.", repair };
  const dead = await deadDaemons(machine, binaries);
  if (dead.length > 0) return { message: `Not running: ${dead.map(nameOf).join(", ")}.`, repair };
  const kubectl = kubectlOf(binaries);
  return kubectl(["get", "--raw", "/readyz", "--request-timeout=5s"])
    .then(() => nodeIsReady(kubectl))
    .then(
      () => undefined,
      (error: Error) => ({ message: error.message, repair }),
    );
}

export type Kubectl = (args: readonly string[]) => Promise<string>;

export const kubectlOf =
  (binaries: string): Kubectl =>
  (args) =>
    run(join(binaries, "kubectl"), ["--kubeconfig", kubeconfig, ...args]);

/** Rejects until the node is Ready, with what the node says. */
export async function nodeIsReady(kubectl: Kubectl): Promise<void> {
  const said = await kubectl(["get", "node", node, "--output=json"]);
  // The API server's answer, as the API of Kubernetes has it.
  const { status } = JSON.parse(said) as {
    status: { conditions?: { type: string; status: string; message: string }[] };
  };
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") throw new Error(`The node is not Ready: ${ready?.message ?? "it has not said"}`);
}
