import { retryLater } from "@bnas/errors";
import { MemoryLog } from "@bnas/log";
import { cancelled, evaluated, evaluating, sampleOf, trained } from "@bnas/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalJobs } from "../src/local-jobs.js";

/** Let everything happen that waits for no timer. */
const settle = async () => {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
};

describe("a job that is tried again", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("waits for its whole delay, while nothing else is to be done", async () => {
    const log = new MemoryLog();
    await log.append(trained(1));
    const stop = new AbortController();
    let attempts = 0;
    const working = new LocalJobs(log.live).work(
      evaluating({
        async handle() {
          if (++attempts === 1) throw retryLater(1_000, "soon");
          stop.abort();
        },
      }),
      stop.signal,
    );
    await settle();
    await vi.advanceTimersByTimeAsync(999);
    await settle();
    expect(attempts).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await working;
    expect(attempts).toBe(2);
  });

  it("leaves no timer when the last worker drains, and keeps it while another works", async () => {
    const log = new MemoryLog();
    await log.append(trained(1));
    const jobs = new LocalJobs(log.live);
    const [first, second] = [new AbortController(), new AbortController()];
    const taken: number[] = [];
    const work = evaluating({
      async handle(stored) {
        taken.push(sampleOf(stored));
        throw retryLater(60_000, "within a minute");
      },
    });
    const working = [jobs.work(work, first.signal), jobs.work(work, second.signal)];
    await settle();
    expect([taken, vi.getTimerCount()]).toEqual([[1], 1]);
    first.abort();
    await working[0];
    await settle();
    expect([taken, vi.getTimerCount()]).toEqual([[1], 1]);
    second.abort();
    await working[1];
    expect([taken, vi.getTimerCount()]).toEqual([[1], 0]);
  });
});

describe("a queue of jobs", () => {
  it("follows the log as long as someone works on it", async () => {
    const log = new MemoryLog();
    let following = 0;
    const live = {
      ...log.live,
      follow: () => {
        following++;
        return () => void following--;
      },
    };
    const stop = new AbortController();
    const working = new LocalJobs(live).work(evaluating({ handle: async () => {} }), stop.signal);
    await settle();
    expect(following).toBe(1);
    stop.abort();
    await working;
    expect(following).toBe(0);
  });

  it("hands out a job again that could not be read, and rejects", async () => {
    const log = new MemoryLog();
    await log.append(trained(1));
    const load = vi.fn(log.live.load).mockRejectedValueOnce(new Error("the disk is gone"));
    const jobs = new LocalJobs({ ...log.live, load });
    const handle = vi.fn(async () => {
      stop.abort();
    });
    const stop = new AbortController();
    await expect(jobs.work(evaluating({ handle }), stop.signal)).rejects.toThrow("the disk is gone");
    expect(handle).not.toHaveBeenCalled();
    await jobs.work(evaluating({ handle }), stop.signal);
    expect(handle).toHaveBeenCalledTimes(1);
  });

  it("hands out nothing of a search that had ended before anyone worked", async () => {
    const log = new MemoryLog();
    for (const fact of [trained(1, "ended"), cancelled("ended"), trained(2, "ended"), trained(1, "lives")]) {
      await log.append(fact);
    }
    const stop = new AbortController();
    const taken: string[] = [];
    await new LocalJobs(log.live).work(
      evaluating({
        async handle({ subject }) {
          taken.push(subject);
          stop.abort();
        },
      }),
      stop.signal,
    );
    expect(taken).toEqual([trained(1, "lives").subject]);
  });

  it("says to a job that runs whether it is to stop: when the worker drains, and not before", async () => {
    const log = new MemoryLog();
    await log.append(trained(1));
    const stop = new AbortController();
    const seen: boolean[] = [];
    await new LocalJobs(log.live).work(
      evaluating({
        async handle(_, { signal, working }) {
          working();
          seen.push(signal.aborted);
          stop.abort();
          seen.push(signal.aborted);
          await log.append(evaluated(1));
        },
      }),
      stop.signal,
    );
    expect(seen).toEqual([false, true]);
  });
});
