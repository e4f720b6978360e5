import { fault, retryLater } from "@bnas/errors";
import { MemoryLog } from "@bnas/log";
import { cancelled, evaluated, evaluating, trained } from "@bnas/testing";
import { beforeEach, describe, expect, it } from "vitest";
import { noteRecords } from "../../telemetry/test/noting-recorder.js";
import type { Work } from "../src/jobs.js";
import { LocalJobs } from "../src/local-jobs.js";
import { TracedJobs } from "../src/traced-jobs.js";

const noted = noteRecords();
const measured: (readonly unknown[])[] = [];
beforeEach(() => {
  measured.length = 0;
});
const recorder = { ...noted.recorder, measure: (...given: readonly unknown[]) => void measured.push(given) };
const place = { "bnas.search": "s", "bnas.round": 1, "bnas.pass": 1, "bnas.sample": 1 };

/** Do one job as a test says, on a log that has nothing else, until it is done or has failed. */
const workOn = async (handle: Work["handle"], also: Partial<Work> = {}) => {
  const log = new MemoryLog();
  await log.append(trained(1));
  const stop = new AbortController();
  const jobs = new TracedJobs(new LocalJobs(log.live, { maxAttempts: 2, maxDelayMs: 1 }), recorder);
  const failed: Work["failed"] = async (...given) => {
    stop.abort();
    await also.failed?.(...given);
  };
  const done: Work["handle"] = async (stored, job) => {
    await handle(stored, job);
    await log.append(evaluated(1));
    stop.abort();
  };
  await jobs.work(evaluating({ ...also, handle: done, failed }), stop.signal);
  return log;
};

describe("a traced job", () => {
  it("is a span with its place and its outcome, a time and a count", async () => {
    let within = noted.spans.length;
    await workOn(async () => {
      within = noted.spans.filter(({ ended }) => ended).length;
    });
    expect(within).toBe(0);
    expect(noted.spans).toEqual([
      {
        name: "evaluate sample",
        attributes: { "bnas.worker": "evaluator", ...place, "bnas.job.outcome": "done" },
        ended: true,
      },
    ]);
    const outcome = { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "done" };
    expect(measured).toEqual([["bnas.job.duration", expect.any(Number), outcome]]);
    expect(noted.counts).toEqual([["bnas.jobs", 1, outcome]]);
  });

  it("is measured in seconds", async () => {
    await workOn(() => new Promise((resolve) => setTimeout(resolve, 20)));
    const [[, seconds]] = measured as [[string, number, object]]; // The one of above.
    expect(seconds).toBeGreaterThan(0.015);
    expect(seconds).toBeLessThan(10);
  });

  it.each([
    ["wants to be tried again", retryLater(1, "soon")],
    ["meets a service that does not answer", fault("UNAVAILABLE", "no one answers", "wait")],
  ])("that %s is a retry, and no job that is done", async (_, error) => {
    let attempts = 0;
    await workOn(async () => {
      attempts++;
      if (attempts === 1) throw error;
    });
    expect(noted.spans.map(({ attributes, failed }) => [Reflect.get(attributes, "bnas.job.outcome"), failed])).toEqual([
      ["faulted", error.code],
      ["done", undefined],
    ]);
    const job = { "bnas.job.kind": "evaluate sample" };
    expect(noted.counts).toEqual([
      ["bnas.retries", 1, { "bnas.retry.of": "evaluate sample" }],
      ["bnas.jobs", 1, { ...job, "bnas.job.outcome": "done" }],
    ]);
    expect(measured.map(([, , attributes]) => attributes)).toEqual([
      { ...job, "bnas.job.outcome": "faulted" },
      { ...job, "bnas.job.outcome": "done" },
    ]);
  });

  it("that cannot be done is counted as failed once, after it was said", async () => {
    let counted = -1;
    await workOn(
      async () => {
        throw new Error("broken");
      },
      {
        failed: async () => {
          await new Promise(setImmediate);
          counted = noted.counts.length;
        },
      },
    );
    expect(counted).toBe(0);
    expect(noted.counts).toEqual([
      ["bnas.jobs", 1, { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "failed" }],
    ]);
  });

  it("of a search that ended is stopped: no fault, no retry", async () => {
    const log = new MemoryLog();
    await log.append(trained(1));
    const stop = new AbortController();
    await new TracedJobs(new LocalJobs(log.live), recorder).work(
      evaluating({
        async handle(_, { signal }) {
          await log.append(cancelled("s"));
          await new Promise<void>((resolve) => {
            if (signal.aborted) resolve();
            signal.addEventListener("abort", () => resolve());
          });
          stop.abort();
          throw retryLater(1, "it was stopped");
        },
      }),
      stop.signal,
    );
    expect(noted.spans).toMatchObject([{ attributes: { "bnas.job.outcome": "stopped" }, ended: true }]);
    expect(noted.spans[0]).not.toHaveProperty("failed");
    expect(noted.counts).toEqual([
      ["bnas.jobs", 1, { "bnas.job.kind": "evaluate sample", "bnas.job.outcome": "stopped" }],
    ]);
  });

  it("has the name, the patterns and the result of its work", async () => {
    const log = await workOn(async () => {}, { name: "auditor", pattern: "bnas.search.s.>" });
    expect(noted.spans).toMatchObject([{ attributes: { "bnas.worker": "auditor" } }]);
    expect(await log.read("bnas.search.s.round.1.pass.1.sample.1.evaluated")).toHaveLength(1);
  });
});
