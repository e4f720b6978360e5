import { afterEach, describe, expect, it } from "vitest";
import { startThread, type TaskThread } from "../src/start-thread.js";

const { signal } = new AbortController();
/** What thread-that-starts-late.mjs does. */
type Late = { name(task: string): Promise<string> };
let thread: TaskThread<Late> | undefined;

afterEach(() => thread?.close());

describe("a thread for tasks", () => {
  it("is set up again for the next task when what it needs was unavailable for the one before", async () => {
    const started = startThread<Late>(new URL("./thread-that-starts-late.mjs", import.meta.url), 2);
    thread = started;
    await expect(started.call("name", "first", { signal })).rejects.toThrow("not there yet: 1");
    await expect(started.call("name", "second", { signal })).rejects.toThrow("not there yet: 2");
    expect(await started.call("name", "third", { signal })).toBe("third after 3");
    expect(await started.call("name", "fourth", { signal })).toBe("fourth after 3");
  });
});
