// Appends facts to a file and says each number when it is acknowledged: node --import=tsx append-until-killed.ts PATH FROM TO KIND
import { record } from "@bnas/search";
import { FileLog } from "../src/file-log.js";

const [path = "", from = "1", to = "1", kind] = process.argv.slice(2);
const log = await FileLog.open(path);
for (let number = Number(from); number <= Number(to); number++) {
  // Two processes that append the same subject write different facts: equal ones of one millisecond are both the first.
  const said = kind === "search.resumed" ? kind : "search.paused";
  const fact = record("s", { kind: said, control: number }, "pruner", new Date().toISOString());
  const { duplicate, stored } = await log.append(fact);
  process.stdout.write(`${JSON.stringify({ number, duplicate, time: stored.time })}\n`);
}
await log.close();
