import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findTensorflow } from "@bnas/kernels";
import { afterEach, describe, expect, it, vi } from "vitest";
import { bnas, configFile, read, temporaryFolder } from "./bnas.js";

const found = await findTensorflow("node", process.env.BNAS_ENGINE_DIR).catch((error: Error) => error);
const reason = found instanceof Error ? ` (${found.message})` : "";
const node = found instanceof Error ? "" : dirname(found.path);

/**
 * The engine gpu as a machine without a card sees it. Its libraries are those of the engine node, which fetch a quarter as much and
 * find as little of a card.
 */
const gpuEngine = (): string => {
  const folder = join(temporaryFolder(), "engine");
  mkdirSync(folder);
  for (const name of readdirSync(node)) if (name !== "engine.json") symlinkSync(join(node, name), join(folder, name));
  const manifest = JSON.parse(readFileSync(join(node, "engine.json"), "utf8"));
  writeFileSync(join(folder, "engine.json"), JSON.stringify({ ...manifest, engine: "gpu", device: "gpu" }));
  return folder;
};

describe.skipIf(reason !== "")(`a search on the engine gpu where there is no card${reason}`, () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  const search = (engine: string, out: string) =>
    bnas("search", "--config", configFile(), "--engine", engine, "--out", out);

  it("says so, and what to do, and computes nothing", async () => {
    vi.stubEnv("BNAS_ENGINE_DIR", gpuEngine());
    const out = join(temporaryFolder(), "out");
    const { code, stderr } = await search("gpu", out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/NVIDIA card.*found none.*nvidia-smi.*BNAS_GPU_FALLBACK=cpu/s);
    expect(existsSync(join(out, "genotype.txt"))).toBe(false);
  });

  it("falls back to the processor only when it is allowed to, and decides as the engine node does", async () => {
    vi.stubEnv("BNAS_ENGINE_DIR", gpuEngine());
    vi.stubEnv("BNAS_GPU_FALLBACK", "cpu");
    const fallen = join(temporaryFolder(), "fallen");
    expect(await search("gpu", fallen)).toMatchObject({ code: 0 });
    vi.unstubAllEnvs();
    const onNode = join(temporaryFolder(), "node");
    expect(await search("node", onNode)).toMatchObject({ code: 0 });
    expect(read(fallen, "genotype.txt")).toBe(read(onNode, "genotype.txt"));
  });
});
