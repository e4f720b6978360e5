import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = new URL("../..", import.meta.url).pathname;
const cli = join(root, "cli/bin/bnas.js");

/** Real images that lie beside the checkout on the machines of the project; tests that need them say so in their name. */
export const sharedData = join(root, "../shared/data");
export const hasSharedData = existsSync(sharedData);
export const fashion = "/usr/share/datasets/fashion-mnist";

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Run `bnas` as a person does: a process of its own. */
export const bnas = (...args: string[]): Promise<Ended> => started(...args).ended;

type Started = { readonly process: ChildProcess; readonly ended: Promise<Ended> };

export const started = (...args: string[]): Started => startedBy([], ...args);

/** Version N+1: this source, with the version of its facts raised (`next-version.mjs`). */
export const startedNext = (...args: string[]): Started =>
  startedBy(["--import", new URL("next-version.mjs", import.meta.url).href], ...args);

const startedBy = (nodeFlags: readonly string[], ...args: string[]): Started => {
  const child = spawn(process.execPath, [...nodeFlags, cli, ...args], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (data) => {
    stdout += data;
  });
  child.stderr.on("data", (data) => {
    stderr += data;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, stdout, stderr })));
  return { process: child, ended };
};

export const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), "bnas-"));

/** The smallest search that has every part: 2 cells of 4 channels on 8x8 shapes. */
export const tinySpec = {
  dataset: "shapes:?classes=3&size=8&images=120&test=30",
  preset: "smoke",
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 30 },
};

/** A configuration file with the tiny spec, changed by `change`. */
export const configFile = (change: object = {}): string => {
  const path = join(temporaryFolder(), "spec.json");
  writeFileSync(path, JSON.stringify({ ...tinySpec, ...change }));
  return path;
};

export const read = (folder: string, file: string): string => readFileSync(join(folder, file), "utf8");

/** Facts of a folder without what only people need, and without hashes of facts with their times. */
export const decisions = (folder: string): string[] =>
  read(folder, "facts.jsonl")
    .trim()
    .split("\n")
    .map((line) => {
      const { subject, fact } = JSON.parse(line);
      const { seconds, request, after, root, datasetDigest, ...decided } = fact;
      return JSON.stringify({ subject, decided });
    })
    // A laptop says by a fact of its own which data it has; a mesh by the first.
    .filter((line) => !line.includes('"data.described"'))
    .sort();

export const untilLines = async (path: string, lines: number): Promise<void> => {
  for (;;) {
    const held = existsSync(path) ? readFileSync(path, "utf8").split("\n").length - 1 : 0;
    if (held >= lines) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
