import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SearchServiceDefinition } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { bnas, configFile, decisions, read, started, temporaryFolder, tinySpec, untilLines } from "./bnas.js";
import { serve } from "./serve.js";

const logOf = (path: string): string => `file:${path}`;
const replayed = async (path: string) => {
  const { code, stdout, stderr } = await bnas("replay", path);
  expect(code, stderr).toBe(0);
  return stdout;
};
/** As values: a log that was restored has the same fields in an order of its own. */
const decided = (folder: string): unknown[] => decisions(folder).map((line) => JSON.parse(line));
const restore = async (path: string, log: string) => {
  const { code, stdout, stderr } = await bnas("restore", path, "--log", log, "--json");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe("bnas facts and bnas restore", () => {
  const whole = join(temporaryFolder(), "whole");
  const exported = join(temporaryFolder(), "facts.jsonl");
  let count = 0;

  beforeAll(async () => {
    const { code, stderr } = await bnas("search", "--config", configFile(), "--seed", "7", "--out", whole);
    expect(code, stderr).toBe(0);
    const log = logOf(join(whole, "facts.jsonl"));
    const wrote = await bnas("facts", "bnas-7", "--log", log, "--out", exported);
    expect(wrote.code, wrote.stderr).toBe(0);
    count = read(whole, "facts.jsonl").trim().split("\n").length;
  });

  it("give an empty log every fact, which replays to the same; a second time nothing", async () => {
    const path = join(temporaryFolder(), "log.jsonl");
    expect(await restore(exported, logOf(path))).toMatchObject({ search: "bnas-7", restored: count, present: 0 });
    expect(await replayed(path)).toBe(await replayed(join(whole, "facts.jsonl")));
    const before = readFileSync(path, "utf8");
    expect(await restore(exported, logOf(path))).toMatchObject({ restored: 0, present: count });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  it("print the facts where no file is named, and write over none", async () => {
    const log = logOf(join(whole, "facts.jsonl"));
    expect((await bnas("facts", "bnas-7", "--log", log)).stdout).toBe(readFileSync(exported, "utf8"));
    const { code, stderr } = await bnas("facts", "bnas-7", "--log", log, "--out", exported);
    expect(code).toBe(2);
    expect(stderr).toMatch(/--out.*nothing is written over/i);
  });

  it("complete a log that has lost its end, and the search continues from there to the same genotype", async () => {
    const folder = join(temporaryFolder(), "killed");
    const run = started("search", "--config", configFile(), "--seed", "7", "--out", folder);
    const path = join(folder, "facts.jsonl");
    await untilLines(path, 40);
    run.process.kill("SIGKILL");
    await run.ended;
    const copy = join(temporaryFolder(), "copy.jsonl");
    copyFileSync(path, copy);
    writeFileSync(path, `${readFileSync(path, "utf8").split("\n").slice(0, 15).join("\n")}\n`);

    expect(await restore(copy, logOf(path))).toMatchObject({ present: 15 });
    expect((await bnas("search", "--resume", "--out", folder)).code).toBe(0);
    expect(read(folder, "genotype.json")).toBe(read(whole, "genotype.json"));
    expect(decided(folder)).toEqual(decided(whole));
  });

  it("refuse a log that has another search of this name, name the subject, and change nothing", async () => {
    const other = configFile({ reduction: { passes: 2, batch: 30 } });
    const second = join(temporaryFolder(), "second");
    const run = started("search", "--config", other, "--seed", "7", "--out", second);
    await untilLines(join(second, "facts.jsonl"), 1);
    run.process.kill("SIGKILL");
    await run.ended;
    const before = read(second, "facts.jsonl");
    const { code, stderr } = await bnas("restore", exported, "--log", logOf(join(second, "facts.jsonl")));
    expect(code).toBe(2);
    expect(stderr).toMatch(/bnas\.search\.bnas-7\.opened\.spec\.reduction\.passes.*1.*2, as the log has it/);
    expect(read(second, "facts.jsonl")).toBe(before);
  });

  it("refuse a file that was edited, by the line, with 4", async () => {
    const edited = join(temporaryFolder(), "edited.jsonl");
    writeFileSync(edited, readFileSync(exported, "utf8").replace(/"correct":(\d+)/, '"correct":9$1'));
    const log = join(temporaryFolder(), "log.jsonl");
    const { code, stderr } = await bnas("restore", edited, "--log", logOf(log));
    expect(code).toBe(4);
    expect(stderr).toMatch(/edited\.jsonl line \d+/);
    expect(existsSync(log)).toBe(false);
  });

  it.each([
    ["a search that the log does not have", ["facts", "bnas-8"], /SEARCH_ID.*bnas-8/],
    ["what is no name of a search", ["facts", "BNAS 7"], /search_id.*BNAS 7/],
    ["a file that is not there", ["restore", "/no/such.jsonl"], /FACTS.*no\/such.*ENOENT/],
  ])("refuse %s", async (_, words, message) => {
    const { code, stderr } = await bnas(...words, "--log", logOf(join(whole, "facts.jsonl")));
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(message);
  });

  describe("when a broker has lost everything", () => {
    const servers: NatsServer[] = [];
    const broker = async () => {
      const server = await NatsServer.start();
      servers.push(server);
      return { server, log: `nats://${server.address}` };
    };
    afterEach(async () => {
      for (const server of servers.splice(0)) await server.stop();
    });

    it("rebuild it from facts and blobs, and the search continues to the same genotype", async () => {
      const folder = temporaryFolder();
      mkdirSync(join(folder, "blobs"));
      const store = ["--store", `dir:${join(folder, "blobs")}`];
      const lost = await broker();
      const first = await serve("all", "--log", lost.log, ...store);
      const before = connect(SearchServiceDefinition, first.address);
      await before.client.createSearch({ searchId: "bnas-7", spec: { ...tinySpec, seed: 7 } });
      let seen = 0;
      for await (const _ of before.client.watchSearch({ searchId: "bnas-7" })) if (++seen === 40) break;
      first.process.kill("SIGKILL");
      await first.ended;
      before.close();
      const copy = join(folder, "copy.jsonl");
      expect((await bnas("facts", "bnas-7", "--log", lost.log, "--out", copy)).code).toBe(0);
      await lost.server.stop();

      const { log } = await broker();
      expect((await restore(copy, log)).restored).toBeGreaterThanOrEqual(40);
      const second = await serve("all", "--log", log, ...store);
      const after = connect(SearchServiceDefinition, second.address);
      for await (const _ of after.client.watchSearch({ searchId: "bnas-7" }));
      const { genotypeText } = await after.client.getArchitecture({ searchId: "bnas-7" });
      after.close();
      second.process.kill("SIGTERM");
      expect(await second.ended).toMatchObject({ code: 0 });
      expect(genotypeText.trim()).toBe(read(whole, "genotype.txt").trim());
      expect((await bnas("facts", "bnas-7", "--log", log, "--out", join(folder, "facts.jsonl"))).code).toBe(0);
      expect(decided(folder)).toEqual(decided(whole));
    });
  });
});
