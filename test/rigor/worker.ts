// One of the processes of npm run rigor: answers tasks of its parent, one after another.

import { answersOf, type Task } from "./rows.js";
import { publicTable, readTable } from "./table.js";

const [path] = process.argv.slice(2);
const answer = answersOf(path === undefined ? publicTable() : readTable(path));

process.on("message", ({ task, seeds }: { readonly task: Task; readonly seeds: readonly number[] }) => {
  process.send?.(answer(task, seeds));
});
process.on("disconnect", () => process.exit());
