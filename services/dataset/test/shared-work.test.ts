import { describe, expect, it } from "vitest";
import { SharedWork } from "../src/stream/shared-work.js";

/** Work whose end a test says, and the signals that it was given. */
function work() {
  const signals: AbortSignal[] = [];
  const ends: { done: (value: number) => void; fail: (error: Error) => void }[] = [];
  const shared = new SharedWork<number>((signal) => {
    signals.push(signal);
    return new Promise((done, fail) => {
      ends.push({ done, fail });
      signal.addEventListener("abort", () => fail(new Error("stopped")));
    });
  });
  return { shared, signals, ends };
}

describe("shared work", () => {
  it("is done once for all, and kept", async () => {
    const { shared, ends } = work();
    const both = [shared.join(), shared.join(new AbortController().signal)];
    ends[0]?.done(7);
    expect(await Promise.all([...both, shared.join()])).toEqual([7, 7, 7]);
    expect(ends).toHaveLength(1);
  });

  it("continues while one caller is left, and is stopped when none is", async () => {
    const { shared, signals } = work();
    const callers = [new AbortController(), new AbortController()];
    const joined = callers.map(({ signal }) => shared.join(signal));
    const [first, second] = joined;
    callers[0]?.abort();
    await expect(first).rejects.toThrow("aborted");
    expect(signals[0]?.aborted).toBe(false);
    callers[1]?.abort();
    await expect(second).rejects.toThrow("aborted");
    expect(signals[0]?.aborted).toBe(true);
  });

  it("is done again after it was stopped or has failed", async () => {
    const { shared, ends } = work();
    const caller = new AbortController();
    const stopped = shared.join(caller.signal);
    caller.abort();
    await expect(stopped).rejects.toThrow();
    const failed = shared.join();
    ends[1]?.fail(new Error("broken"));
    await expect(failed).rejects.toThrow("broken");
    const joined = shared.join();
    ends[2]?.done(3);
    expect(await joined).toBe(3);
  });
});
