import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { silentTools } from "@bnas/process";
import { specToMessage } from "@bnas/rpc";
import type { Recorded, Spec } from "@bnas/search";

// Trainers run in threads, which need what was built.
const built = join(import.meta.dirname, "..", "..", "cli", "dist", "local", "embedded-mesh.js");
type EmbeddedMesh = typeof import("../../cli/src/local/embedded-mesh.js");

export type Facts = readonly Recorded["fact"][];

/** Runs searches to their end; one that a former process began is continued, one that has ended is read. */
export type RunSearch = (searchId: string, spec: Spec) => Promise<Facts>;

/** A mesh in this process, which keeps facts and checkpoints in a folder, for as long as `use` takes. */
export const withMesh = async (
  { folder, trainers }: { readonly folder: string; readonly trainers: number },
  use: (run: RunSearch) => Promise<void>,
): Promise<void> => {
  mkdirSync(folder, { recursive: true });
  const { startEmbeddedMesh } = (await import(pathToFileURL(built).href)) as EmbeddedMesh;
  const mesh = await startEmbeddedMesh({
    listen: "127.0.0.1:0",
    log: `file:${join(folder, "facts.jsonl")}`,
    store: `dir:${join(folder, "blobs")}`,
    engine: "wasm",
    tools: silentTools(),
    trainers,
  });
  const run: RunSearch = async (searchId, spec) => {
    await mesh.search.createSearch({ searchId, spec: specToMessage(spec) });
    const facts: Recorded["fact"][] = [];
    for await (const { factJson } of mesh.search.watchSearch({ searchId })) {
      facts.push((JSON.parse(factJson) as Recorded).fact);
    }
    return facts;
  };
  try {
    await Promise.race([use(run), mesh.failed]);
  } finally {
    await mesh.drain();
  }
};

/** Do work on each item, so many at a time. Rejects with the first that fails. */
export const sideBySide = async <T>(
  items: readonly T[],
  atATime: number,
  work: (item: T) => Promise<void>,
): Promise<void> => {
  const left = items.values();
  const each = async (): Promise<void> => {
    for (const one of left) await work(one);
  };
  await Promise.all(Array.from({ length: atATime }, each));
};
