import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { alone } from "../alone.js";
import { clusterBinaries } from "./binaries.js";
import { allDaemons, nameOf, start } from "./daemons.js";
import { eventually } from "./eventually.js";
import { state } from "./layout.js";
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
    // What a killed process listened on is free a moment after the process is gone: one that comes too early ends at once.
    for (const patience = AbortSignal.timeout(30_000); ; ) {
      start(machine, [daemon]);
      await pause(1000);
      if ((await processesOf(machine)).has(name)) return;
      if (patience.aborted)
        throw new Error(`${name} does not start again: see its log, ${join(state, "log", `${name}.log`)}`);
    }
  });
}
