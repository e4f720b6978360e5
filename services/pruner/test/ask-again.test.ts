import { MemoryLog } from "@bnas/log";
import { askAgain } from "@bnas/searches";
import { describe, expect, it } from "vitest";
import { clock } from "./mesh.js";

const by = { writer: "pruner", time: clock().toISOString() } as const;
const hash = (number: number): string => number.toString(16).padStart(64, "0");

describe("jobs that are done again", () => {
  it("are asked for again 100 times in a search, and not once more", async () => {
    const log = new MemoryLog();
    const ask = (number: number) => askAgain(log, "s", { answer: "round.1.scored", refused: hash(number) }, by);
    for (let number = 1; number <= 100; number++) expect(await ask(number)).toBe(true);
    expect(await ask(101)).toBe(false);
    expect(await askAgain(log, "other", { answer: "round.1.scored", refused: hash(1) }, by)).toBe(true);
  });

  it("are asked for once, however many services find that a blob is lost, until that is done", async () => {
    const log = new MemoryLog();
    const wanted = { answer: "warmup.epoch.1.trained" };
    await Promise.all([1, 2, 3].map(() => askAgain(log, "s", wanted, by)));
    const open = async () => (await log.read("bnas.search.s.repeat.*.requested")).length;
    expect(await open()).toBe(1);
    await log.append({
      ...{ version: 1, subject: "bnas.search.s.repeat.1.done", writer: "trainer", time: by.time },
      fact: { kind: "job.repeated", repeat: 1 },
    });
    await askAgain(log, "s", wanted, by);
    expect(await open()).toBe(2);
  });
});
