import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WorkQueue } from "../src/act/work-queue.js";

describe("the work queue", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Work that is under way until it is let go. */
  const held = () => {
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const work = (key: string) => {
      begun.push(key);
      return new Promise<void>((resolve) => ends.push(resolve));
    };
    const endAll = async () => {
      for (const end of ends.splice(0)) end();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { begun, work, endAll };
  };

  it("works on nothing before it begins", () => {
    const { begun, work } = held();
    const queue = new WorkQueue(work);
    queue.add("a");
    expect(begun).toEqual([]);
    queue.begin();
    expect(begun).toEqual(["a"]);
  });

  it("works once on a key that is added often, and once more when it was added meanwhile", async () => {
    const { begun, work, endAll } = held();
    const queue = new WorkQueue(work, 1);
    queue.begin();
    for (const key of ["a", "b", "b", "a", "a"]) queue.add(key);
    expect(begun).toEqual(["a"]);
    await endAll();
    await endAll();
    await endAll();
    expect(begun).toEqual(["a", "b", "a"]);
  });

  it("never works twice at a time on one key, and on no more keys than it has lanes", async () => {
    const { begun, work } = held();
    const queue = new WorkQueue(work, 2);
    queue.begin();
    for (const key of ["a", "b", "c", "a"]) queue.add(key);
    expect(begun).toEqual(["a", "b"]);
    expect(queue.depth).toBe(3);
  });

  it("tries again what failed, after longer and longer pauses, though it is added meanwhile", async () => {
    const at: number[] = [];
    const queue = new WorkQueue(async () => {
      at.push(Date.now());
      throw new Error("no");
    });
    queue.begin();
    queue.add("a");
    await vi.advanceTimersByTimeAsync(200 + 400 + 800);
    expect(at.slice(1).map((time, index) => time - (at[index] ?? 0))).toEqual([200, 400, 800]);
  });

  it("forgets the failures of a key that succeeds", async () => {
    let fails = 2;
    const at: number[] = [];
    const queue = new WorkQueue(async () => {
      at.push(Date.now());
      if (fails-- > 0) throw new Error("no");
    });
    queue.begin();
    queue.add("a");
    await vi.advanceTimersByTimeAsync(600);
    fails = 1;
    queue.add("a");
    await vi.advanceTimersByTimeAsync(200);
    expect(at).toHaveLength(5);
  });

  it("adds a key later, at the earliest of the times that it was given", async () => {
    const begun: string[] = [];
    const queue = new WorkQueue(async (key) => {
      begun.push(key);
    });
    queue.begin();
    queue.add("a", 500);
    queue.add("a", 300);
    queue.add("a", 900);
    await vi.advanceTimersByTimeAsync(299);
    expect(begun).toEqual([]);
    await vi.advanceTimersByTimeAsync(2000);
    expect(begun).toEqual(["a"]);
  });

  it("ends what is in progress when it is stopped, and takes up nothing more", async () => {
    const { begun, work, endAll } = held();
    const queue = new WorkQueue(work, 1);
    queue.begin();
    queue.add("a");
    queue.add("b");
    let stopped = false;
    const stopping = queue.stop().then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(0);
    expect(stopped).toBe(false);
    await endAll();
    await stopping;
    queue.add("c");
    vi.useRealTimers();
    await pause(0);
    expect(begun).toEqual(["a"]);
  });
});
