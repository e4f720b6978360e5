import { spawn, spawnSync } from "node:child_process";

// Its own networks, mounts and processes: no other process sees what a run does to them, and when it ends, in any way, the system
// removes them all.

const flags = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const mark = "BNAS_CHAOS_APART";

/** The folder that `runApart` got from the process that started this one apart; undefined: it is not apart. */
export const folderApart = (): string | undefined => process.env[mark];

/** Whether the system lets us have that: Linux, root, util-linux, iproute2. */
export const canBeApart = (): boolean =>
  process.platform === "linux" &&
  spawnSync("unshare", [...flags, "ip", "link", "set", "lo", "up"], { stdio: "ignore" }).status === 0;

/** Run this command again, apart. Resolves to its exit code. @param folder for whatever it writes */
export const runApart = (folder: string): Promise<number> => {
  const again = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn("unshare", [...flags, "--", ...again], {
    // It ends when its standard input does: with us, also when we are killed.
    stdio: ["pipe", "inherit", "inherit"],
    env: { ...process.env, [mark]: folder },
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill("SIGKILL"));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
};

/** In the process that runs apart: end when its parent does. */
export const endWithStarter = (): void => {
  process.stdin.on("end", () => process.exit(1)).resume();
};
