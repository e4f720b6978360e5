import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { median, type Pair, ratioOf } from "./statistics.js";

const program = fileURLToPath(new URL("../measure-row.ts", import.meta.url));

/** One try of a row. The milliseconds are medians, for people; only the ratio is checked. */
export type Try = {
  readonly measured: string;
  readonly reference: string;
  readonly ratio: number;
  readonly milliseconds: Pair;
};

/**
 * Measures a row once, in a process of its own: what the compiler and the heap made of the rows before does not count.
 * Null when the row cannot be measured; that process has said why.
 */
export const tryRow = async (name: string, form: "short" | "full"): Promise<Try | null> => {
  const args = [...process.execArgv, program, name, form];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
  if (code !== 0) return null;
  // Written by measure-row.ts, the other end of this pipe.
  const { pairs, ...names } = JSON.parse(said) as { measured: string; reference: string; pairs: readonly Pair[] };
  const milliseconds = {
    measured: median(pairs.map((pair) => pair.measured)),
    reference: median(pairs.map((pair) => pair.reference)),
  };
  return { ...names, ratio: ratioOf(pairs), milliseconds };
};
