import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const megabytes = (pid: number, field: string): number => {
  const text = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(text)?.[1] ?? 0) / 1000);
};

export type Seen = {
  /** Resident memory, in MB: before, the most while it was watched, and at the end of that. */
  readonly before: number;
  readonly most: number;
  readonly after: number;
  /** Milliseconds of a good call: half of them, and the slowest. */
  readonly median: number;
  readonly slowest: number;
  /** Good calls that failed, and how many there were. */
  readonly failed: number;
  readonly calls: number;
};

/** Memory of a process and a good call again and again, while something happens and for some seconds after it. */
export const watched = async (
  pid: number,
  good: () => Promise<unknown>,
  act: () => Promise<unknown>,
  forSeconds: number,
): Promise<Seen> => {
  const before = megabytes(pid, "VmRSS");
  const took: number[] = [];
  let [failed, most, acting] = [0, before, true];
  const acted = act().finally(() => {
    acting = false;
  });
  for (let rest = forSeconds * 10; rest > 0; ) {
    const begun = performance.now();
    await good().catch(() => failed++);
    took.push(performance.now() - begun);
    most = Math.max(most, megabytes(pid, "VmRSS"));
    await sleep(100);
    if (!acting) rest--;
  }
  await acted;
  const sorted = took.sort((one, other) => one - other);
  return {
    ...{ before, most, after: megabytes(pid, "VmRSS"), failed, calls: sorted.length },
    median: Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0),
    slowest: Math.round(sorted.at(-1) ?? 0),
  };
};
