import { fault, noRoom, retryLater } from "@bnas/errors";
import type { Work } from "@bnas/jobs";
import { createLogger } from "@bnas/telemetry";
import { control } from "@bnas/testing";
import { expect, it } from "vitest";
import { tellingWaits } from "../src/telling-waits.js";

const stored = { ...control(1), sequence: 1 };

const worked = async (error: Error) => {
  const [lines, waited]: [string[], unknown[]] = [[], []];
  const logger = createLogger({ name: "test", level: "warn", to: { write: (line) => void lines.push(line) } });
  const work: Work = {
    name: "trainer",
    pattern: ">",
    result: () => null,
    handle: () => Promise.reject(error),
    failed: async () => {},
  };
  const job = { signal: new AbortController().signal, working: () => {} };
  const telling = tellingWaits(work, { logger, waits: (reason) => waited.push(reason) });
  await expect(telling.handle(stored, job)).rejects.toBe(error);
  return { lines, waited };
};

it("says what a job waits for that is tried again without an end, in the log and to who asked", async () => {
  const full = noRoom("/data/blobs: its disk is full", "Make room there.");
  const { lines, waited } = await worked(full);
  expect(waited).toEqual([full]);
  expect(lines.join()).toMatch(/"level":"warn".*its disk is full. Make room there.*a job waits/);
  expect((await worked(fault("UNAVAILABLE", "no answer", ""))).waited.length).toBe(1);
});

it("says nothing of a job that fails, or is tried a few times", async () => {
  for (const error of [retryLater(10, "busy"), new Error("a mistake")])
    expect(await worked(error)).toEqual({ lines: [], waited: [] });
});
