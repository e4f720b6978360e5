import { invalidInput } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import type { Preflight } from "../src/see/mesh-view.js";
import type { Observed } from "../src/see/observed.js";
import { anObject, observed, said, settings, steps, trainer } from "./build-observed.js";

const good: Preflight = { dataset: { is: "good" }, trainers: { is: "good" } };
const isNew = (change: Partial<Observed> = {}) => observed({ mesh: { kind: "absent" }, preflight: good, ...change });
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
