import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@bnas/mesh";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { type BlobStore, loadCheckpoint } from "@bnas/store";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { S3Server } from "../s3/server.js";
import { bnas, configFile, decisions, read, started, temporaryFolder, tinySpec, untilLines } from "./bnas.js";
import { serve } from "./serve.js";

const logOf = (folder: string): string => `file:${join(folder, "facts.jsonl")}`;
const gc = async (folder: string, ...flags: string[]) => {
  const where = ["--log", logOf(folder), "--store", `dir:${join(folder, "blobs")}`];
  const { code, stdout, stderr } = await bnas("gc", ...where, "--json", ...flags);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};
const blobsIn = (folder: string): readonly string[] =>
  readdirSync(join(folder, "blobs"), { recursive: true, encoding: "utf8" })
    .map((path) => path.slice(3))
    .filter((name) => name.length === 64)
    .sort();
const lastCheckpoint = (facts: string): string => /.*"checkpoint":"([0-9a-f]{64})"/s.exec(facts)?.[1] ?? "";
const tensorsOf = async (store: BlobStore, facts: string) => (await loadCheckpoint(store, lastCheckpoint(facts))).size;

describe("bnas gc", () => {
  const begin = (parallel: number) => ["search", "--config", configFile(), "--seed", "7", "--parallel", `${parallel}`];
  const whole = new Map([1, 4].map((parallel) => [parallel, join(temporaryFolder(), "whole")]));
  const wholeOf = (parallel: number) => whole.get(parallel) ?? "";

  beforeAll(async () => {
    for (const [parallel, folder] of whole) {
      const { code, stderr } = await bnas(...begin(parallel), "--out", folder);
      expect(code, stderr).toBe(0);
    }
  });

  // 8 facts are there when the samples of the first pass are asked for, 17 when it is merged.
  it.each([
    [1, 5],
    [1, 20],
    [1, 60],
    [4, 12],
    [4, 40],
  ])("leaves a killed search all that it continues from (parallel %i, killed at %i facts)", async (parallel, facts) => {
    const folder = join(temporaryFolder(), "killed");
    const run = started(...begin(parallel), "--out", folder);
    await untilLines(join(folder, "facts.jsonl"), facts);
    run.process.kill("SIGKILL");
    await run.ended;
    expect(existsSync(join(folder, "genotype.json"))).toBe(false);

    const before = blobsIn(folder).length;
    const { searches, garbage } = await gc(folder, "--grace", "0");
    expect(searches).toEqual({ live: 1, ended: 0 });
    expect(blobsIn(folder)).toHaveLength(before - garbage.count);
    if (facts >= 20) expect(garbage.count).toBeGreaterThan(0);

    const { code, stderr } = await bnas("search", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(read(folder, "genotype.json")).toBe(read(wholeOf(parallel), "genotype.json"));
    expect(decisions(folder)).toEqual(decisions(wholeOf(parallel)));
  });

  it("keeps what was put within the hour by default", async () => {
    const before = blobsIn(wholeOf(1));
    const { young, garbage } = await gc(wholeOf(1));
    expect(garbage.count).toBe(0);
    expect(young.count).toBeGreaterThan(0);
    expect(blobsIn(wholeOf(1))).toEqual(before);
  });

  it("says with --dry-run what it then removes, and leaves the last checkpoint of a search that has ended", async () => {
    const folder = wholeOf(1);
    const before = blobsIn(folder);
    const { dryRun, ...planned } = await gc(folder, "--grace", "0", "--dry-run");
    expect(dryRun).toBe(true);
    expect(blobsIn(folder)).toEqual(before);
    expect(await gc(folder, "--grace", "0")).toEqual({ ...planned, dryRun: false });
    expect(planned.garbage.bytes).toBeGreaterThan(planned.reached.bytes);
    expect(blobsIn(folder)).toHaveLength(planned.reached.count);

    const store = await openStore(`dir:${join(folder, "blobs")}`);
    expect(await tensorsOf(store, read(folder, "facts.jsonl"))).toBeGreaterThan(100);
    expect((await gc(folder, "--grace", "0")).garbage.count).toBe(0);
    expect((await bnas("search", "--resume", "--out", folder)).code).toBe(0);
  });

  it("keeps every checkpoint with --keep-all", async () => {
    const folder = wholeOf(4);
    const { garbage } = await gc(folder, "--grace", "0", "--keep-all");
    expect(garbage.count).toBe(0);
  });

  it("says in words what it did", async () => {
    const where = ["--log", logOf(wholeOf(4)), "--store", `dir:${join(wholeOf(4), "blobs")}`];
    const { stdout } = await bnas("gc", ...where, "--dry-run", "--grace", "0");
    expect(stdout).toMatch(/^would remove \d+ blobs \(\d+\.\d MB\)\nkept \d+ blobs .* for 0 live and 1 ended searches/);
  });

  it.each([
    ["a log that is not there", ["--log", "file:/no/such/facts.jsonl"], /--log.*no\/such.*ENOENT/],
    ["a store that is not there", ["--store", "dir:/no/such/blobs"], /--store.*no\/such.*ENOENT/],
    ["a store of no kind", ["--store", "gs://blobs"], /store.*gs:.*dir:PATH.*s3:/],
    ["a time of no unit", ["--grace", "10"], /--grace.*10.*30m/],
    ["an empty log", ["--log", "memory:"], /0 searches.*Nothing was removed.*bnas restore/],
  ])("refuses %s, and removes nothing", async (_, flags, message) => {
    const folder = wholeOf(4);
    const before = blobsIn(folder);
    const given = new Map([
      ["--log", logOf(folder)],
      ["--store", `dir:${join(folder, "blobs")}`],
      ["--grace", "0"],
    ]);
    given.set(flags[0] ?? "", flags[1] ?? "");
    const { code, stderr } = await bnas("gc", ...[...given].flat());
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(message);
    expect(blobsIn(folder)).toEqual(before);
    expect(existsSync("/no/such")).toBe(false);
  });

  describe("on S3", () => {
    let server: S3Server;
    beforeAll(async () => {
      server = await S3Server.start();
    }, 600_000);
    afterAll(() => server?.stop());
    afterEach(() => vi.unstubAllEnvs());

    it("leaves the last checkpoint of a search, which gave the same there as in a folder", async () => {
      for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
      const folder = temporaryFolder();
      const uri = server.uri(await server.bucket(), "mesh");
      const mesh = await serve("all", "--log", logOf(folder), "--store", uri);
      const { client, close } = connect(SearchServiceDefinition, mesh.address);
      await client.createSearch({ searchId: "bnas-7", spec: { ...tinySpec, seed: 7 } });
      for await (const _ of client.watchSearch({ searchId: "bnas-7" }));
      const { genotypeText } = await client.getArchitecture({ searchId: "bnas-7" });
      close();
      mesh.process.kill("SIGTERM");
      expect(await mesh.ended).toMatchObject({ code: 0 });
      expect(genotypeText.trim()).toBe(read(wholeOf(1), "genotype.txt").trim());
      expect(decisions(folder)).toEqual(decisions(wholeOf(1)));

      const { code, stdout, stderr } = await bnas(
        "gc",
        "--log",
        logOf(folder),
        "--store",
        uri,
        "--grace",
        "0",
        "--json",
      );
      expect(code, stderr).toBe(0);
      const { garbage, reached } = JSON.parse(stdout);
      expect(garbage.count).toBeGreaterThan(reached.count);
      const store = await openStore(uri);
      expect(await tensorsOf(store, readFileSync(join(folder, "facts.jsonl"), "utf8"))).toBeGreaterThan(100);
      let left = 0;
      for await (const _ of store.list()) left++;
      expect(left).toBe(reached.count);
    });

    it("says which bucket is missing, and ends with 2", async () => {
      for (const [name, value] of Object.entries(server.environment)) vi.stubEnv(name, value);
      const { code, stderr } = await bnas("gc", "--log", logOf(wholeOf(4)), "--store", server.uri("not-there"));
      expect(code).toBe(2);
      expect(stderr).toMatch(/bucket not-there .*there is no such bucket\. Make it \(`aws s3 mb s3:\/\/not-there`\)/);
      expect(stderr).not.toContain(server.environment.AWS_SECRET_ACCESS_KEY);
    });
  });
});
