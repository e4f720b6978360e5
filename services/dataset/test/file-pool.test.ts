import { describe, expect, it } from "vitest";
import { watchFilePool } from "../src/files/file-pool.js";

/** A probe whose answers a test gives one by one, and what the watch said. */
function watched() {
  const answers: (() => void)[] = [];
  const said: boolean[] = [];
  const heard: (() => void)[] = [];
  const probe = () => new Promise<void>((answer) => answers.push(answer));
  const watch = watchFilePool(
    (reads) => {
      said.push(reads);
      heard.shift()?.();
    },
    { everyMs: 0, limitMs: 1, probe },
  );
  return { answers, said, next: () => new Promise<void>((resolve) => heard.push(resolve)), stop: () => watch.stop() };
}

describe("the watch of the threads that read files", () => {
  it("says that files are not read when a probe does not come back, and that they are when it does", async () => {
    const { answers, said, next, stop } = watched();
    await next();
    expect(said).toEqual([false]);
    const again = next();
    answers[0]?.();
    await again;
    expect(said).toEqual([false, true]);
    stop();
  });

  it("says nothing after it was stopped", async () => {
    const { answers, said, stop } = watched();
    stop();
    answers[0]?.();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(said).toEqual([]);
  });
});
