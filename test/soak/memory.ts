import { readFileSync } from "node:fs";

/** Resident bytes of a process, as Linux counts them (proc(5): VmRSS). Undefined where it is no more. */
export const residentBytes = (pid: number): number | undefined => {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : 1024 * Number(kilobytes);
  } catch {
    return undefined;
  }
};
