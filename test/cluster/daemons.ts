import { basename } from "node:path";
import { apiServer, controllerManager, type Daemon, etcd, scheduler } from "./control-plane.js";
import { type Machine, processesOf, startProcess } from "./machine.js";
import { networkPolicy, nodeDaemons, runtime } from "./node.js";

/** Those that the API server needs, or that need none. */
export const foundation = (binaries: string): readonly Daemon[] => [etcd(binaries), runtime(), apiServer(binaries)];

/** Those that end when they come before the API server's first roles. */
export const controllers = (binaries: string): readonly Daemon[] => [
  controllerManager(binaries),
  scheduler(binaries),
  ...nodeDaemons(binaries),
];

export const allDaemons = (binaries: string): readonly Daemon[] => [
  ...foundation(binaries),
  ...controllers(binaries),
  networkPolicy(binaries),
];

export const nameOf = ({ binary }: Daemon): string => basename(binary);

export const start = (machine: Machine, daemons: readonly Daemon[]): void => {
  for (const { binary, args } of daemons) startProcess(machine, binary, args);
};

/** Those that should run and do not. */
export async function deadDaemons(machine: Machine, binaries: string): Promise<readonly Daemon[]> {
  const there = await processesOf(machine);
  return allDaemons(binaries).filter((daemon) => !there.has(nameOf(daemon)));
}
