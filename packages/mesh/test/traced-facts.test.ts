import { retryLater } from "@bnas/errors";
import { cancelled, evaluated, evaluating, trained } from "@bnas/testing";
import { describe, expect, it } from "vitest";
import type { Work } from "../../jobs/src/jobs.js";
import { openFacts, openLog, openStore } from "../src/open.js";
import { collectedHere, named, one, values } from "./collected-here.js";

const { collector, received, recorder } = collectedHere();

describe("a log of facts", () => {
  /** Have one job done as a test says, until it has ended. */
  const work = async (job: Pick<Work, "handle">): Promise<void> => {
    const { log, jobs } = await openFacts("memory:", { recorder: recorder() });
    await log.append(trained(1));
    const stop = new AbortController();
    const handle: Work["handle"] = async (stored, context) => {
      await job.handle(stored, context);
      await log.append(evaluated(1));
      stop.abort();
    };
    const failed: Work["failed"] = async () => stop.abort();
    await jobs.work(evaluating({ handle, failed }), stop.signal);
  };

  it("records a span and a count of every fact, and the images of the jobs that it tells of", async () => {
    const log = await openLog("memory:", { recorder: recorder() });
    await log.append(trained(1));
    await log.append(trained(1));
    const spans = named(await received(), "append fact");
    const place = { "bnas.search": "s", "bnas.round": 1, "bnas.pass": 1, "bnas.sample": 1 };
    const kind = { "bnas.fact.kind": "sample.trained" };
    expect(spans.map(({ attributes }) => attributes)).toEqual([
      { ...place, ...kind, "bnas.fact.duplicate": false, "bnas.fact.sequence": 1 },
      { ...place, ...kind, "bnas.fact.duplicate": true, "bnas.fact.sequence": 1 },
    ]);
    expect(values(collector(), "bnas.facts")).toEqual([
      { ...kind, "bnas.fact.duplicate": false, value: 1 },
      { ...kind, "bnas.fact.duplicate": true, value: 1 },
    ]);
    expect(values(collector(), "bnas.images")).toEqual([{ "bnas.job.kind": "train sample", value: 8 }]);
  });

  it("records a job with its place in the search, a time and an outcome; what it does is a part of it", async () => {
    await work({ handle: async () => expect(recorder().job()).toBe("evaluate sample") });
    const job = one(await received(), "evaluate sample");
    expect(job.attributes).toEqual({
      "bnas.worker": "evaluator",
      "bnas.search": "s",
      "bnas.round": 1,
      "bnas.pass": 1,
      "bnas.sample": 1,
      "bnas.job.outcome": "done",
    });
    const answered = named(collector(), "append fact").find(
      ({ attributes }) => attributes["bnas.fact.kind"] === "sample.evaluated",
    );
    expect(answered?.parentId).toBe(job.spanId);
    const outcome = { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "done" };
    expect(values(collector(), "bnas.jobs")).toEqual([{ ...outcome, value: 1 }]);
    expect(values(collector(), "bnas.job.duration")).toEqual([{ ...outcome, value: 1 }]);
  });

  it("records a job that cannot be done as failed, once", async () => {
    const handle = async () => {
      throw new Error("no memory");
    };
    await work({ handle });
    expect(one(await received(), "evaluate sample")).toMatchObject({
      failed: "no memory",
      attributes: { "bnas.job.outcome": "faulted", "error.type": "Error" },
    });
    expect(values(collector(), "bnas.jobs")).toEqual([
      { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "failed", value: 1 },
    ]);
  });

  it("records what is tried again as a retry of a job that is done in the end", async () => {
    let tries = 0;
    const handle = async () => {
      tries += 1;
      if (tries === 1) throw retryLater(1, "later");
    };
    await work({ handle });
    expect(named(await received(), "evaluate sample").map(({ failed }) => failed)).toEqual(["later", undefined]);
    expect(values(collector(), "bnas.retries")).toEqual([{ "bnas.retry.of": "evaluate sample", value: 1 }]);
    expect(values(collector(), "bnas.jobs")).toEqual([
      { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "done", value: 1 },
    ]);
  });

  it("records a job of a search that was cancelled as stopped, which is no fault", async () => {
    const { log, jobs } = await openFacts("memory:", { recorder: recorder() });
    await log.append(trained(1));
    const stop = new AbortController();
    await jobs.work(
      evaluating({
        async handle(_, job) {
          await log.append(cancelled());
          while (!job.signal.aborted) await new Promise((resolve) => setImmediate(resolve));
          stop.abort();
          throw new Error("was stopped");
        },
      }),
      stop.signal,
    );
    expect(one(await received(), "evaluate sample")).toMatchObject({
      failed: undefined,
      attributes: { "bnas.job.outcome": "stopped" },
    });
  });
});

it("a store records a span for each blob that is put or fetched", async () => {
  const store = await openStore("memory:", { recorder: recorder() });
  const sha256 = await store.put(Buffer.from("four"));
  await store.get(sha256);
  const attributes = { "bnas.blob": sha256, "bnas.blob.bytes": 4 };
  expect(one(await received(), "put blob").attributes).toEqual(attributes);
  expect(one(collector(), "get blob").attributes).toEqual(attributes);
});
