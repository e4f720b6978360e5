import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { bnas, configFile, type Ended, started, temporaryFolder, untilLines } from "./bnas.js";

const cli = new URL("../../cli/bin/bnas.js", import.meta.url).pathname;

/** A line of a shell, in which `bnas` is the command. */
const shell = (line: string): Promise<Ended> =>
  new Promise((resolve) => {
    const script = `bnas() { ${process.execPath} ${cli} "$@"; }\n${line}`;
    const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (data) => {
      stdout += data;
    });
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe("a path that is no file", () => {
  it.each([
    ["--config", "a pipe", (path: string) => ["search", "--dry-run", "--config", path]],
    ["a genotype", "a pipe", (path: string) => ["show", path]],
    ["facts", "a pipe", (path: string) => ["replay", path]],
    ["a token", "a pipe", (path: string) => ["list", "--token-file", path]],
    ["a certificate", "a pipe", (path: string) => ["list", "--tls-ca", path]],
  ])("is refused at once as %s when it is %s", async (_, kind, args) => {
    const path = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [path]);
    const { code, stderr } = await bnas(...args(path));
    expect([code, stderr]).toEqual([2, expect.stringContaining(`It is ${kind}, not a file`)]);
  });
});

describe("a folder that cannot be", () => {
  it.runIf(process.platform === "linux")("is refused at once: where the system makes none", async () => {
    const { code, stderr } = await bnas("search", "--preset", "smoke", "--out", "/proc/x");
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--out.*\/proc\/x.*no folder can be made there/)]);
  });

  it("is refused at once: in a working folder that was deleted", async () => {
    const folder = temporaryFolder();
    const { code, stderr } = await shell(`cd ${folder}; rmdir ${folder}; bnas search --preset smoke --out out`);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--out.*the folder in which you are was deleted/)]);
  });

  it("ends a search whose folder is deleted while it runs", async () => {
    const folder = join(temporaryFolder(), "out");
    const run = started("search", "--config", configFile({ warmup: { epochs: 50, batch: 20 } }), "--out", folder);
    await untilLines(join(folder, "facts.jsonl"), 3);
    rmSync(folder, { recursive: true });
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([2, expect.stringMatching(/facts\.jsonl.*deleted/)]);
  });
});

describe("who reads standard output", () => {
  it("may leave: a search continues, says so, and its results are in its folder", async () => {
    const out = join(temporaryFolder(), "out");
    const line = `bnas search --config ${configFile()} --json --out ${out} | head -1; exit \${PIPESTATUS[0]}`;
    const { code, stdout, stderr } = await shell(line);
    expect([code, stdout.split("\n").length]).toEqual([0, 2]);
    expect(stderr).toContain(
      `bnas: who read standard output has left; the search continues, and its results go to ${out}\n`,
    );
    expect(existsSync(join(out, "genotype.json"))).toBe(true);
  });

  it.runIf(existsSync("/dev/full"))("gets no success when what was said could not be written", async () => {
    const { code, stderr } = await shell("bnas show published > /dev/full");
    expect([code, stderr]).toEqual([5, expect.stringMatching(/standard output cannot be written \(ENOSPC/)]);
  });
});

describe("Ctrl-C while a search starts", () => {
  it("ends it at once, and says how to continue", async () => {
    const out = join(temporaryFolder(), "out");
    const run = started("search", "--config", configFile(), "--out", out);
    // The first fact is written before anything slow.
    await untilLines(join(out, "facts.jsonl"), 1);
    run.process.kill("SIGTERM");
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/stopped; continue with: bnas search --resume --out/)]);
    expect(await bnas("search", "--resume", "--out", out)).toMatchObject({ code: 0 });
  });
});

const canMount = process.platform === "linux" && process.getuid?.() === 0;

describe.runIf(canMount)("a full disk of --out (needs root: it mounts a small one)", () => {
  let disk = "";
  afterEach(() => execFileSync("umount", ["--lazy", disk]));

  it("is said while the search waits, which continues after --resume with room", async () => {
    disk = join(temporaryFolder(), "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "bnas-habits", disk]);
    const out = join(disk, "out");
    const run = started("search", "--config", configFile(), "--out", out);
    let said = "";
    run.process.stderr?.on("data", (data) => {
      said += data;
    });
    await until(() => said.includes("the search waits") || run.process.exitCode !== null);
    run.process.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/the search waits: .*its disk is full.*--resume --out/),
    ]);
    execFileSync("mount", ["-o", "remount,size=64m", disk]);
    expect(await bnas("search", "--resume", "--out", out)).toMatchObject({ code: 0 });
    expect(existsSync(join(out, "genotype.json"))).toBe(true);
  });
});
