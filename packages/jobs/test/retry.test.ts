import { CODE_NAMES, fault, retryLater } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { retryDelay } from "../src/retry.js";

const policy = { maxAttempts: 3, maxDelayMs: 60_000 };
const outage = fault("UNAVAILABLE", "no NATS server answers", "is it running?");

describe("a job that did not end well", () => {
  it("is tried again after the delay it asked for, twice as long each time, until it was tried often enough", () => {
    expect([1, 2, 3].map((attempts) => retryDelay(retryLater(100, "soon"), attempts, policy))).toEqual([
      100,
      200,
      null,
    ]);
  });

  it("is tried again for as long as a part of the mesh is out of reach: an outage never ends a search", () => {
    expect([1, 2, 3, 1000].map((attempts) => retryDelay(outage, attempts, policy))).toEqual([1000, 2000, 4000, 15_000]);
  });

  it("is not tried again on any other error", () => {
    expect(retryDelay(new Error("the job is wrong"), 1, policy)).toBeNull();
    expect(retryDelay(fault("NOT_FOUND", "no such thing", "look"), 1, policy)).toBeNull();
  });

  it.each(CODE_NAMES)("of code %s is tried again as the table of codes says", (code) => {
    const again = retryDelay(code === "RETRY" ? retryLater(100, "soon") : fault(code, "x", ""), 1, policy);
    expect(again).toBe({ UNAVAILABLE: 1000, NO_ROOM: 1000, SUBJECT_TAKEN: 1000, RETRY: 100 }[String(code)] ?? null);
    expect(retryDelay(fault(code, "x", ""), 1000, policy)).toBe(
      ["UNAVAILABLE", "NO_ROOM", "SUBJECT_TAKEN"].includes(code) ? 15_000 : null,
    );
  });
});
