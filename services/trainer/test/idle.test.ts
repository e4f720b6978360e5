import type { Work } from "@bnas/jobs";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { endWhenIdle } from "../src/idle.js";

/** Nothing looks at the fact or the job: what is handled is as long as the test wants. */
const [stored, job] = [{} as Parameters<Work["handle"]>[0], {} as Parameters<Work["handle"]>[1]];

const started = (seconds: number, handle: () => Promise<void> = async () => {}) => {
  const end = new AbortController();
  const work: Work = { name: "trainer", pattern: "a.>", result: () => null, handle, failed: async () => {} };
  return { ended: end.signal, work: endWhenIdle([work], { seconds, end })[0] as Work };
};

describe("a trainer that may be idle for 60 seconds", () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const endsAfter = (ended: AbortSignal, ms: number) => {
    vi.advanceTimersByTime(ms - 1);
    expect(ended.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(ended.aborted).toBe(true);
  };

  it("ends when no job has come for 60 seconds, and not before", () => {
    endsAfter(started(60).ended, 60_000);
  });

  it("does not end while a job is in progress, however long that takes, and counts from its end", async () => {
    let finish = () => {};
    const { ended, work } = started(60, () => new Promise<void>((resolve) => (finish = resolve)));
    vi.advanceTimersByTime(30_000);
    const handled = work.handle(stored, job);
    vi.advanceTimersByTime(600_000);
    expect(ended.aborted).toBe(false);
    finish();
    await handled;
    endsAfter(ended, 60_000);
  });

  it("counts from the end of a job that failed, too", async () => {
    const { ended, work } = started(60, () => Promise.reject(new Error("no memory")));
    vi.advanceTimersByTime(30_000);
    await expect(work.handle(stored, job)).rejects.toThrow("no memory");
    endsAfter(ended, 60_000);
  });

  it("never ends where 0 seconds are set", () => {
    const { ended } = started(0);
    vi.advanceTimersByTime(86_400_000);
    expect(ended.aborted).toBe(false);
  });
});
