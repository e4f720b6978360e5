// What a pruner's start costs, in a process of its own: node --expose-gc test/bench/start-pruner.js LOG LIVE From nothing to a
// pruner that can answer and decide, on a log that holds many searches, the last LIVE of which are live. Prints one line of JSON.
// (No TypeScript here: its loader would be in the memory that is measured.)
import { openLog } from "@bnas/mesh";
import { Searches } from "@bnas/pruner/searches";

const [uri, live] = process.argv.slice(2);
const seconds = (since) => (performance.now() - since) / 1000;
const mib = (bytes) => Math.round(bytes / 2 ** 20);

const begun = performance.now();
const log = await openLog(uri);
const opened = seconds(begun);
const searches = await Searches.open(log);
const ready = seconds(begun);
const { user, system } = process.cpuUsage();
globalThis.gc();
const { heapUsed, rss } = process.memoryUsage();

const ids = searches
  .list()
  .map(([id]) => id)
  .sort();
const ended = ids.length - Number(live);
const ask = async (some) => {
  const since = performance.now();
  for (const id of some) await searches.get(id);
  return (1000 * seconds(since)) / some.length;
};
const get = await ask(Array.from({ length: 50 }, (_, i) => ids[Math.floor((i * ended) / 50)]));
const page = performance.now();
await Promise.all(ids.slice(0, 50).map((id) => searches.get(id)));
console.log(
  JSON.stringify({
    opened,
    ready,
    cpu: (user + system) / 1e6,
    searches: ids.length,
    live: searches.live().length,
    heap: mib(heapUsed),
    rss: mib(rss),
    get,
    page: seconds(page),
  }),
);
await log.close();
