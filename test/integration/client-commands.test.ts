import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseGenotype } from "@bnas/search";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { commands } from "../clients/documented.js";
import { done, endless, meshIn, objects, printed, refused, tiny } from "./asked-mesh.js";
import { bnas, read, started, temporaryFolder } from "./bnas.js";
import type { serve } from "./serve.js";

afterEach(() => vi.unstubAllEnvs());

describe("the commands that ask a running mesh", () => {
  const folder = temporaryFolder();
  let mesh: Awaited<ReturnType<typeof serve>>;
  const ask = (...words: string[]) => bnas(...words, "--server", mesh.address);

  beforeAll(async () => {
    mesh = await meshIn(folder, "127.0.0.1:0");
  });
  afterAll(async () => {
    mesh.process.kill("SIGTERM");
    expect((await mesh.ended).code).toBe(0);
  });

  it("list: say so where there is none yet", async () => {
    const { code, stdout, stderr } = await ask("list");
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toBe("no searches; `bnas submit` opens one\n");
  });

  it("submit --dry-run: the full spec as the mesh completes it, and nothing is opened", async () => {
    const stdout = done(await ask("submit", "--config", tiny, "--seed", "7", "--dry-run"));
    expect(JSON.parse(stdout)).toMatchObject({ seed: 7, network: { cells: 2 }, weights: { momentum: 0.9 } });
    const [object] = objects(done(await ask("submit", "--config", tiny, "--seed", "7", "--dry-run", "--json")));
    expect(object).toMatchObject({ type: "dry-run", spec: { seed: 7 } });
    expect(done(await ask("list"))).toBe("");
  });

  it("submit --wait: follow the search to its end as `bnas search` does, and print its cells", async () => {
    const { code, stdout, stderr } = await ask("submit", "--id", "whole", "--config", tiny, "--seed", "7", "--wait");
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^whole\n\nnormal cell +reduction cell\n/);
    expect(stdout).toMatch(
      /\nGenotype\(normal=.*\n\nverdict: [\s\S]*\nsureness: .*\n\n`bnas architecture whole --out FOLDER` .*`bnas ledger whole`/,
    );
    expect(stderr).toMatch(/^search whole: strategy bnas.*26 training jobs\nwarm-up epoch 1: .*\nround 1 of 7: /);
    expect(stderr).toMatch(/round 7 of 7: .*1 operation an edge left\n$/);
  });

  it("submit again: the same search by the same id, and no other spec by it", async () => {
    const again = await ask("submit", "--id", "whole", "--config", tiny, "--seed", "7");
    expect(done(again)).toBe("whole\n");
    expect(again.stderr).toMatch(/^finished, 26 training jobs; next: bnas architecture whole\n$/);
    refused(
      await ask("submit", "--id", "whole", "--config", tiny, "--seed", "8"),
      2,
      /whole exists with another spec: spec\.seed is 7 there and 8 here\. .*another --id/,
    );
  });

  it("submit without an id: a name that follows from what is asked", async () => {
    const submit = async (...words: string[]) =>
      done(await ask("submit", "--config", tiny, "--strategy", "random", ...words));
    const name = await submit("--seed", "1");
    expect(name).toMatch(/^random-1-[0-9a-f]{8}\n$/);
    expect(await submit("--seed", "1")).toBe(name);
    expect(await submit("--seed", "1", "--binarize", "none")).not.toBe(name);
  });

  it("get: how a search stands, and what to do next", async () => {
    const stdout = done(await ask("get", "whole"));
    expect(stdout).toMatch(
      new RegExp(
        [
          "^search   whole",
          "state    finished",
          "asked    strategy bnas, binarize weights, seed 7, shapes:.*",
          "rounds   7 of 7 done, 1 operation an edge left",
          "jobs     26 of 26 done",
          "best     a sample with an accuracy of \\d+\\.\\d %",
          "trained  .* over all trainers",
          "opened   \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC, .* ago",
          "ended    .* UTC, after .*",
          "(?:verdict  [a-z-]+\\. .*\\.\n)+next     bnas architecture whole\n$",
        ].join("\n"),
      ),
    );
    const [search] = objects(done(await ask("get", "whole", "--json")));
    expect(search).toMatchObject({ type: "search", search: "whole", state: "finished", spec: { seed: 7 } });
    expect(search.progress).toMatchObject({ jobsDone: 26, jobsTotal: 26, jobsOpen: 0, round: 7, candidates: 1 });
    expect(search.verdict.findings[0]).toMatchObject({ kind: search.verdict.kind, seen: expect.any(String) });
    expect(search.progress.trainedSeconds).toBeGreaterThan(0);
  });

  it("architecture: as a table, in each form, and as the files that `bnas search` leaves", async () => {
    const text = done(await ask("architecture", "whole", "--format", "text"));
    const genotype = parseGenotype(text);
    expect(parseGenotype(done(await ask("architecture", "whole", "--format", "json")))).toEqual(genotype);
    expect(done(await ask("architecture", "whole"))).toMatch(
      /^normal cell +reduction cell\n[\s\S]*\n\nGenotype\(normal=/,
    );
    const [object] = objects(done(await ask("architecture", "whole", "--json")));
    expect(object).toMatchObject({ type: "architecture", search: "whole", ...genotype });

    const out = join(temporaryFolder(), "found");
    const { code, stdout, stderr } = await ask("architecture", "whole", "--out", out);
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr.trim().split("\n")).toEqual(
      ["normal.svg", "reduction.svg", "genotype.txt", "genotype.json"].map((file) => `wrote ${join(out, file)}`),
    );
    expect(read(out, "genotype.txt")).toBe(text);
    const { meta, ...found } = JSON.parse(read(out, "genotype.json"));
    expect(found).toEqual(genotype);
    expect(meta).toMatchObject({ search: "whole", seed: 7, spec: { network: { cells: 2 } } });
    for (const file of ["normal.svg", "reduction.svg"]) expect(read(out, file)).toMatch(/^<svg[\s\S]*<\/svg>\n?$/);

    refused(await ask("architecture", "whole", "--out", out), 2, /a folder without a normal\.svg.*another folder/);
    const pictures = join(temporaryFolder(), "pictures");
    const [wrote] = objects(done(await ask("architecture", "whole", "--format", "svg", "--out", pictures, "--json")));
    expect(wrote).toEqual({ type: "wrote", folder: pictures, files: ["normal.svg", "reduction.svg"] });
    expect(existsSync(join(pictures, "genotype.json"))).toBe(false);
  });

  it("ledger: why each operation went, an edge of a round a line", async () => {
    const [head, ...rows] = done(await ask("ledger", "whole"))
      .trim()
      .split("\n");
    expect(head?.split(/ {2,}/)).toEqual([
      "ROUND",
      "K",
      "CELL",
      "EDGE",
      "ABANDONED",
      "LIKELIHOOD",
      "SCORE",
      "ACCURACY",
      "ALPHA",
      "NEXT",
      "SURE",
    ]);
    expect(rows).toHaveLength(7 * 28);
    expect(rows[0]).toMatch(
      /^1 +8 +normal +0->2 +\w+ +\d\.\d{4} +\d\.\d{4} +(\d+\.\d %|not sampled) +-?\d\.\d{4} +\w+ \d\.\d{4} +\d+ %$/,
    );
    const edges = objects(done(await ask("ledger", "whole", "--json")));
    expect(edges).toHaveLength(7 * 28);
    for (const { operations, abandoned } of edges) {
      const least = Math.min(...operations.map(({ likelihood }: { likelihood: number }) => likelihood));
      const gone = operations.find(({ operation }: { operation: string }) => operation === abandoned);
      expect(gone.likelihood).toBe(least);
    }
  });

  it("facts: those of the log, from which `bnas replay` tells the same", async () => {
    const file = join(temporaryFolder(), "facts.jsonl");
    const { code, stderr } = await ask("facts", "whole", "--out", file);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^wrote \d+ facts of whole to /)]);
    const log = done(await bnas("facts", "whole", "--log", `file:${join(folder, "facts.jsonl")}`));
    expect(readFileSync(file, "utf8")).toBe(log);
    expect(done(await bnas("replay", file))).toMatch(/\nfinished: Genotype\(/);
    refused(await ask("facts", "whole", "--out", file), 2, /--out.*Nothing is written over/);
  });

  it("watch: every fact, or those after one, and the end", async () => {
    const all = objects(done(await ask("watch", "whole", "--json")));
    const last = all.pop();
    expect(last).toMatchObject({ type: "finished", genotype: { normal_concat: [2, 3, 4, 5] } });
    expect(all.at(0)).toMatchObject({ type: "fact", subject: "bnas.search.whole.opened" });
    const after = all[20].sequence;
    const rest = objects(done(await ask("watch", "whole", "--json", "--after", String(after))));
    expect(rest).toEqual([...all.slice(21), last]);
    const text = await ask("watch", "whole", "--after", String(all.at(-1).sequence));
    expect(text.stderr).toBe("");
    expect(done(text)).toMatch(/Genotype\(normal=/);
  });

  it("list: a line a search, those in a state, an object each", async () => {
    const [head, ...rows] = done(await ask("list"))
      .trim()
      .split("\n");
    expect(head).toMatch(/^ID +STATE +ROUND +K +BEST +JOBS +AGE$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 2))).toEqual([
      [expect.stringMatching(/^random-1-/), "finished"],
      [expect.stringMatching(/^random-1-/), "finished"],
      ["whole", "finished"],
    ]);
    expect(rows[2]).toMatch(/^whole +finished +7\/7 +1 +\d+\.\d % +26\/26 +\S/);
    expect(rows[0]).toMatch(/finished +- +- +- +0\/0 +\S/);
    const states = objects(done(await ask("list", "--state", "finished", "--json"))).map(({ state }) => state);
    expect(states).toEqual(["finished", "finished", "finished"]);
    expect((await ask("list", "--state", "failed")).stderr).toBe("no failed searches; `bnas submit` opens one\n");
  });

  it("pause, resume, cancel: what became of the search", async () => {
    expect(done(await ask("submit", "--id", "long", "--config", endless))).toBe("long\n");
    expect(done(await ask("pause", "long"))).toBe("long: paused\n");
    expect(done(await ask("pause", "long"))).toBe("long: paused\n");
    expect(done(await ask("get", "long"))).toMatch(/\nstate +paused\n[\s\S]*\nnext +bnas resume long\n$/);
    expect(objects(done(await ask("resume", "long", "--json")))).toMatchObject([{ search: "long", state: "running" }]);
    expect(done(await ask("cancel", "long", "--reason", "enough"))).toBe("long: cancelled: enough\n");
    expect(done(await ask("cancel", "long"))).toBe("long: cancelled: enough\n");
    refused(await ask("pause", "long"), 2, /long has ended: cancelled\. Only a search that runs.*`bnas submit`/);
    const watched = await ask("watch", "long");
    expect(watched.code).toBe(3);
    expect(watched.stderr).toMatch(
      /paused: jobs in progress end.*\n[\s\S]*continues\n[\s\S]*the search was cancelled: enough\n$/,
    );
  });

  it("watch: Ctrl-C leaves the search alone", async () => {
    done(await ask("submit", "--id", "left-alone", "--config", endless));
    const watching = started("watch", "left-alone", "--json", "--server", mesh.address);
    await printed(watching, /"epoch\.trained"/g);
    watching.process.kill("SIGINT");
    const { code, stdout } = await watching.ended;
    expect(code).toBe(130);
    expect(objects(stdout).at(-1)).toEqual({
      type: "interrupted",
      message: "stopped watching; the search continues: bnas watch left-alone",
    });
    expect(objects(done(await ask("cancel", "left-alone", "--json")))).toMatchObject([{ state: "cancelled" }]);
  });

  it("delete: only on --yes while the search lives", async () => {
    done(await ask("submit", "--id", "doomed", "--config", endless));
    refused(await ask("delete", "doomed"), 2, /doomed.*this one is running\. Add --yes.*bnas cancel doomed/);
    expect(objects(done(await ask("get", "doomed", "--json")))).toMatchObject([{ state: "running" }]);
    expect(done(await ask("delete", "doomed", "--yes"))).toBe("doomed: deleted\n");
    refused(await ask("get", "doomed"), 2, /doomed was deleted\. `bnas list`/);
    refused(await ask("submit", "--id", "doomed", "--config", endless), 2, /doomed was deleted.*another --id/);
    expect(objects(done(await ask("delete", "doomed", "--json")))).toEqual([{ type: "deleted", search: "doomed" }]);
    expect(done(await ask("list", "--state", "running"))).toBe("");
    done(await ask("submit", "--id", "ended", "--config", tiny, "--strategy", "random", "--wait"));
    expect(done(await ask("delete", "ended"))).toBe("ended: deleted\n");
  });

  it.each([
    ["a search that is not there", ["get", "no-such"], /there is no search no-such\. `bnas list` tells/],
    ["to watch one that is not there", ["watch", "no-such"], /there is no search no-such\. `bnas list` tells/],
    ["to delete one that was never there", ["delete", "no-such"], /there is no search no-such\. `bnas list` tells/],
    ["what is no name of a search", ["get", "No Good"], /SEARCH_ID.*No Good.*lower-case/],
    [
      "a spec that cannot be, before it is sent",
      ["submit", "--strategy", "bnass"],
      /spec\.strategy.*Did you mean bnas/,
    ],
    ["data that the mesh does not have", ["submit", "--dataset", "cifar10:/no/such"], /spec\.dataset.*\/no\/such/],
    ["pictures on standard output", ["architecture", "whole", "--format", "svg"], /--format.*--out FOLDER/],
  ])("refuse %s", async (_, words, message) => refused(await ask(...words), 2, message));

  it("refuse a state that is none, and a sequence that is none", async () => {
    const state = await ask("list", "--state", "runing");
    expect([state.code, state.stderr]).toEqual([2, expect.stringMatching(/running, paused, finished/)]);
    const after = await ask("watch", "whole", "--after", "-1");
    expect([after.code, after.stderr]).toEqual([2, expect.stringMatching(/sequence of a fact/)]);
  });

  it("say so when no one reads on, and do not end as if all was read", async () => {
    const run = started("ledger", "whole", "--json", "--server", mesh.address);
    run.process.stdout?.destroy();
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([141, "bnas: who read standard output has left\n"]);
  });

  it("take the address from BNAS_SERVER", async () => {
    vi.stubEnv("BNAS_SERVER", mesh.address);
    expect(done(await bnas("get", "whole"))).toMatch(/^search +whole\n/);
  });
});

describe("bnas, as docs/clients.md shows it", () => {
  const documented = commands("npx bnas").filter((command) => !command.startsWith("npx bnas serve"));
  const folder = temporaryFolder();
  let mesh: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    mesh = await meshIn(folder, "127.0.0.1:0");
  });
  afterAll(async () => {
    mesh.process.kill("SIGTERM");
    await mesh.ended;
  });

  it("does what is said there, one after the other", async () => {
    expect(documented).toHaveLength(15);
    vi.stubEnv("BNAS_SERVER", mesh.address);
    for (const command of documented) {
      // As a shell splits it: the only quotes are those of a reason. The folder is one of the test.
      const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, word]) => quoted ?? word ?? "");
      const { code, stderr } = await bnas(
        ...words.slice(2).map((word) => word.replace(/^found\b/, join(folder, "found"))),
      );
      expect(code, `${command}\n${stderr}`).toBe(0);
    }
    expect(readdirSync(join(folder, "found")).toSorted()).toEqual([
      "facts.jsonl",
      "genotype.json",
      "genotype.txt",
      "normal.svg",
      "reduction.svg",
      "report.html",
    ]);
  });
});
