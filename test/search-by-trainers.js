// One search on a mesh in one process with so many trainers, however many cores there are:
//   node test/search-by-trainers.js SPEC.json FOLDER TRAINERS
// The command line takes the number of trainers from the spec and the machine; tests and benches must choose it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { silentTools } from "@bnas/process";
import { specToMessage } from "@bnas/rpc";
import { parseSpec } from "@bnas/search";
import { startEmbeddedMesh } from "../cli/dist/local/embedded-mesh.js";

/**
 * Search from a partial spec to the end, or continue one; leaves facts.jsonl and blobs in the folder, and gives the recorded facts.
 */
export const searchByTrainers = async (given, folder, trainers) => {
  const mesh = await startEmbeddedMesh({
    listen: "127.0.0.1:0",
    log: `file:${join(folder, "facts.jsonl")}`,
    store: `dir:${join(folder, "blobs")}`,
    engine: "wasm",
    tools: silentTools(),
    trainers,
  });
  try {
    const searchId = "by-trainers";
    await mesh.search.createSearch({ searchId, spec: specToMessage(parseSpec(given)) });
    const facts = [];
    for await (const { factJson } of mesh.search.watchSearch({ searchId })) facts.push(JSON.parse(factJson));
    return facts;
  } finally {
    await mesh.drain();
  }
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const [, , spec, folder, trainers] = process.argv;
  const facts = await searchByTrainers(JSON.parse(readFileSync(spec, "utf8")), folder, Number(trainers));
  const { fact } = facts.at(-1);
  if (fact.kind === "search.failed") console.error(`${fact.reason}; ${fact.hint}`);
  process.exit(fact.kind === "search.finished" ? 0 : 1);
}
