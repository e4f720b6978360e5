import { readFileSync } from "node:fs";
import { connect, DirectoryStore } from "@bnas/mesh";
import { SearchServiceDefinition } from "@bnas/proto";
import { createChannel } from "nice-grpc";
import { Status } from "nice-grpc-common";
import { isFieldOf, pathOf } from "/work/main/test/fuzz/api.ts";
import { rawCall } from "/work/main/test/fuzz/raw-call.ts";
import { BLOBS, badCall, SEARCHES, spec } from "/work/main/test/fuzz/requests.ts";

const addresses: Record<string, string> = JSON.parse(process.env.ADDR!);
const from = Number(process.argv[2] ?? 0),
  to = Number(process.argv[3] ?? 500);
const { client } = connect(SearchServiceDefinition, addresses.pruner!);
const s: any = spec;
const { Spec } = await import("@bnas/proto");
for (const searchId of Object.values(SEARCHES)) {
  await client.createSearch({ searchId, spec: Spec.fromJSON(s) }).catch((e) => console.log(String(e)));
  if (searchId !== "gone") await client.pauseSearch({ searchId }).catch((e) => console.log(searchId, String(e)));
  if (searchId !== "held") await client.cancelSearch({ searchId }).catch((e) => console.log(String(e)));
}
const store = await DirectoryStore.open(process.env.STORE!);
for (const b of Object.values(BLOBS)) await store.put(Buffer.from(b));
const channels = Object.fromEntries(Object.entries(addresses).map(([k, v]) => [k, createChannel(v)]));
const of: Record<string, string> = {
  SearchService: "pruner",
  DatasetService: "dataset",
  EvaluatorService: "evaluator",
  TrainerService: "trainer",
};
const wrong = new Map<string, string[]>();
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${process.env.SPID}/status`, "utf8"))![1]) / 1024;
let next = from;
const t = Date.now();
const slow: [number, string][] = [];
await Promise.all(
  Array.from({ length: 8 }, async () => {
    while (next < to) {
      const i = next++;
      if ((i - from) % 500 === 0)
        console.log(i, "rss MiB", rss().toFixed(0), ((Date.now() - t) / 1000).toFixed(1) + "s");
      const call = badCall(1, i);
      const begun = Date.now();
      const abort = new AbortController();
      const timer = setTimeout(() => abort.abort(), 15000);
      let r;
      try {
        r = await rawCall(channels[of[call.method.parent.name]!]!, pathOf(call.method), call.bytes, {
          stream: call.method.methodKind === "server_streaming",
          signal: abort.signal,
        });
      } catch (e) {
        r = { code: -1, details: String(e), violations: [], headerBytes: 0 };
      }
      clearTimeout(timer);
      const took = Date.now() - begun;
      if (took > 500) slow.push([took, `${i} ${pathOf(call.method)} ${call.wrong.slice(0, 80)}`]);
      const problems: string[] = [];
      if (r.code !== call.code) problems.push(`code ${Status[r.code] ?? r.code} not ${Status[call.code]}`);
      else if (call.code === Status.INVALID_ARGUMENT) {
        if (r.violations.length === 0) problems.push("no violations");
        for (const v of r.violations) {
          if (v.field !== "request" && !isFieldOf(call.method.input, v.field))
            problems.push(`not a field of the request: ${v.field.replace(/\d+/g, "N").slice(0, 60)}`);
          else if (
            !call.fields.some((f) => v.field === f || v.field.startsWith(f + ".") || v.field.startsWith(f + "["))
          )
            problems.push(`blames ${v.field} not ${call.fields}`);
        }
      }
      if (r.headerBytes > 8000) problems.push(`header > 8000`);
      for (const p of problems) {
        const key = `${call.method.name}: ${p}`;
        const l = wrong.get(key) ?? [];
        l.push(`#${i} ${call.wrong.slice(0, 90)} -> ${r.details.slice(0, 140)} ${r.headerBytes}`);
        wrong.set(key, l);
      }
    }
  }),
);
console.log("done", ((Date.now() - t) / 1000).toFixed(1) + "s rss", rss().toFixed(0));
for (const [k, l] of [...wrong].sort((a, b) => b[1].length - a[1].length)) {
  console.log(`${l.length}x ${k}`);
  for (const x of l.slice(0, 2)) console.log("     ", x);
}
for (const x of slow.sort((a, b) => b[0] - a[0]).slice(0, 15)) console.log("slow", x[0], x[1]);
process.exit(0);
