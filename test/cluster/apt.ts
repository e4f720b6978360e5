import { setTimeout as wait } from "node:timers/promises";
import { CommandFailed, run } from "./command.js";

/** Debian's unattended upgrades, or another run of these tests, hold the locks for minutes at most. */
const PATIENCE_SECONDS = 600;

/** Install packages of Debian, also while another apt runs: this one waits for it. */
export async function installPackages(names: readonly string[]): Promise<void> {
  await updateLists(performance.now() + PATIENCE_SECONDS * 1000);
  await run(
    "apt-get",
    ["install", "-qq", "--no-install-recommends", "-o", `DPkg::Lock::Timeout=${PATIENCE_SECONDS}`, ...names],
    { env: { DEBIAN_FRONTEND: "noninteractive" } },
  );
}

/** apt can wait for the lock of packages, but not for that of lists: `update` fails at once, and is tried again. */
async function updateLists(end: number): Promise<void> {
  for (;;) {
    try {
      await run("apt-get", ["update", "-qq"], { env: { LC_ALL: "C" } });
      return;
    } catch (error) {
      const locked = error instanceof CommandFailed && /Could not get lock/.test(error.output);
      if (!locked || performance.now() > end) throw error;
      await wait(2000);
    }
  }
}
