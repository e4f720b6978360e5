import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** A search of few and short jobs, which takes seconds on either engine. */
const small = {
  dataset: "shapes:?classes=3&size=8&images=120&test=30",
  preset: "smoke",
  seed: 7,
  network: { cells: 2, channels: 4, partial: 2 },
  data: { limit: 0, reductionImages: 30, cropPadding: 1 },
  warmup: { epochs: 1, batch: 20 },
  reduction: { passes: 1, batch: 30 },
};
const resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { memory: "3Gi" } };

/** A manifest as a person writes it. @param spec what is otherwise than in the smallest search */
export const smallSearch = (name: string, engine: string, spec: object = {}): object => ({
  apiVersion: "bnas.dev/v1alpha1",
  kind: "ArchitectureSearch",
  metadata: { name },
  spec: { ...small, trainers: { max: 2, engine, resources }, ...spec },
});

/** What a laptop makes of the same file: the folder of its run, until it is disposed. */
export const ranOnLaptop = async (
  manifest: object,
  engine: string,
): Promise<{ readonly out: string } & AsyncDisposable> => {
  const folder = await mkdtemp(join(tmpdir(), "bnas-laptop-"));
  const file = join(folder, "search.json");
  await writeFile(file, JSON.stringify(manifest));
  const bnas = fileURLToPath(new URL("../../cli/bin/bnas.js", import.meta.url));
  const out = join(folder, "out");
  await promisify(execFile)(process.execPath, [bnas, "search", "--config", file, "--engine", engine, "--out", out]);
  return { out, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
};

/** The genotype that a laptop finds by the same file. */
export const onLaptop = async (manifest: object, engine: string): Promise<string> => {
  await using run = await ranOnLaptop(manifest, engine);
  return (await readFile(join(run.out, "genotype.txt"), "utf8")).trim();
};
