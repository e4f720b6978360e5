import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./worker.mjs", import.meta.url));

/** Those that run: a test that fails kills none itself. */
const running = new Set<ChildProcess>();

export const killWorkers = (): void => {
  for (const child of running) child.kill("SIGKILL");
};
process.once("exit", killWorkers);

/** A process that works: see `worker.mjs`. */
export function startWorker(address: string, stream: string, leaseMs: number) {
  const child = spawn(process.execPath, [script, address, stream, String(leaseMs)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  running.add(child);
  child.once("exit", () => running.delete(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** What it says next. */
    said: async (): Promise<unknown> => JSON.parse((await lines.next()).value ?? "null"),
    tell: (word: "answer" | "stumble") => void child.stdin.write(`${word}\n`),
    signal: (signal: "SIGSTOP" | "SIGCONT") => void child.kill(signal),
    async kill(): Promise<void> {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}
