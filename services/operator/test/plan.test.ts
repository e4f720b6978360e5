import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import type { Observed } from "../src/see/observed.js";
import type { SearchStatus } from "../src/status/architecture-search.js";
import { anObject, now, observed, progress, running, said, settings, steps, trainer } from "./build-observed.js";

const planned = (change: Partial<Observed> = {}) => plan(observed(change), settings);
const seconds = (count: number) => new Date(now + count * 1000).toISOString();

describe("the plan of a search that runs", () => {
  it("makes as many trainers as jobs are open", () => {
    expect(steps(planned())).toEqual(["makeTrainer 0", "makeTrainer 1", "makeTrainer 2"]);
  });

  it("makes none above trainers.max", () => {
    const next = planned({
      mesh: running({ progress: progress({ jobsOpen: 8 }) }),
      trainers: [trainer(1), trainer(2)],
    });
    expect(steps(next)).toEqual(["makeTrainer 0", "makeTrainer 3"]);
  });

  it("makes none when no job is open, and keeps trainers.min", () => {
    const idle = running({ progress: progress({ jobsOpen: 0 }) });
    expect(steps(planned({ mesh: idle }))).toEqual([]);
    expect(steps(planned({ mesh: idle, object: anObject({ spec: { trainers: { min: 1, max: 4 } } }) }))).toEqual([
      "makeTrainer 0",
    ]);
    expect(said(planned({ mesh: idle }), "Running").reason).toBe("NoWork");
  });

  it("makes no more than the operator's limit leaves it, and says that it waits", () => {
    expect(steps(planned({ share: 1, free: 5 }))).toEqual(["makeTrainer 0"]);
    expect(steps(planned({ share: 2, free: 1 }))).toEqual(["makeTrainer 0"]);
    expect(said(planned({ share: 0, free: 0 }), "Running").reason).toBe("ShareWaiting");
  });

  it("says that it trains, how many of how many, and why the others do not", () => {
    const trouble = { reason: "NoGpuFree", message: "0/3 nodes: 3 Insufficient nvidia.com/gpu." } as const;
    const next = planned({
      trainers: [trainer(0), trainer(1, { state: "starting", trouble }), trainer(2, { state: "starting" })],
    });
    expect(said(next, "Running")).toMatchObject({ status: "True", reason: "Training" });
    expect(said(next, "Running").message).toMatch(/1 of 3 trainers run; the others: NoGpuFree: 0\/3 nodes/);
    expect(next.status?.trainers).toBe(1);
  });

  it.each([
    "NoGpuFree",
    "Unschedulable",
    "ImagePull",
    "QuotaExceeded",
    "PodRefused",
    "TrainerConfig",
    "OutOfMemory",
    "TrainerCrash",
    "QueueWaiting",
  ] as const)("says %s where that is why none runs, with the next step", (reason) => {
    const trouble = { reason, message: "what was seen" };
    const next = planned({ trainers: [trainer(0, { state: "starting", trouble })] });
    expect(said(next, "Running")).toMatchObject({ status: "False", reason });
    expect(said(next, "Running").message).toMatch(/^what was seen\. Next: ./);
  });

  it("keeps trainers through a pause in the work, and gives them up when it lasts", () => {
    const mesh = running({ progress: progress({ jobsOpen: 0 }) });
    const trainers = [trainer(0), trainer(1)];
    const first = planned({ mesh, trainers });
    expect(steps(first)).toEqual([]);
    expect(first.status?.surplusSince).toBe(seconds(0));
    const status: SearchStatus = { surplusSince: seconds(-59) };
    expect(steps(planned({ mesh, trainers, object: anObject({ status }) }))).toEqual([]);
    expect(planned({ mesh, trainers, object: anObject({ status }) }).again).toBe(1000);
    const lasting: SearchStatus = { surplusSince: seconds(-60) };
    expect(steps(planned({ mesh, trainers, object: anObject({ status: lasting }) }))).toEqual([
      "removeTrainer 1",
      "removeTrainer 0",
    ]);
  });

  it("does not take a trainer that may have a job in progress, only one that has not begun", () => {
    const object = anObject({ status: { surplusSince: seconds(-600) } });
    const mesh = running({ progress: progress({ jobsOpen: 1 }) });
    expect(steps(planned({ object, mesh, trainers: [trainer(0), trainer(1), trainer(2)] }))).toEqual([]);
    expect(steps(planned({ object, mesh, trainers: [trainer(0, { state: "starting" }), trainer(1)] }))).toEqual([
      "removeTrainer 0",
    ]);
  });

  it("says that it is stalled when trainers run and no fact comes for much longer than a job takes", () => {
    const object = (ago: number) => anObject({ status: { sequence: 50, progressTime: seconds(-ago) } });
    // A job took 100 s so far, so that 10 of them are more than the 900 s that are always waited for.
    expect(said(planned({ object: object(990), trainers: [trainer(0)] }), "Running").reason).toBe("Training");
    expect(said(planned({ object: object(1010), trainers: [trainer(0)] }), "Running").reason).toBe("Stalled");
  });

  it("replaces trainers of another template than today's", () => {
    const next = planned({ trainers: [trainer(0, { template: "yesterdays" }), trainer(1), trainer(2)] });
    expect(steps(next)).toEqual(["removeTrainer 0", "makeTrainer 3"]);
  });

  it("lets trainers be while no one can say how the search stands", () => {
    const mesh = { kind: "unreachable", reason: "MeshUnreachable", message: "no one answers" } as const;
    const next = planned({ mesh, trainers: [trainer(0)] });
    expect(steps(next)).toEqual([]);
    expect(said(next, "Running")).toMatchObject({ status: "Unknown", reason: "MeshUnreachable" });
  });

  it("changes nothing of what it said when nothing has changed", () => {
    const first = planned({ trainers: [trainer(0), trainer(1), trainer(2)] });
    const again = plan(
      observed({
        trainers: [trainer(0), trainer(1), trainer(2)],
        object: anObject({ status: first.status ?? {} }),
        now: now + 5000,
      }),
      settings,
    );
    expect(again.status).toEqual(first.status);
    expect(again.actions).toEqual([]);
  });
});

describe("the plan of a search that is suspended", () => {
  const suspended = anObject({ spec: { suspend: true } });

  it("pauses it and gives every GPU back", () => {
    const next = planned({ object: suspended, trainers: [trainer(0), trainer(1, { state: "starting" })] });
    expect(steps(next)).toEqual(["pauseSearch", "removeTrainer 0", "removeTrainer 1"]);
    expect(said(next, "Suspended")).toMatchObject({ status: "True", reason: "BySpec" });
  });

  it("continues when it is suspended no more", () => {
    const paused = planned({ object: suspended, mesh: running({ state: "paused" }) });
    const next = planned({ object: anObject({ status: paused.status ?? {} }), mesh: running({ state: "paused" }) });
    expect(steps(next)[0]).toBe("resumeSearch");
    expect(steps(next)).toContain("makeTrainer 0");
    expect(said(next, "Suspended").reason).toBe("NotSuspended");
  });

  it("does not continue when someone paused it through the API, and gives its GPUs back", () => {
    const next = planned({ mesh: running({ state: "paused" }), trainers: [trainer(0)] });
    expect(steps(next)).toEqual(["removeTrainer 0"]);
    expect(said(next, "Suspended").reason).toBe("ByClient");
  });
});
