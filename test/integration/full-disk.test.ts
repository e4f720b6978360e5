import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statfsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { bnas, configFile, read, started, temporaryFolder, tinySpec, untilLines } from "./bnas.js";
import { serve } from "./serve.js";

const canMount = process.platform === "linux" && process.getuid?.() === 0;
const RESERVE_BYTES = 2 ** 20;
/** More facts than the last page of a file takes, which is there on a full disk too. */
const paused = Array.from({ length: 16 }, (_, index) => `paused-${index}`);

/** As another program on the same machine: take all that is free. */
const fill = (disk: string): void => {
  for (let part = 0; ; part++) {
    const { bavail, bsize } = statfsSync(disk);
    if (bavail === 0) return;
    try {
      writeFileSync(join(disk, `others-${part}`), Buffer.alloc(bavail * bsize));
    } catch {
      // Something else was written since we looked: the rest is taken in the next turn.
    }
  }
};

const empty = (disk: string): void => {
  for (let part = 0; existsSync(join(disk, `others-${part}`)); part++) rmSync(join(disk, `others-${part}`));
};

describe.runIf(canMount)("a disk that is full (needs root: it mounts a small one)", () => {
  const disk = join(temporaryFolder(), "disk");
  const facts = join(disk, "facts.jsonl");
  const laptop = join(disk, "laptop");
  const alone = join(temporaryFolder(), "alone");
  const where = ["--log", `file:${facts}`, "--store", `dir:${join(disk, "blobs")}`];
  const spec = { ...tinySpec, seed: 7, reduction: { passes: 2, batch: 30 } };
  let mesh: Awaited<ReturnType<typeof serve>>;

  beforeAll(async () => {
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64m", "bnas-full", disk]);
    const { code, stderr } = await bnas("search", "--config", configFile(spec), "--out", alone);
    expect(code, stderr).toBe(0);
    mesh = await serve("all", ...where);
  });
  afterAll(async () => {
    mesh?.process.kill("SIGTERM");
    await mesh?.ended;
    execFileSync("umount", ["--lazy", disk]);
  });

  it("is said within 10 s by a search on a laptop, which continues by itself to the right genotype when there is room", async () => {
    const run = started("search", "--config", configFile(spec), "--out", laptop);
    let said = "";
    run.process.stderr?.on("data", (data) => {
      said += data;
    });
    await untilLines(join(laptop, "facts.jsonl"), 10);
    fill(disk);
    const filled = performance.now();
    await vi.waitFor(() => expect(said).toMatch(/the search waits: .*its disk is full.*Make room there/), 20_000);
    expect(performance.now() - filled).toBeLessThan(10_000);
    empty(disk);
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(0);
    expect(read(laptop, "genotype.json")).toBe(read(alone, "genotype.json"));
    rmSync(laptop, { recursive: true });
  }, 120_000);

  it("is said within 10 s by a mesh, which cancels, deletes and collects garbage, and ends with the right genotype when there is room", async () => {
    const { client, close } = connect(SearchServiceDefinition, mesh.address);
    const ask = (...args: string[]) => bnas(...args, "--server", mesh.address);
    await client.createSearch({ searchId: "old", spec: { ...tinySpec, seed: 5 } });
    for await (const _ of client.watchSearch({ searchId: "old" }));
    await vi.waitFor(() => expect(statSync(`${facts}.reserve`).size).toBe(RESERVE_BYTES), 10_000);
    for (const searchId of paused) {
      await client.createSearch({ searchId, spec: { ...tinySpec, seed: 6 } });
      await client.pauseSearch({ searchId });
    }
    await client.createSearch({ searchId: "live", spec });
    fill(disk);

    const filled = performance.now();
    const sentence = /it waits: the log .*facts\.jsonl: its disk is full .*`bnas delete` works/;
    await vi.waitFor(async () => expect((await client.getSearch({ searchId: "live" })).message).toMatch(sentence), {
      timeout: 20_000,
      interval: 100,
    });
    expect(performance.now() - filled).toBeLessThan(10_000);
    expect((await ask("get", "live")).stdout).toMatch(sentence);

    fill(disk);
    expect(await ask("cancel", "paused-0")).toMatchObject({ code: 0 });
    for (const searchId of paused.slice(1)) await client.cancelSearch({ searchId });
    expect(statSync(`${facts}.reserve`).size).toBeLessThan(RESERVE_BYTES);
    fill(disk);
    expect(await ask("delete", "old")).toMatchObject({ code: 0 });
    expect(await ask("delete", "paused-0")).toMatchObject({ code: 0 });
    fill(disk);
    expect(await bnas("gc", ...where, "--grace", "0")).toMatchObject({ code: 0 });

    empty(disk);
    for await (const _ of client.watchSearch({ searchId: "live" }));
    const { genotypeJson } = await client.getArchitecture({ searchId: "live" });
    expect(JSON.parse(genotypeJson)).toMatchObject({ normal: JSON.parse(read(alone, "genotype.json")).normal });
    expect(read(disk, "facts.jsonl")).toContain("bnas.search.old.deleted");
    await vi.waitFor(() => expect(statSync(`${facts}.reserve`).size).toBe(RESERVE_BYTES), 10_000);
    close();
  }, 120_000);
});
