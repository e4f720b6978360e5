import { createHash } from "node:crypto";
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  bnas,
  configFile,
  decisions,
  fashion,
  hasSharedData,
  read,
  sharedData,
  started,
  temporaryFolder,
  untilLines,
} from "./bnas.js";

describe("bnas search", () => {
  const config = configFile();
  const first = join(temporaryFolder(), "first");

  beforeAll(async () => {
    const { code, stderr } = await bnas("search", "--config", config, "--seed", "7", "--out", first);
    expect(code, stderr).toBe(0);
  });

  it("leaves every file that the README promises", () => {
    for (const file of [
      "genotype.json",
      "genotype.txt",
      "facts.jsonl",
      "normal.svg",
      "reduction.svg",
      "report.html",
      "summary.json",
      "proof.json",
    ]) {
      expect(existsSync(join(first, file)), file).toBe(true);
    }
  });

  it("gives the same genotype.json, byte for byte, from the same seed", async () => {
    const second = join(temporaryFolder(), "second");
    expect((await bnas("search", "--config", config, "--seed", "7", "--out", second)).code).toBe(0);
    expect(read(second, "genotype.json")).toBe(read(first, "genotype.json"));
    expect(decisions(second)).toEqual(decisions(first));
  });

  it("replays to the decisions of the run, without a network, blobs or tensors", async () => {
    const { code, stdout } = await bnas("replay", join(first, "facts.jsonl"));
    expect(code).toBe(0);
    expect(stdout).toContain(read(first, "genotype.txt").trim());
    expect(stdout.match(/round 7/g)?.length).toBeGreaterThan(0);
  });

  it.each([
    [
      "a loss",
      "sample.1.trained",
      (line: string) => line.replace(/"loss":[0-9.]+/, '"loss":0.125'),
      /line \d+: fact\.loss is not/,
    ],
    [
      "the time of the end",
      "finished",
      (line: string) => line.replace(/"time":"20/, '"time":"21'),
      /line \d+: time is not the one that proof\.json/,
    ],
    ["a line, put in twice,", "reduced", (line: string) => `${line}\n${line}`, /line \d+: subject is .*holds already/],
  ])("replays %s that was forged to its line and field", async (_, end, forge, message) => {
    const folder = join(temporaryFolder(), "forged");
    cpSync(first, folder, { recursive: true });
    const path = join(folder, "facts.jsonl");
    let done = false;
    const forged = read(folder, "facts.jsonl")
      .split("\n")
      .map((line) => {
        if (done || line === "" || !JSON.parse(line).subject.endsWith(end)) return line;
        done = true;
        const body = `${line.slice(0, line.lastIndexOf(',"sha256"'))}}`;
        return forge(body)
          .split("\n")
          .map((one) => `${one.slice(0, -1)},"sha256":"${createHash("sha256").update(one).digest("hex")}"}`)
          .join("\n");
      });
    writeFileSync(path, forged.join("\n"));
    const { code, stderr } = await bnas("replay", path);
    expect(code, stderr).toBe(4);
    expect(stderr).toMatch(message);
  });

  it("shows the genotype that it found", async () => {
    const { code, stdout } = await bnas("show", join(first, "genotype.json"));
    expect(code).toBe(0);
    expect(stdout).toContain(read(first, "genotype.txt").trim());
  });

  it.each([3, 12, 30, 55])("continues to the same genotype after a kill -9 at %i facts", async (facts) => {
    const folder = join(temporaryFolder(), "killed");
    const run = started("search", "--config", config, "--seed", "7", "--out", folder);
    await untilLines(join(folder, "facts.jsonl"), facts);
    run.process.kill("SIGKILL");
    await run.ended;
    expect(existsSync(join(folder, "genotype.json"))).toBe(false);

    const { code, stderr } = await bnas("search", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(read(folder, "genotype.json")).toBe(read(first, "genotype.json"));
    expect(decisions(folder)).toEqual(decisions(first));
  });

  it("continues by the same command after a kill -9 at any moment, from the first on", async () => {
    const folder = join(temporaryFolder(), "killed");
    const command = ["search", "--config", config, "--seed", "7", "--out", folder];
    const folderThere = () => (existsSync(folder) ? 1 : 0);
    const linesThere = () => {
      const path = join(folder, "facts.jsonl");
      return existsSync(path) ? readFileSync(path, "utf8").split("\n").length : 0;
    };
    // As soon as there is a folder, a file (of 0 bytes, or more), and its first, second and fifth line.
    for (const [reached, least] of [
      [folderThere, 1],
      ...[1, 2, 3, 6].map((lines) => [linesThere, lines] as const),
    ] as const) {
      const run = started(...command);
      while (reached() < least) await new Promise((resolve) => setTimeout(resolve, 1));
      run.process.kill("SIGKILL");
      await run.ended;
    }
    const { code, stderr } = await bnas(...command);
    expect(code, stderr).toBe(0);
    expect(read(folder, "genotype.json")).toBe(read(first, "genotype.json"));
    expect(decisions(folder)).toEqual(decisions(first));
  });

  it("says its verdict and how sure each edge is: at the end, in summary.json, in the report and from the facts", async () => {
    const { verdict, sureness } = JSON.parse(read(first, "summary.json"));
    expect(verdict.findings[0]).toMatchObject({ kind: verdict.kind, seen: verdict.seen });
    expect(sureness).toMatchObject({ by: "counterfactual", resamples: 1000 });
    expect(sureness.edges).toHaveLength(28);
    expect(read(first, "report.html")).toContain(`<a href="#verdict">${verdict.kind}</a>`);
    const { stdout } = await bnas("replay", join(first, "facts.jsonl"));
    expect(stdout).toContain(`verdict: ${verdict.kind}. ${verdict.seen}`);
    const again = await bnas("search", "--resume", "--out", first);
    expect(again.stdout).toContain(`verdict: ${verdict.kind}. ${verdict.seen}`);
    expect(again.stdout).toMatch(/sureness: \d+ of 28 edges would be another under counting noise/);
  });

  it("ends with 6 and a sentence when it diverged; its facts still replay to the same genotype", async () => {
    const folder = join(temporaryFolder(), "diverged");
    const diverging = configFile({
      binarize: "none",
      weights: { rate: 10, clip: 1_000_000, momentum: 0.999, decay: 1 },
      strengths: { rate: 10 },
    });
    const { code, stderr, stdout } = await bnas("search", "--config", diverging, "--seed", "3", "--out", folder);
    expect(code, stderr).toBe(6);
    expect(stderr).toMatch(/The search diverged: .* nats, and guessing gives /);
    expect(stdout).toContain("verdict: diverged. ");
    const replayed = await bnas("replay", join(folder, "facts.jsonl"));
    expect(replayed.code).toBe(0);
    expect(replayed.stdout).toContain(read(folder, "genotype.txt").trim());
    expect(replayed.stdout).toContain("verdict: diverged. ");
  });

  it("stops at Ctrl-C with code 130, says how to continue, and continues", async () => {
    const folder = join(temporaryFolder(), "stopped");
    const run = started("search", "--config", config, "--seed", "7", "--out", folder);
    await untilLines(join(folder, "facts.jsonl"), 10);
    run.process.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`--resume --out ${folder}`);
    expect((await bnas("search", "--resume", "--out", folder)).code).toBe(0);
    expect(read(folder, "genotype.json")).toBe(read(first, "genotype.json"));
  });

  it("says on a finished search that there is nothing to continue with, and leaves it as it is", async () => {
    const before = read(first, "facts.jsonl");
    expect((await bnas("search", "--resume", "--out", first)).code).toBe(0);
    expect(read(first, "facts.jsonl")).toBe(before);
  });

  it("prints one JSON object a line with --json", async () => {
    const { code, stdout } = await bnas(
      "search",
      "--config",
      config,
      "--strategy",
      "random",
      "--json",
      "--out",
      join(temporaryFolder(), "json"),
    );
    expect(code).toBe(0);
    for (const line of stdout.trim().split("\n")) expect(typeof JSON.parse(line)).toBe("object");
  });

  it("runs by every strategy and binarization", async () => {
    for (const args of [
      ["--strategy", "pc-darts"],
      ["--strategy", "random"],
      ["--binarize", "weights+activations"],
      ["--binarize", "none"],
      ["--binarizer", "pcnn", "--binarize", "weights+activations"],
    ]) {
      const folder = join(temporaryFolder(), "other");
      const { code, stderr } = await bnas("search", "--config", config, ...args, "--out", folder);
      expect(code, `${args.join(" ")}: ${stderr}`).toBe(0);
      expect(read(folder, "genotype.txt")).toMatch(/^Genotype\(normal=\[/);
    }
  });

  it.skipIf(!hasSharedData)("searches on real CIFAR-10 images (needs ../shared/data)", async () => {
    const folder = join(temporaryFolder(), "cifar");
    const { code, stderr } = await bnas(
      "search",
      "--dataset",
      `cifar10:${sharedData}/cifar10`,
      "--preset",
      "smoke",
      "--out",
      folder,
    );
    expect(code, stderr).toBe(0);
    expect(JSON.parse(read(folder, "genotype.json")).normal).toHaveLength(8);
  });

  it.skipIf(!existsSync(fashion))("searches on Fashion-MNIST (needs Debian's dataset-fashion-mnist)", async () => {
    const folder = join(temporaryFolder(), "fashion");
    const { code, stderr } = await bnas("search", "--dataset", `idx:${fashion}`, "--preset", "smoke", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(read(folder, "genotype.json")).reduce).toHaveLength(8);
  });
});
