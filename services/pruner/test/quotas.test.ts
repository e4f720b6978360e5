import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MemoryLog } from "@bnas/log";
import { specToMessage } from "@bnas/rpc";
import { type Fact, parseSpec, type Spec } from "@bnas/search";
import { MemoryStore } from "@bnas/store";
import { type Recorder, silentLogger, silentRecorder } from "@bnas/telemetry";
import { afterAll, describe, expect, it } from "vitest";
import { createLogger } from "../../../packages/telemetry/src/logging.js";
import { QuotaFile } from "../src/quotas/quota-file.js";
import { Quotas } from "../src/quotas/quotas.js";
import { Archivist } from "../src/retention/archive-searches.js";
import { createSearch } from "../src/usecases/create-search.js";
import { deleteSearch } from "../src/usecases/delete-search.js";
import { getUsage } from "../src/usecases/usage.js";
import { appendAll, openMesh, searched } from "./mesh.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-quotas-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const fileOf = (text: string): string => {
  files += 1;
  const path = join(folder, `quotas-${files}`);
  writeFileSync(path, text);
  return path;
};

const spec: Spec = parseSpec({ preset: "smoke" });

/** A pruner that holds owners to quotas, what it logs, and which limits it counts. */
const prunerOn = async (log: MemoryLog, quotas: string, store = new MemoryStore(() => 0)) => {
  const mesh = await openMesh(log, store);
  const [lines, counted]: [string[], unknown[]] = [[], []];
  const logger = createLogger({ name: "test", level: "warn", to: { write: (line) => void lines.push(line) } });
  const recorder: Recorder = { ...silentRecorder, count: (name, _, of) => counted.push([name, of?.["bnas.limit"]]) };
  const held = new Quotas(mesh.searches, new QuotaFile(fileOf(quotas), logger), { logger, recorder });
  const all = { ...mesh, quotas: held, ownersNamedBy: new Set(["operator"]) };
  const open = (searchId: string, caller?: string, more: object = {}) =>
    createSearch({ searchId, spec: specToMessage(spec), validateOnly: false, owner: "", ...more }, all, caller);
  return { ...all, open, lines, counted };
};

const usedBy = ({ quotas }: { readonly quotas: Quotas }, owner: string) =>
  getUsage({ owner }, quotas).owners.map(({ used }) => used)[0];

describe("an owner with a quota of searches", () => {
  it("opens as many, and is refused one more with what to do, in a check as well; another owner is not", async () => {
    const mesh = await prunerOn(new MemoryLog(), "ada searches=2\n");
    for (const id of ["a", "b"]) await mesh.open(id, "ada");
    for (const validateOnly of [false, true]) {
      await expect(mesh.open("c", "ada", { validateOnly })).rejects.toMatchObject({
        code: "RESOURCE_EXHAUSTED",
        field: "owner",
        value: "ada",
        allowed: "an owner below its quota of 2 live searches; ada has 2",
        hint: expect.stringContaining("cancel one"),
      });
    }
    expect((await mesh.open("d", "bob")).opened).toBe(true);
    // The same search again is no further one.
    expect((await mesh.open("a", "ada")).opened).toBe(true);
    expect(mesh.lines.join()).toMatch(/"owner":"ada","limit":"quota.searches".*"a quota was reached"/);
    expect(mesh.counted).toContainEqual(["bnas.limits", "quota.searches"]);
  });

  it("cannot get past it by asking for several at once", async () => {
    const mesh = await prunerOn(new MemoryLog(), "ada searches=2\n");
    const asked = await Promise.allSettled(["a", "b", "c", "d"].map((id) => mesh.open(id, "ada")));
    expect(asked.filter(({ status }) => status === "fulfilled")).toHaveLength(2);
  });

  it("may open one when one has ended", async () => {
    const mesh = await prunerOn(new MemoryLog(), "* searches=1\n");
    await mesh.open("a", "ada");
    await expect(mesh.open("b", "ada")).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await deleteSearch(mesh, "a");
    expect((await mesh.open("b", "ada")).opened).toBe(true);
  });

  it("has its searches on its account after a restart, since a fact says whose they are", async () => {
    const log = new MemoryLog();
    await (await prunerOn(log, "ada searches=1\n")).open("a", "ada");
    const again = await prunerOn(log, "ada searches=1\n");
    await expect(again.open("b", "ada")).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect((await log.read("bnas.search.a.opened"))[0]?.fact).toMatchObject({ owner: "ada" });
  });
});

describe("the account of a search", () => {
  it("is that of the caller's token; of another's for those alone that may name owners", async () => {
    const mesh = await prunerOn(new MemoryLog(), "");
    await expect(mesh.open("a", "ada", { owner: "team-a" })).rejects.toMatchObject({
      code: "PERMISSION_DENIED",
      hint: expect.stringContaining("ownersNamedBy"),
    });
    await mesh.open("a", "operator", { owner: "team-a" });
    await mesh.open("b", "operator");
    await mesh.open("c", undefined, { owner: "team-c" });
    await mesh.open("d");
    expect(getUsage({ owner: "" }, mesh.quotas).owners.map(({ owner }) => owner)).toEqual([
      "",
      "operator",
      "team-a",
      "team-c",
    ]);
    await expect(mesh.open("e", undefined, { owner: "two words" })).rejects.toMatchObject({ field: "owner" });
  });

  it("is no field of a search without an owner, whose facts are as they were", async () => {
    const mesh = await prunerOn(new MemoryLog(), "");
    await mesh.open("a");
    const [opened] = await mesh.log.read("bnas.search.a.opened");
    expect(Object.keys(opened?.fact ?? {})).not.toContain("owner");
  });
});

/** The facts of a whole search of an owner, each answer with bytes; those of trainers say how many seconds they took. */
const spentBy = async (store: MemoryStore, owner: string): Promise<readonly Fact[]> =>
  (await searched(store)).map((fact) => {
    if (fact.kind === "search.opened") return { ...fact, owner };
    return fact.kind === "epoch.trained" || fact.kind === "sample.trained"
      ? { ...fact, seconds: 2, bytes: 1000 }
      : fact;
  });

describe("what an owner has spent", () => {
  const whole = async () => {
    const [log, store] = [new MemoryLog(), new MemoryStore(() => 0)];
    const facts = await spentBy(store, "ada");
    await appendAll(log, "s", facts);
    const jobs = facts.filter(({ kind }) => kind === "epoch.trained" || kind === "sample.trained").length;
    return { log, store, jobs, quotas: `ada gpu-seconds=${2 * jobs}\n` };
  };
  const account = (jobs: number) => ({ searches: 0, jobs: 0, gpuSeconds: 2 * jobs, blobBytes: 1000 * jobs });

  it("is counted of searches that have ended, at the limit, in every pruner that starts", async () => {
    const { log, store, jobs, quotas } = await whole();
    const mesh = await prunerOn(log, quotas, store);
    expect(usedBy(mesh, "ada")).toEqual(account(jobs));
    await expect(mesh.open("t", "ada")).rejects.toMatchObject({
      code: "RESOURCE_EXHAUSTED",
      allowed: expect.stringContaining(`${2 * jobs} GPU seconds`),
    });
    expect((await mesh.open("t", "bob")).opened).toBe(true);
    const above = await prunerOn(log, `ada gpu-seconds=${2 * jobs + 1}\n`, store);
    expect((await above.open("u", "ada")).opened).toBe(true);
  });

  it("stays on its account when the search is archived, and then deleted; its bytes go with it", async () => {
    const { log, store, jobs, quotas } = await whole();
    const mesh = await prunerOn(log, quotas, store);
    await new Archivist({ ...mesh, store }, -1).sweep(new AbortController().signal);
    for (const at of [mesh, await prunerOn(log, quotas, store)]) expect(usedBy(at, "ada")).toEqual(account(jobs));
    await deleteSearch(mesh, "s");
    for (const at of [mesh, await prunerOn(log, quotas, store)]) {
      expect(usedBy(at, "ada")).toEqual({ ...account(jobs), blobBytes: 0 });
      await expect(at.open("t", "ada")).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    }
  });

  it("in bytes is given back by deleting", async () => {
    const { log, store, jobs } = await whole();
    const mesh = await prunerOn(log, `ada blob-bytes=${1000 * jobs}\n`, store);
    await expect(mesh.open("t", "ada")).rejects.toMatchObject({ hint: expect.stringContaining("Delete searches") });
    await deleteSearch(mesh, "s");
    expect((await mesh.open("t", "ada")).opened).toBe(true);
  });

  it("is said of a live search that waits for it", async () => {
    const log = new MemoryLog();
    const facts = (await spentBy(new MemoryStore(() => 0), "ada")).slice(0, -1);
    await appendAll(log, "s", facts);
    const mesh = await prunerOn(log, "ada gpu-seconds=1\n");
    const followed = await mesh.searches.get("s");
    if (followed === undefined) throw new Error("there is no search s");
    expect(mesh.quotas.waits(followed.search, followed.owner)).toMatch(
      /^it waits: \d+ of the 1 GPU seconds of its owner/,
    );
    expect(mesh.quotas.jobsLeft("ada")).toBe(0);
    expect(mesh.quotas.jobsLeft("bob")).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("a file of quotas", () => {
  it("has a line for each owner, one for the others, and what is left out has no limit", () => {
    const file = new QuotaFile(
      fileOf("# owner quotas\nada searches=2 jobs=3\n\n* gpu-seconds=10 blob-bytes=5000000000\n"),
      silentLogger,
    );
    expect(file.of("ada")).toEqual({ searches: 2, jobs: 3 });
    expect(file.of("bob")).toEqual({ gpuSeconds: 10, blobBytes: 5_000_000_000 });
  });

  it.each([
    ["ada search=2", /line 1: search=2.*Did you mean searches/],
    ["ada searches=-1", /line 1: searches=-1.*a whole number/],
    ["ada searches", /line 1: searches/],
    ["ada jobs=1\nada jobs=2", /line 2: ada.*each owner once/],
    [`${"o".repeat(64)} jobs=1`, /line 1.*63 characters/],
  ])("is refused with %j, by its line", (text, message) => {
    expect(() => new QuotaFile(fileOf(text), silentLogger)).toThrow(message);
  });

  it("is read again when it is replaced; one that cannot be used leaves the old quotas, with a line in the log", () => {
    const lines: string[] = [];
    const path = fileOf("ada searches=2\n");
    const file = new QuotaFile(
      path,
      createLogger({ name: "t", level: "info", to: { write: (line) => void lines.push(line) } }),
    );
    writeFileSync(path, "ada searches=30\n");
    expect(file.of("ada")).toEqual({ searches: 30 });
    writeFileSync(path, "ada searches=many\n");
    expect(file.of("ada")).toEqual({ searches: 30 });
    expect(lines.join()).toMatch(/the old ones stay/);
  });
});
