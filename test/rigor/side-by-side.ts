import { fork } from "node:child_process";
import { join } from "node:path";
import type { Answers, Task } from "./rows.js";

/** The answers of every task, by several processes. Rejects when one of them ends. */
export const sideBySide = async (
  tasks: readonly Task[],
  seeds: readonly number[],
  { processes, table }: { readonly processes: number; readonly table: string | undefined },
  progress: (done: number) => void,
): Promise<Answers[]> => {
  const answers = new Array<Answers>(tasks.length);
  let next = 0;
  let done = 0;
  const work = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(join(import.meta.dirname, "worker.ts"), table === undefined ? [] : [table]);
      let at = -1;
      const give = (): void => {
        at = next++;
        const task = tasks[at];
        if (task !== undefined) child.send({ task, seeds });
        else {
          child.disconnect();
          resolve();
        }
      };
      child.on("message", (answer: Answers) => {
        answers[at] = answer;
        progress(++done);
        give();
      });
      child.on("error", reject);
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a process ended with ${code}`))));
      give();
    });
  await Promise.all(Array.from({ length: processes }, work));
  return answers;
};
