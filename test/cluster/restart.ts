import { clusterBinaries } from "./binaries.js";
import { allDaemons, nameOf, start } from "./daemons.js";
import { eventually } from "./eventually.js";
import { alone } from "./lock.js";
import { findMachine, processesOf } from "./machine.js";

/** Kill a daemon of the cluster as a crash would, and start it again with what it had. */
export async function restart(name: string): Promise<void> {
  const binaries = await clusterBinaries();
  await alone("cluster", async () => {
    const machine = await findMachine();
    const daemon = allDaemons(binaries).find((one) => nameOf(one) === name);
    if (machine === undefined || daemon === undefined) {
      const names = allDaemons(binaries).map(nameOf);
      throw new Error(`There is no ${name} to restart. The cluster, when it is up, has ${names.join(", ")}.`);
    }
    const pid = (await processesOf(machine)).get(name);
    if (pid !== undefined) {
      process.kill(pid, "SIGKILL");
      await eventually(`The end of ${name}`, 10, async () => {
        if ((await processesOf(machine)).get(name) === pid) throw new Error("it still runs");
      });
    }
    start(machine, [daemon]);
  });
}
