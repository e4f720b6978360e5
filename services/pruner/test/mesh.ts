import { type FactLog, MemoryLog } from "@bnas/log";
import { type DatasetServiceClient, DescribeDatasetResponse } from "@bnas/proto";
import { type Fact, parseSpec, record, type Spec, stream, writerOf } from "@bnas/search";
import { type BlobStore, MemoryStore } from "@bnas/store";
import { silentLogger, silentRecorder } from "@bnas/telemetry";
import { runSearch } from "@bnas/testing";
import { followSearches } from "../src/deciding/follow-searches.js";
import { Searches } from "../src/deciding/searches.js";
import { Quotas } from "../src/quotas/quotas.js";
import { purgeSearch } from "../src/retention/purge-search.js";

const time = "2026-01-02T03:04:05.000Z";
export const clock = (): Date => new Date(time);

export const opened = { kind: "search.opened", spec: parseSpec({ preset: "smoke" }) } as const;

/** A log with these facts, each search by its own, and what a pruner has folded of it. */
export const meshOf = async (facts: Readonly<Record<string, readonly Fact[]>>) => {
  const log = new MemoryLog();
  for (const [searchId, all] of Object.entries(facts)) {
    for (const fact of all) {
      const [writer = "pruner"] = [writerOf(fact.kind)].flat();
      await log.append(record(searchId, fact, writer, time));
    }
  }
  return openMesh(log, new MemoryStore(() => 0));
};

/** No one has a limit. */
const noQuotas = () => ({
  quotas: new Quotas({ each: () => [] }, undefined, { logger: silentLogger, recorder: silentRecorder }),
  ownersNamedBy: new Set<string>(),
});

/** What a pruner that starts on a log and a store has. */
export const openMesh = async (log: FactLog, store?: BlobStore) => ({
  log,
  store,
  searches: await Searches.open(log, store),
  logger: silentLogger,
  dataset: datasetOf(16),
  clock,
  ...noQuotas(),
});
export type Mesh = Awaited<ReturnType<typeof openMesh>>;

/** Let it lead until it has come to the end of the log. */
export const leadOnce = async (mesh: Mesh): Promise<void> => {
  const stop = new AbortController();
  const following = followSearches(mesh.searches, {
    writer: "pruner",
    clock,
    signal: stop.signal,
    onUnpurged: (searchId) => purgeSearch(mesh, searchId),
  });
  // What the start brings is done in a few turns of a log in memory; the marker comes through the watch after all before it.
  await mesh.log.append(record("marker", { kind: "search.paused", control: 1 }, "pruner", time)).catch(() => {});
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await following;
};

/** The facts of a whole search whose checkpoints are in a store. */
export const searched = async (store: BlobStore, given: object = {}): Promise<readonly Fact[]> => {
  const spec: Spec = parseSpec({ preset: "smoke", ...given });
  const whole = await (await runSearch(spec, store, stream(0, "order"))).read(">");
  return whole.map(({ fact }) => fact);
};

/** A log with whole searches, each with facts of its own, and the store that they have written to. */
export const meshWith = async (searches: Readonly<Record<string, object>>) => {
  const store = new MemoryStore(() => 0);
  const log = new MemoryLog();
  for (const [searchId, given] of Object.entries(searches))
    await appendAll(log, searchId, await searched(store, given));
  return openMesh(log, store);
};

export const appendAll = async (log: FactLog, searchId: string, facts: readonly Fact[]): Promise<void> => {
  for (const fact of facts) await log.append(record(searchId, fact, writerOf(fact.kind), time));
};

export const blobsIn = async (store: BlobStore | undefined): Promise<ReadonlySet<string>> => {
  const found = new Set<string>();
  for await (const { sha256 } of store?.list() ?? []) found.add(sha256);
  return found;
};

/** A dataset service of 120 images that are so large. */
export const datasetOf = (height: number, width = height): DatasetServiceClient => ({
  describeDataset: async () =>
    DescribeDatasetResponse.create({
      classes: ["a", "b"],
      height,
      width,
      channels: 3,
      weightImages: 60,
      strengthImages: 60,
      trainImages: 120,
    }),
  streamBatches: () => {
    throw new Error("nothing is streamed in these tests");
  },
});
