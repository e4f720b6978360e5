import { VERDICTS } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { plan } from "../src/plan/plan.js";
import type { Observed } from "../src/see/observed.js";
import { artifactsOfStatus, type SearchStatus } from "../src/status/architecture-search.js";
import { anObject, now, observed, progress, running, said, settings, steps, trainer } from "./build-observed.js";

const planned = (change: Partial<Observed> = {}) => plan(observed(change), settings);
const seconds = (count: number) => new Date(now + count * 1000).toISOString();

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

  it("shows what it leaves, with bytes and digest, once that is listed, and keeps it", () => {
    const artifacts = [{ name: "report.html", bytes: 7, sha256: "a".repeat(64) }];
    const { status: answered, again } = planned({ mesh: ended() });
    expect(answered).not.toHaveProperty("artifacts");
    expect(again).toBe(1000);
    const answer = anObject({ status: answered as SearchStatus });
    const waiting = planned({
      object: answer,
      mesh: { kind: "settled", artifacts: { kind: "wait", milliseconds: 4000 } },
    });
    expect([waiting.status, waiting.again]).toEqual([answered, 4000]);
    const { status } = planned({ object: answer, mesh: { kind: "settled", artifacts: { kind: "listed", artifacts } } });
    expect(status?.artifacts).toEqual(artifacts);
    const later = planned({ object: anObject({ status: status as SearchStatus }), mesh: { kind: "settled" } });
    expect(later.status?.artifacts).toEqual(artifacts);
    expect(later).not.toHaveProperty("again");
  });

  it("has room for the first 32 artifacts, and for none that a status may not hold", () => {
    const named = (name: string) => ({ name, bytes: 1, sha256: "b".repeat(64), mediaType: "text/plain" });
    const many = Array.from({ length: 40 }, (_, i) => named(`model-${i}/config.json`));
    const kept = artifactsOfStatus([named("x".repeat(129)), { ...named("y"), sha256: "?" }, ...many]);
    expect(kept).toHaveLength(32);
    expect(kept[0]).toEqual({ name: "model-0/config.json", bytes: 1, sha256: "b".repeat(64) });
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
