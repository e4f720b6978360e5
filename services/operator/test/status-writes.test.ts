import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import type { SearchStatus } from "../src/status/architecture-search.js";
import { transitionEvents } from "../src/status/transition-events.js";
import { worthWriting } from "../src/status/worth-writing.js";
import { anObject, now, observed, settings, trainer } from "./build-observed.js";

const status = (change: SearchStatus = {}): SearchStatus => ({
  round: 1,
  sequence: 10,
  jobsDone: 5,
  progressTime: new Date(now - 4000).toISOString(),
  ...change,
});

describe("a status", () => {
  it("is written when there was none, and not when it says nothing new", () => {
    expect(worthWriting(undefined, status(), { now, written: now })).toEqual({ write: true });
    expect(worthWriting(status(), status(), { now, written: now })).toEqual({ write: false });
  });

  it("is written at once when a round is done or a condition changes", () => {
    expect(worthWriting(status(), status({ round: 2 }), { now, written: now })).toEqual({ write: true });
    expect(worthWriting(status(), status({ conditions: [] }), { now, written: now })).toEqual({ write: true });
  });

  it("waits with mere progress, so that a search of many short jobs does not wear out the API server", () => {
    const moved = status({ sequence: 11, jobsDone: 6, progressTime: new Date(now).toISOString() });
    expect(worthWriting(status(), moved, { now, written: now - 4000 })).toEqual({ write: false, again: 6000 });
    expect(worthWriting(status(), moved, { now: now + 6000, written: now - 4000 })).toEqual({ write: true });
  });
});

describe("events", () => {
  const by = { identity: "operator-0", now: new Date(now) };
  const training = plan(observed({ trainers: [trainer(0)] }), settings).status ?? {};
  const reasons = (events: readonly object[]) => events.map((event) => ("reason" in event ? event.reason : ""));

  it("tell of each condition whose reason has changed", () => {
    expect(reasons(transitionEvents(anObject(), training, by))).toEqual(["Valid", "Readable", "Training"]);
  });

  it("tell nothing twice", () => {
    expect(transitionEvents(anObject({ status: training }), training, by)).toEqual([]);
  });

  it("are warnings where a person should look", () => {
    const trouble = { reason: "NoGpuFree", message: "no node" } as const;
    const waiting = plan(observed({ trainers: [trainer(0, { state: "starting", trouble })] }), settings).status ?? {};
    expect(transitionEvents(anObject({ status: training }), waiting, by)).toEqual([
      expect.objectContaining({ type: "Warning", reason: "NoGpuFree", note: expect.stringMatching(/Next: /) }),
    ]);
  });
});
