import { spawnSync } from "node:child_process";

/** An end that the caller can do something about. */
export class Unable extends Error {}

/**
 * Runs a program and gives what it wrote.
 * @param hint what to do when it is not there or fails
 */
export const command = (program, args, { cwd, hint }) => {
  const { status, error, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (error?.code === "ENOENT") throw new Unable(`${program} is not installed. ${hint}`);
  if (error !== undefined) throw new Unable(`${program} did not start (${error.message}). ${hint}`);
  if (status === 0) return stdout;
  const said = stderr.trim().split("\n").slice(-12).join("\n");
  throw new Unable(`${program} ${args.slice(0, 3).join(" ")} ... failed:\n${said}\n${hint}`);
};
