import { statSync } from "node:fs";

/** The bits of users who are neither the owner nor of the group. */
const OTHERS = 0o007;

/**
 * What is wrong with who may read a file of a secret; undefined: nothing, or it cannot be known here. A group may read it: the Secrets
 * of Kubernetes are read so.
 */
export const exposedSecret = (path: string): string | undefined => {
  if (process.platform === "win32") return undefined;
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined || (stats.mode & OTHERS) === 0) return undefined;
  const mode = (stats.mode & 0o777).toString(8);
  return `every user of this machine can read this secret (mode ${mode}): chmod 600, and make a new one if others use the machine`;
};
