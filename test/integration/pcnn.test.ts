import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, decisions, read, started, temporaryFolder, tinySpec, untilLines } from "./bnas.js";

// A search by the paper's second method from its start to networks that others run.

const small = { cells: 3, channels: 4, epochs: 3, batch: 20, cutout: 2 };
const config = configFile({ train: { ...small, fullPrecisionTwin: true } });
const search = (out: string): readonly string[] =>
  ["search", "--config", config, "--binarizer", "pcnn", "--seed", "7", "--train", "1", "--out", out] as const;

/** Every file of a model. */
const model = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file)).toString("base64")]));

describe("a search with binarizer: pcnn", () => {
  const first = join(temporaryFolder(), "first");

  beforeAll(async () => {
    const { code, stderr } = await bnas(...search(first));
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("binarize weights by pcnn, seed 7");
  });

  it.each([6, 30])("continues to the same bits after a kill -9 at %i facts", async (facts) => {
    const folder = join(temporaryFolder(), "killed");
    const run = started(...search(folder));
    await untilLines(join(folder, "facts.jsonl"), facts);
    run.process.kill("SIGKILL");
    await run.ended;
    expect(existsSync(join(folder, "model"))).toBe(false);
    const { code, stderr } = await bnas("search", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(decisions(folder)).toEqual(decisions(first));
    expect(model(join(folder, "model"))).toEqual(model(join(first, "model")));
  });

  it("is another search than by XNOR, of the same seed: other losses from the first epoch on", async () => {
    const other = join(temporaryFolder(), "xnor");
    const { code, stderr } = await bnas("search", "--config", config, "--seed", "7", "--out", other);
    expect(code, stderr).toBe(0);
    const losses = (folder: string) =>
      [...read(folder, "facts.jsonl").matchAll(/"kind":"epoch\.trained".*?"loss":([\d.]+)/g)].map(([, loss]) => loss);
    expect(losses(other)[0]).not.toBe(losses(first)[0]);
    expect(losses(other)).toHaveLength(losses(first).length);
  });

  it("says in its report how weights got their bit, and replays", async () => {
    expect(read(first, "report.html")).toContain("By PCNN: a learned projection and a projection loss.");
    const { code, stderr } = await bnas("replay", join(first, "facts.jsonl"));
    expect(code, stderr).toBe(0);
  });

  it("is refused to continue by another method, by its field", async () => {
    const { code, stderr } = await bnas(
      "search",
      "--resume",
      "--binarizer",
      "xnor",
      "--config",
      config,
      "--out",
      first,
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/spec\.(binarizer|train\.seeds|seed)/);
  });

  it("leaves a model without projections, to which bnas evaluate finds the accuracy of the training", async () => {
    const { code, stdout, stderr } = await bnas("evaluate", first, "--dataset", tinySpec.dataset, "--json");
    expect(code, stderr).toBe(0);
    const { correct, images } = JSON.parse(stdout);
    const { models } = JSON.parse(read(first, "summary.json"));
    expect(models.map(({ variant }: { variant: string }) => variant)).toEqual(["answer", "full-precision"]);
    expect(correct / images).toBe(models[0].accuracies[0]);
    expect(JSON.parse(read(first, "model/config.json")).origin.binarizer).toBe("pcnn");
    expect(readFileSync(join(first, "model/model.safetensors")).includes(".projection")).toBe(false);
  });

  it.each(["bnn", "onnx", "safetensors", "c"])(
    "is exported as any other 1-bit network, with the proof: %s",
    async (format) => {
      const out = join(temporaryFolder(), format);
      const { code, stderr } = await bnas(
        "export",
        join(first, "model"),
        "--format",
        format,
        "--out",
        out,
        "--images",
        "4",
      );
      expect(code, stderr).toBe(0);
      expect(readdirSync(out)).toContain("export-check.json");
    },
  );
});

describe("the preset smoke with binarizer: pcnn", () => {
  it("reaches well above chance on shapes, of which there are six", async () => {
    const out = join(temporaryFolder(), "smoke");
    const { code, stderr } = await bnas(
      ...["search", "--dataset", "shapes:", "--preset", "smoke", "--strategy", "random", "--seed", "7"],
      ...["--binarizer", "pcnn", "--train", "1", "--out", out],
    );
    expect(code, stderr).toBe(0);
    const { models } = JSON.parse(read(out, "summary.json"));
    expect(models[0].accuracies[0]).toBeGreaterThan(0.8);
  });
});
