import { invalidInput } from "@bnas/errors";
import { VERDICTS } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import type { Preflight } from "../src/see/mesh-view.js";
import type { Observed } from "../src/see/observed.js";
import type { SearchStatus } from "../src/status/architecture-search.js";
import { anObject, now, observed, progress, running, said, settings, steps, trainer } from "./build-observed.js";

const good: Preflight = { dataset: { is: "good" }, trainers: { is: "good" } };
const isNew = (change: Partial<Observed> = {}) => observed({ mesh: { kind: "absent" }, preflight: good, ...change });
const planned = (change: Partial<Observed> = {}) => plan(observed(change), settings);
const seconds = (count: number) => new Date(now + count * 1000).toISOString();
const refused = invalidInput("spec.warmup.batch", 500, "at most 400", "Lower it.");

describe("the plan of an object that is new", () => {
  it("holds the object first, so that nothing is left behind when it is deleted", () => {
    const object = anObject({ metadata: { finalizers: [] } });
    expect(plan(isNew({ object }), settings)).toEqual({ actions: [{ do: "addFinalizer" }] });
  });

  it("opens the search when all that can be checked is good, and says so", () => {
    const next = plan(isNew(), settings);
    expect(steps(next)).toEqual(["createSearch"]);
    expect(said(next, "Accepted")).toMatchObject({ status: "True", reason: "Valid" });
    expect(said(next, "DatasetReady")).toMatchObject({ status: "True", reason: "Readable" });
    expect(said(next, "Running")).toMatchObject({ status: "False", reason: "Starting" });
    expect(next.status).toMatchObject({ observedGeneration: 1, searchId: "first-0a1b2c3d" });
  });

  const table: readonly (readonly [string, Partial<Observed>, Record<string, string>])[] = [
    ["whose fields do not go together", { spec: refused }, { Accepted: "InvalidSpec", Running: "NotAccepted" }],
    ["whose image is not allowed", { template: refused }, { Accepted: "ImageNotAllowed", Running: "NotAccepted" }],
    [
      "when the operator lacks permissions",
      { permissionsMissing: ["create jobs.batch"] },
      { Running: "RightsMissing" },
    ],
    [
      "whose dataset cannot be read",
      { preflight: { ...good, dataset: { is: "bad", reason: "Unreadable", message: "no such folder" } } },
      { DatasetReady: "Unreadable", Running: "DatasetNotReady" },
    ],
    [
      "whose trainers the API server refuses",
      { preflight: { ...good, trainers: { is: "bad", reason: "TrainersRefused", message: "spec.x: invalid" } } },
      { Accepted: "TrainersRefused", Running: "NotAccepted", DatasetReady: "Readable" },
    ],
    [
      "whose namespace has no room",
      { preflight: { ...good, trainers: { is: "unknown", reason: "QuotaExceeded", message: "exceeded quota: q" } } },
      { Accepted: "NotChecked", Running: "QuotaExceeded" },
    ],
    [
      "when the pruner does not answer",
      { mesh: { kind: "unreachable", reason: "MeshUnreachable", message: "no one at pruner:7000" } },
      { Accepted: "NotChecked", DatasetReady: "NotChecked", Running: "MeshUnreachable" },
    ],
    [
      "when the pruner wants a token",
      { mesh: { kind: "unreachable", reason: "MeshRefused", message: "no token" } },
      { Running: "MeshRefused" },
    ],
    [
      "that is suspended",
      { object: anObject({ spec: { suspend: true } }) },
      { Suspended: "BySpec", Running: "Suspended", Accepted: "Valid" },
    ],
  ];
  it.each(table)("opens nothing and asks for no GPU for one %s", (_, change, reasons) => {
    const next = plan(isNew(change), settings);
    expect(steps(next)).toEqual([]);
    for (const [type, reason] of Object.entries(reasons)) {
      expect(said(next, type as keyof typeof reasons & "Running").reason, type).toBe(reason);
    }
  });

  it("tells in every message that is not good what to do next", () => {
    for (const [, change] of table) {
      const next = plan(isNew(change), settings);
      for (const { type, status, message, reason } of next.status?.conditions ?? []) {
        const bad = type === "Running" ? status !== "True" : status === "False" && !reason.startsWith("Not");
        if (bad) expect(message, `${type} ${reason}`).toMatch(/Next: |spec\.suspend/);
      }
    }
  });

  it("does not begin a search again whose facts are gone", () => {
    const next = plan(isNew({ object: anObject({ status: { sequence: 7 } }), trainers: [trainer(0)] }), settings);
    expect(steps(next)).toEqual(["removeTrainer 0"]);
    expect(said(next, "Failed")).toMatchObject({ status: "True", reason: "FactsLost" });
  });
});

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

describe("the plan of a search that has ended", () => {
  const ended = (change: object = {}) =>
    running({
      state: "finished",
      endTime: seconds(-10),
      genotype: "Genotype(...)",
      progress: progress({ jobsDone: 100, jobsOpen: 0 }),
      ...change,
    });

  it("shows the genotype and gives every GPU back", () => {
    const next = planned({ mesh: ended(), trainers: [trainer(0), trainer(1, { state: "done" })] });
    expect(steps(next)).toEqual(["removeTrainer 0", "removeTrainer 1"]);
    expect(said(next, "Succeeded")).toMatchObject({ status: "True", reason: "Finished" });
    expect(said(next, "Running")).toMatchObject({ status: "False", reason: "Succeeded" });
    expect(next.status).toMatchObject({ genotype: "Genotype(...)", endTime: seconds(-10), trainersWanted: 0 });
  });

  it("says so when its budget ended it", () => {
    const next = planned({
      mesh: ended({ progress: progress({ jobsDone: 40 }), message: "ended after 40 of 100 jobs" }),
    });
    expect(said(next, "Succeeded")).toMatchObject({ status: "True", reason: "BudgetSpent" });
    expect(said(next, "Succeeded").message).toMatch(/^ended after 40 of 100 jobs\. Next: /);
  });

  it.each([
    ["failed", "JobFailed"],
    ["cancelled", "Cancelled"],
  ] as const)("says why when it %s", (state, reason) => {
    const next = planned({ mesh: running({ state, message: "loss is not finite. Lower weights.rate" }) });
    expect(said(next, "Failed")).toMatchObject({ status: "True", reason });
    expect(said(next, "Failed").message).toMatch(/^loss is not finite/);
    expect(said(next, "Running").reason).toBe("Failed");
  });

  it.each([
    ["sound", "True", "Sound"],
    ["diverged", "False", "Diverged"],
    ["at-chance", "False", "AtChance"],
    ["decided-by-ties", "False", "DecidedByTies"],
    ["collapsed", "False", "Collapsed"],
    ["not-distinguishable", "False", "NotDistinguishable"],
    ["too-few-reduction-images", "False", "TooFewReductionImages"],
    ["of-another-version", "Unknown", "NotComputed"],
  ])("says what the answer is worth: %s", (kind, status, reason) => {
    const next = planned({ mesh: ended({ verdict: { kind, message: "What was seen. What it means." } }) });
    expect(said(next, "Meaningful")).toMatchObject({ status, reason });
    expect(said(next, "Meaningful").message).toMatch(/^What was seen\. What it means\./);
    expect(said(next, "Succeeded").status).toBe("True");
  });

  it("has a reason of Meaningful for every verdict there is", () => {
    const reasons = VERDICTS.map(
      (kind) => said(planned({ mesh: ended({ verdict: { kind, message: "Seen." } }) }), "Meaningful").reason,
    );
    expect(new Set(reasons).size).toBe(VERDICTS.length);
    expect(reasons).not.toContain("NotComputed");
  });

  it("says that there is nothing to be worth, or no verdict, where there is none", () => {
    expect(said(planned({ mesh: running({ state: "failed" }) }), "Meaningful")).toMatchObject({
      status: "False",
      reason: "NoAnswer",
    });
    expect(said(planned({ mesh: ended() }), "Meaningful")).toMatchObject({ status: "Unknown", reason: "NotComputed" });
    const { status } = planned();
    expect(status?.conditions?.map(({ type }) => type)).not.toContain("Meaningful");
  });

  it("keeps what it said, without asking the mesh again", () => {
    const { status = {} } = planned({ mesh: ended() });
    const next = planned({ mesh: { kind: "settled" }, object: anObject({ status }) });
    expect(next).toEqual({ actions: [], status });
  });

  it("deletes its object when the time to live is over, not before", () => {
    const object = (ttl: number) => anObject({ spec: { ttlSecondsAfterFinished: ttl } });
    expect(steps(planned({ mesh: ended(), object: object(10) }))).toEqual(["deleteObject"]);
    expect(planned({ mesh: ended(), object: object(11) })).toMatchObject({ actions: [], again: 1000 });
  });
});

describe("the plan of an object that is being deleted", () => {
  const deleted = (ago: number, finalizers = ["bnas.dev/search", "other/one"]) =>
    anObject({ metadata: { deletionTimestamp: seconds(-ago), finalizers } });

  it("ends the search and its trainers first, and waits until they are gone", () => {
    const next = planned({ object: deleted(1), trainers: [trainer(0)], pods: 1 });
    expect(steps(next)).toEqual(["cancelSearch", "removeTrainer 0"]);
    expect(said(next, "Running").reason).toBe("Deleting");
    expect(steps(planned({ object: deleted(1), pods: 1 }))).toEqual(["cancelSearch"]);
  });

  it("removes facts and blobs, then lets the object go", () => {
    const mesh = running({ state: "cancelled" });
    expect(steps(planned({ object: deleted(5), mesh }))).toEqual(["deleteSearch", "removeFinalizer"]);
    expect(steps(planned({ object: deleted(5), mesh: { kind: "absent" } }))).toEqual(["removeFinalizer"]);
  });

  it("does not wait without end for a trainer on a node that is lost", () => {
    const mesh = running({ state: "cancelled" });
    const trainers = [trainer(0, { state: "leaving" })];
    expect(steps(planned({ object: deleted(119), mesh, trainers, pods: 1 }))).toEqual([]);
    expect(steps(planned({ object: deleted(121), mesh, trainers, pods: 1 }))).toEqual([
      "deleteSearch",
      "removeFinalizer",
    ]);
  });

  it("holds it while the pruner does not answer, and says how to let go without", () => {
    const mesh = { kind: "unreachable", reason: "MeshUnreachable", message: "No one answers." } as const;
    const next = planned({ object: deleted(500), mesh });
    expect(steps(next)).toEqual([]);
    expect(said(next, "Running").message).toMatch(/kubectl patch bsearch first .*finalizers/);
  });

  it("has nothing to do with one that it holds no more", () => {
    expect(planned({ object: deleted(5, ["other/one"]) })).toEqual({ actions: [] });
  });
});
