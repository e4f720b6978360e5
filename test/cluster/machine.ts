import { spawn } from "node:child_process";
import { openSync } from "node:fs";
import { mkdir, readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "./command.js";
import { makeCgroups, removeCgroups } from "./control-groups.js";
import { eventually } from "./eventually.js";
import { link, state } from "./layout.js";

/**
 * The machine of the cluster: a process in network, mount and process namespaces of its own. Whatever runs in it, is mounted in
 * it or listens in it ends with that one process, however it ends. It is found by its name among the processes, never by a file
 * that may be out of date.
 */
export const title = "bnas-mesh-machine";

/**
 * The first process. It reaps what its children leave. Mounts are private to it, so that its /var/lib, /var/log and /run are
 * folders of the state and none of this machine's. /sys stays as it is: a new one has no cgroups.
 */
const first = `
set -e
for at in lib log; do mount --bind "$1/$at" /var/$at; done
mount --bind "$1/run" /run
mount -t tmpfs tmpfs /var/lib/etcd
mount --make-rshared /
ip link set lo up
touch "$1/begun"
while :; do sleep 3600 & wait $! || true; done`;

/** What `unshare` makes for it. */
export const namespaces = ["--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"] as const;

export type Machine = {
  /** Its first process, as this machine numbers it. */
  readonly pid: number;
};

export async function findMachine(): Promise<Machine | undefined> {
  const own = await readlink("/proc/self/ns/pid");
  for (const pid of await processes()) {
    const args = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
    // The parent that made the namespaces has the same arguments, but lives in ours.
    if (args.at(-3) === title && args.at(-2) === state && (await namespaceOf(pid)) !== own) return { pid };
  }
  return undefined;
}

export async function startMachine(): Promise<Machine> {
  for (const folder of ["lib/etcd", "log", "run"]) await mkdir(join(state, folder), { recursive: true });
  const log = openSync(join(state, "log", "machine.log"), "a");
  const args = [...namespaces, "bash", "-c", first, title, state];
  spawn("unshare", args, { detached: true, stdio: ["ignore", log, log] })
    .on("error", () => {})
    .unref();
  const machine = await eventually("The machine of the cluster", 10, async () => {
    await readFile(join(state, "begun"));
    const found = await findMachine();
    if (found === undefined) throw new Error(`see ${join(state, "log", "machine.log")}`);
    return found;
  });
  await Promise.all([joinNetworks(machine), makeCgroups()]);
  return machine;
}

/** One link between this machine and that one, and the way out of it. */
async function joinNetworks(machine: Machine): Promise<void> {
  await run("ip", ["link", "add", link.name, "type", "veth", "peer", "name", "eth0", "netns", String(machine.pid)]);
  await run("ip", ["address", "add", `${link.here}/${link.bits}`, "dev", link.name]);
  await run("ip", ["link", "set", link.name, "up"]);
  await inside(machine, "ip", ["address", "add", `${link.there}/${link.bits}`, "dev", "eth0"]);
  await inside(machine, "ip", ["link", "set", "eth0", "up"]);
  await inside(machine, "ip", ["route", "add", "default", "via", link.here]);
  // Policies and Services are rules of iptables: traffic between pods of one bridge has to meet them too.
  for (const set of ["net.ipv4.ip_forward=1", "net.bridge.bridge-nf-call-iptables=1"])
    await inside(machine, "sysctl", ["--quiet", "--write", set]);
}

const enter = (machine: Machine): readonly string[] => [
  "--target",
  String(machine.pid),
  "--mount",
  "--net",
  "--pid",
  "--",
];

/** Run a command in the machine, to its end. */
const inside = (machine: Machine, file: string, args: readonly string[]): Promise<string> =>
  run("nsenter", [...enter(machine), file, ...args]);

/** Start a process in the machine that outlives us; it writes to `log/NAME.log` of the state. */
export function startProcess(machine: Machine, binary: string, args: readonly string[]): void {
  const log = openSync(join(state, "log", `${basename(binary)}.log`), "a");
  spawn("nsenter", [...enter(machine), binary, ...args], { detached: true, stdio: ["ignore", log, log] })
    .on("error", () => {})
    .unref();
}

/** The processes of the machine itself, not of its pods: number here, and program. */
export async function processesOf(machine: Machine): Promise<ReadonlyMap<string, number>> {
  const namespace = await namespaceOf(machine.pid);
  const found = new Map<string, number>();
  for (const pid of await processes()) {
    if ((await namespaceOf(pid)) !== namespace) continue;
    const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
    // As Linux calls a program whose file was replaced while it ran.
    if (program !== "") found.set(basename(program).replace(/ \(deleted\)$/, ""), pid);
  }
  return found;
}

/** End the machine and all that is in it, and wait until it is gone. */
export async function endMachine(): Promise<void> {
  const machine = await findMachine();
  if (machine !== undefined) {
    process.kill(machine.pid, "SIGKILL");
    await eventually("The end of the cluster's machine", 30, async () => {
      if ((await findMachine()) !== undefined) throw new Error(`process ${machine.pid} is still there`);
    });
  }
  // The kernel takes the link with the namespace, a little later. Two who remove it are one too many, and no fault.
  await run("ip", ["link", "delete", link.name]).catch(() => {});
  await removeCgroups();
  await rm(state, { recursive: true, force: true });
}

const processes = async (): Promise<readonly number[]> =>
  (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);

const namespaceOf = (pid: number): Promise<string> => readlink(`/proc/${pid}/ns/pid`).catch(() => "");
