import { FileLog, MemoryLog } from "@bnas/log";
import { evaluated, evaluating, sampleOf, trained } from "@bnas/testing";
import { jobsContract, temporaryFolder } from "@bnas/testing/contracts";
import { describe, expect, it } from "vitest";
import { LocalJobs } from "../src/local-jobs.js";

const folder = temporaryFolder();

jobsContract("LocalJobs of a MemoryLog", async (policy) => {
  const log = new MemoryLog();
  return { log, jobs: new LocalJobs(log.live, policy) };
});

jobsContract("LocalJobs of a FileLog", async (policy) => {
  const log = await FileLog.open(await folder.fresh());
  return { log, jobs: new LocalJobs(log.live, policy) };
});

describe("LocalJobs of two processes on one file", () => {
  it("brings one's facts to the other's watch and work", async () => {
    const path = await folder.fresh();
    const [one, other] = await Promise.all([FileLog.open(path), FileLog.open(path)]);
    const stop = new AbortController();
    const done: number[] = [];
    const working = new LocalJobs(other.live).work(
      evaluating({
        async handle(stored) {
          done.push(sampleOf(stored));
          await other.append(evaluated(sampleOf(stored)));
        },
      }),
      stop.signal,
    );
    await one.append(trained(1));
    await one.append(trained(2));
    const seen: string[] = [];
    for await (const { fact } of one.watch("bnas.search.s.>", { signal: stop.signal })) {
      seen.push(fact.kind);
      if (seen.length === 4) stop.abort();
    }
    await working;
    expect(done).toEqual([1, 2]);
    expect(seen.sort()).toEqual(["sample.evaluated", "sample.evaluated", "sample.trained", "sample.trained"]);
    await Promise.all([one.close(), other.close()]);
  });
});
