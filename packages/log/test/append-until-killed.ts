// Appends facts to a file and says each number when it is acknowledged: node --import=tsx append-until-killed.ts PATH FROM TO
import { record } from "@bnas/search";
import { FileLog } from "../src/file-log.js";

const [path = "", from = "1", to = "1"] = process.argv.slice(2);
const log = await FileLog.open(path);
for (let number = Number(from); number <= Number(to); number++) {
  const kind = process.pid % 2 === 0 ? "search.paused" : "search.resumed";
  const fact = record("s", { kind, control: number }, "pruner", new Date().toISOString());
  const { duplicate, stored } = await log.append(fact);
  process.stdout.write(`${JSON.stringify({ number, duplicate, time: stored.time })}\n`);
}
await log.close();
