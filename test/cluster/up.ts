import { copyFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { alone } from "../alone.js";
import { kubeconfigOf, makeAuthority } from "./authority.js";
import { clusterBinaries } from "./binaries.js";
import { type CommandFailed, run } from "./command.js";
import { controllers, deadDaemons, foundation, start } from "./daemons.js";
import { installTools } from "./debian.js";
import { eventually } from "./eventually.js";
import { complete, faultOf, kubectlOf, nodeIsReady } from "./health.js";
import { loadImage } from "./images.js";
import { kubeconfig, node } from "./layout.js";
import { endMachine, findMachine, namespaces, startMachine } from "./machine.js";
import { configureNode, networkPolicy } from "./node.js";
import { ownImages } from "./own-images.js";

/** Bring the cluster up; repair it when something in it ended; leave it alone when it is healthy. */
export async function up(): Promise<void> {
  const reason = await whyNot();
  if (reason !== undefined) throw new Error(`${reason} Set KUBECONFIG to a cluster that you have.`);
  await installTools();
  const binaries = await clusterBinaries();
  await alone("cluster", async () => {
    const fault = await faultOf(binaries);
    if (fault === undefined) return;
    console.log(fault.message);
    if (fault.repair && (await repair(binaries))) return;
    // Whatever an earlier one left, even in the middle of its start.
    await endMachine();
    await begin(binaries);
  });
}

/** Take it down: processes, mounts, namespaces, control groups, files. The images and the programs stay for the next time. */
export const down = (): Promise<void> => alone("cluster", endMachine);

/** Why this machine cannot have the cluster. */
export async function whyNot(): Promise<string | undefined> {
  if (process.platform !== "linux") return `The cluster of the tests needs Linux, and this is ${process.platform}.`;
  if (process.getuid?.() !== 0) return "The cluster of the tests makes namespaces and control groups, and needs root.";
  return run("unshare", [...namespaces, "true"]).then(
    () => undefined,
    (error: CommandFailed) => `The cluster of the tests needs namespaces, and has none: ${error.output.trim()}.`,
  );
}

const manifests = fileURLToPath(new URL("./manifests", import.meta.url));

async function begin(binaries: string): Promise<void> {
  const images = await ownImages(binaries);
  const say = clock();
  const machine = await startMachine();
  await Promise.all([makeAuthority(), configureNode()]);
  say("a machine in namespaces of its own");
  start(machine, foundation(binaries));
  await copyFile(kubeconfigOf("admin"), kubeconfig);
  const kubectl = kubectlOf(binaries);
  await eventually("containerd", 30, async () => {
    for (const image of images) await loadImage(image);
  });
  await eventually("The API server", 60, () => kubectl(["get", "--raw", "/readyz"]));
  say("the API server answers");
  start(machine, controllers(binaries));
  await eventually("The add-ons", 30, () => kubectl(["apply", "--server-side", "--filename", manifests]));
  await eventually("The node", 60, () => kubectl(["get", "node", node]));
  start(machine, [networkPolicy(binaries)]);
  await eventually("The node", 60, () => nodeIsReady(kubectl));
  say("the node is Ready");
  await kubectl(["--namespace", "kube-system", "rollout", "status", "deployment/coredns", "--timeout=60s"]);
  say("the DNS answers");
  await writeFile(complete, "");
}

/** Start what ended. Gives whether that was enough. */
async function repair(binaries: string): Promise<boolean> {
  const machine = await findMachine();
  if (machine === undefined) return false;
  start(machine, await deadDaemons(machine, binaries));
  return eventually("The cluster", 60, async () => {
    const fault = await faultOf(binaries);
    if (fault !== undefined) throw new Error(fault.message);
  }).then(
    () => true,
    () => false,
  );
}

function clock(): (what: string) => void {
  const began = performance.now();
  return (what) => console.log(`${((performance.now() - began) / 1000).toFixed(1).padStart(5)} s  ${what}`);
}
