import { join } from "node:path";
import { clusterBinaries } from "./binaries.js";
import { run } from "./command.js";
import { cgroups } from "./control-groups.js";
import { allDaemons, nameOf } from "./daemons.js";
import { faultOf } from "./health.js";
import { kubeconfig, link, state } from "./layout.js";
import { findMachine, processesOf, title } from "./machine.js";

/** What is there of the cluster, for a person. */
export async function status(): Promise<{ readonly up: boolean; readonly text: string }> {
  const machine = await findMachine();
  if (machine === undefined) {
    const left = await leftovers();
    return {
      up: false,
      text: ["The cluster is not up.", ...left.map((one) => `Left of an earlier one: ${one}`)].join("\n"),
    };
  }
  const binaries = await clusterBinaries();
  const there = await processesOf(machine);
  const fault = await faultOf(binaries);
  const lines = [
    `machine: process ${machine.pid}`,
    ...allDaemons(binaries).map((daemon) => `${nameOf(daemon)}: ${there.get(nameOf(daemon)) ?? "NOT RUNNING"}`),
    (await run("du", ["--summarize", "--human-readable", state]).catch(() => "")).trim(),
    fault?.message ?? `The cluster is up: export KUBECONFIG=${kubeconfig}`,
  ];
  return { up: fault === undefined, text: lines.join("\n") };
}

/** What a cluster that is down should not have left: processes, control groups, its link, mounts. */
export async function leftovers(): Promise<readonly string[]> {
  const machine = await findMachine();
  const links = await run("ip", ["-brief", "link"]).catch(() => "");
  const mounts = await run("cat", ["/proc/self/mountinfo"]).catch(() => "");
  const processes = await run("ps", ["-e", "-o", "args="]);
  return [
    ...(machine === undefined ? [] : [`process ${machine.pid}`]),
    ...processes.split("\n").filter((line) => line.includes(`${state}/`) || line.includes(title)),
    ...(await cgroups()),
    ...(links.split("\n").some((line) => line.startsWith(link.name)) ? [`the link ${link.name}`] : []),
    ...mounts.split("\n").filter((line) => line.includes(join(state, "/"))),
  ];
}
