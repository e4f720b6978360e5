import { MemoryLog, Searches } from "@bnas/mesh";
import { type DatasetServiceClient, DescribeDatasetResponse } from "@bnas/proto";
import { type Fact, parseSpec, record, writerOf } from "@bnas/search";

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
  return { log, searches: await Searches.open(log), clock };
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
    }),
  streamBatches: () => {
    throw new Error("nothing is streamed in these tests");
  },
});
