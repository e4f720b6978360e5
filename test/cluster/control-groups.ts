import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.js";
import { eventually } from "./eventually.js";

/** The control group under which the kubelet puts all pods. */
export const cgroup = "bnas-mesh";

/** Those of the cluster that are there, in every hierarchy that this machine has. */
export async function cgroups(): Promise<readonly string[]> {
  const there = await Promise.all(
    (await hierarchies()).map((root) =>
      readdir(join(root, cgroup)).then(
        () => [join(root, cgroup)],
        () => [],
      ),
    ),
  );
  return there.flat();
}

/** The kubelet makes groups below it, and wants to find it. */
export async function makeCgroups(): Promise<void> {
  for (const root of await hierarchies()) await mkdir(join(root, cgroup), { recursive: true });
}

/** When no process is in them. */
export async function removeCgroups(): Promise<void> {
  for (const group of await cgroups())
    await eventually(`Removing ${group}`, 10, () =>
      run("find", [group, "-depth", "-type", "d", "-exec", "rmdir", "{}", "+"]),
    );
}

/** One in the second version of control groups, one a controller in the first. */
async function hierarchies(): Promise<readonly string[]> {
  const mounts = (await readFile("/proc/self/mountinfo", "utf8")).split("\n").map((line) => line.split(" "));
  return mounts.flatMap((fields) => {
    const type = fields[fields.indexOf("-") + 1];
    return fields[4] !== undefined && (type === "cgroup" || type === "cgroup2") ? [fields[4]] : [];
  });
}
