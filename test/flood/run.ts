import { join } from "node:path";
import {
  DatasetServiceDefinition,
  SearchServiceDefinition,
  Split,
  StreamBatchesRequest,
  WatchSearchRequest,
} from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { temporaryFolder, tinySpec } from "../integration/bnas.js";
import { serve } from "../integration/serve.js";
import { type Flood, halfOpen, openStreams } from "./flooder.js";
import { type Seen, watched } from "./watched.js";

/** One part of the full size, for a quick look: 1 is all of it. */
const part = Number(process.argv[2] ?? 1);
const sized = (count: number): number => Math.max(1, Math.round(count * part));

const folder = temporaryFolder();
const dataset = await serve("dataset", "--listen", "127.0.0.1:0");
const places = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
const pruner = await serve("pruner", ...places, "--dataset", dataset.address);
const searches = connect(SearchServiceDefinition, pruner.address, { deadlineMs: 60_000 });
const data = connect(DatasetServiceDefinition, dataset.address, { deadlineMs: 60_000 });
// No trainer is there for it: it lives for as long as it is watched.
await searches.client.createSearch({ searchId: "watched", spec: { ...tinySpec, dedicated: true } });
const plan = { uri: "shapes:?classes=8&size=64&images=20000&test=100", limit: 0, reductionImages: 100 };
await data.client.describeDataset({ plan });

const say = (line: string): void => void process.stdout.write(`${line}\n`);
say("| flood | asked, and open in the end | MB before, most, after | good call: median, slowest, failed of |");
say("| --- | --- | --- | --- |");
const report = async (
  name: string,
  pid: number | undefined,
  good: () => Promise<unknown>,
  flood: () => Promise<Flood>,
  seconds = 15,
): Promise<void> => {
  let began: Flood | undefined;
  const seen: Seen = await watched(
    pid ?? 0,
    good,
    async () => {
      began = await flood();
    },
    seconds,
  );
  const { before, most, after, median, slowest, failed, calls } = seen;
  const open = began?.open() ?? 0;
  say(
    `| ${name} | ${began?.asked}, ${open} | ${before}, ${most}, ${after} | ${median} ms, ${slowest} ms, ${failed} of ${calls} |`,
  );
  began?.end();
};

const get = () => searches.client.getSearch({ searchId: "watched" });
const describe = () => data.client.describeDataset({ plan });
const watch = WatchSearchRequest.encode(WatchSearchRequest.fromPartial({ searchId: "watched" })).finish();
const batches = StreamBatchesRequest.encode(
  StreamBatchesRequest.fromPartial({ plan, split: Split.SPLIT_TRAIN, batch: 1000, shards: 1, shuffle: true }),
).finish();

await report("Watch streams on 20 connections", pruner.process.pid, get, () =>
  openStreams(pruner.address, "/bnas.v1.SearchService/WatchSearch", watch, {
    connections: 20,
    each: sized(5_000),
    read: true,
  }),
);
await report("half-open connections", pruner.process.pid, get, () => halfOpen(pruner.address, sized(5_000)));
await report(
  "StreamBatches that are not read, on 20 connections",
  dataset.process.pid,
  describe,
  () =>
    openStreams(dataset.address, "/bnas.v1.DatasetService/StreamBatches", batches, {
      connections: 20,
      each: sized(10),
      read: false,
    }),
  // `rpc.unread` closes who has not read for 30 s.
  60,
);

for (const { close } of [searches, data]) close();
for (const { process } of [pruner, dataset]) process.kill("SIGTERM");
for (const [name, { ended }] of Object.entries({ pruner, dataset })) {
  const { stderr } = await ended;
  for (const line of stderr.split("\n").filter((text) => text.includes("a limit was reached"))) say(`${name}: ${line}`);
}
process.exit(0);
