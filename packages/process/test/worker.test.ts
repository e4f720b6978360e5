import { afterEach, describe, expect, it } from "vitest";
import { startThread, type TaskThread } from "../src/worker.js";

const { signal } = new AbortController();
let thread: TaskThread<string, string, never> | undefined;

afterEach(() => thread?.close());

describe("a thread for tasks", () => {
  it("is set up again for the next task when what it needs was unavailable for the one before", async () => {
    const started = startThread<string, string, never>(new URL("./thread-that-starts-late.mjs", import.meta.url), 2);
    thread = started;
    await expect(started.run("first", { signal })).rejects.toThrow("not there yet: 1");
    await expect(started.run("second", { signal })).rejects.toThrow("not there yet: 2");
    expect(await started.run("third", { signal })).toBe("third after 3");
    expect(await started.run("fourth", { signal })).toBe("fourth after 3");
  });
});
