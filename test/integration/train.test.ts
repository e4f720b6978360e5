import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, decisions, read, started, temporaryFolder, tinySpec, untilLines } from "./bnas.js";

const small = { cells: 3, channels: 4, epochs: 3, batch: 20, cutout: 2 };
const config = configFile({ train: { ...small, seeds: 2, fullPrecisionTwin: true, randomRivals: 1 } });

/** Every file of a model. */
const model = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((file) => [file, readFileSync(join(folder, file)).toString("base64")]));

describe("bnas train", () => {
  const first = join(temporaryFolder(), "first");
  const train = (folder: string, ...more: string[]) =>
    ["train", "--genotype", "published", "--config", config, "--seed", "7", "--out", folder, ...more] as const;
  let said = "";

  beforeAll(async () => {
    const { code, stderr, stdout } = await bnas(...train(first));
    expect(code, stderr).toBe(0);
    said = stdout;
  });

  it("leaves a model for each seed, and says what each variant reached", () => {
    for (const name of ["model", "model-2"]) {
      expect(readdirSync(join(first, name)).sort()).toEqual(["config.json", "model.safetensors"]);
    }
    const { models } = JSON.parse(read(first, "summary.json"));
    expect(
      models.map(({ variant, accuracies }: { variant: string; accuracies: number[] }) => [variant, accuracies.length]),
    ).toEqual([
      ["answer", 2],
      ["random", 2],
      ["full-precision", 2],
    ]);
    expect(said).toMatch(/network: test accuracy of 2 networks .* against random genotypes A12 /);
    expect(said).toMatch(/full-precision twin: test accuracy of 2 networks /);
    expect(said).not.toContain("uncertified");
    expect(said).toContain(`the trained network is in ${join(first, "model")}`);
    expect(said).toMatch(/example\.png, a test image of the class \w+: classified as \w+ \([\d.]+ %\)/);
  });

  it.each([4, 10, 17, 25])("continues to the same bits after a kill -9 at %i facts", async (facts) => {
    const folder = join(temporaryFolder(), "killed");
    const run = started(...train(folder));
    await untilLines(join(folder, "facts.jsonl"), facts);
    run.process.kill("SIGKILL");
    await run.ended;
    expect(existsSync(join(folder, "model"))).toBe(false);

    const { code, stderr } = await bnas("train", "--resume", "--out", folder);
    expect(code, stderr).toBe(0);
    expect(decisions(folder)).toEqual(decisions(first));
    for (const name of ["model", "model-2"]) expect(model(join(folder, name))).toEqual(model(join(first, name)));
  });

  it("trains the same with two trainers side by side", async () => {
    const folder = join(temporaryFolder(), "parallel");
    expect((await bnas(...train(folder, "--parallel", "2"))).code).toBe(0);
    const networks = (of: string) => decisions(of).filter((fact) => fact.includes(".model."));
    expect(networks(folder)).toEqual(networks(first));
  });

  it("replays to its decisions from the facts alone", async () => {
    const { code, stdout } = await bnas("replay", join(first, "facts.jsonl"));
    expect(code).toBe(0);
    expect(stdout).toContain(read(first, "genotype.txt").trim());
  });

  it("gives a model to which bnas evaluate finds the accuracy of the training", async () => {
    const { code, stdout, stderr } = await bnas("evaluate", first, "--dataset", tinySpec.dataset, "--json");
    expect(code, stderr).toBe(0);
    const { correct, images, classes } = JSON.parse(stdout);
    const { models } = JSON.parse(read(first, "summary.json"));
    expect(correct / images).toBe(models[0].accuracies[0]);
    expect(classes).toHaveLength(3);
    const text = await bnas("evaluate", join(first, "model"), "--dataset", tinySpec.dataset, "--batch", "7");
    expect(text.stdout).toContain(`(${correct} of ${images}; 95 % interval`);
  });

  it("is refused to continue with another recipe, by its field", async () => {
    const { code, stderr } = await bnas(...train(first, "--resume", "--epochs", "9"));
    expect(code).toBe(2);
    expect(stderr).toContain("spec.train.epochs: 9");
  });

  it("is refused to continue on another engine, and keeps what it has", async () => {
    const begun = join(temporaryFolder(), "begun");
    cpSync(first, begun, { recursive: true });
    const kept = read(first, "facts.jsonl")
      .split("\n")
      .slice(0, 8)
      .map((line) => `${line}\n`)
      .join("");
    writeFileSync(join(begun, "facts.jsonl"), kept);
    const { code, stderr } = await bnas("train", "--resume", "--engine", "cpu", "--out", begun);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/--engine: "cpu" .*wasm, which did \d+ jobs .*--engine wasm/s),
    ]);
    expect(read(begun, "facts.jsonl")).toBe(kept);
    expect((await bnas("train", "--resume", "--out", begun)).code).toBe(0);
    expect(decisions(begun)).toEqual(decisions(first));
  });

  it("takes a genotype of another space, which the caller names, by its JSON alone", async () => {
    const cell = ["nor_conv_3x3 0", "none 0", "skip_connect 1", "avg_pool_3x3 0", "nor_conv_1x1 1", "none 2"];
    const links = cell.map((link) => link.split(" ")).map(([operation, from]) => [operation, Number(from)]);
    const genotype = { cell: links, cell_concat: [3] };
    const words = ["train", "--space", "nas-bench-201", "--dataset", "shapes:", "--genotype"];
    const { code, stdout, stderr } = await bnas(...words, JSON.stringify(genotype), "--dry-run", "--json");
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ spec: { space: "nas-bench-201", genotype } });
    const other = await bnas(...words, "published", "--dry-run");
    expect(other.code).toBe(2);
    expect(other.stderr).toContain("only the keys cell, cell_concat");
  });

  it.each([
    [["train", "--dataset", "shapes:"], "--genotype"],
    [["train", "--genotype", "Genotype(normal=["], "genotype"],
    [["train", "--genotype", "no-such-file"], "GENOTYPE"],
    [["evaluate", "no-such-folder", "--dataset", "shapes:"], "config.json"],
    [["evaluate", first, "--dataset", "shapes:"], "the 3 classes of the model"],
  ])("refuses %j and names what is wrong", async (args, named) => {
    const { code, stderr } = await bnas(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(named);
  });
});

describe("bnas search --train", () => {
  it("continues from its genotype to a model, and the genotype is that of a search without", async () => {
    const [plain, trained] = [join(temporaryFolder(), "plain"), join(temporaryFolder(), "trained")];
    const with4 = configFile({ train: small });
    expect((await bnas("search", "--config", with4, "--out", plain)).code).toBe(0);
    const { code, stdout, stderr } = await bnas("search", "--config", with4, "--train", "1", "--out", trained);
    expect(code, stderr).toBe(0);
    expect(read(trained, "genotype.txt")).toBe(read(plain, "genotype.txt"));
    expect(stdout).toContain("uncertified: no random genotype was trained beside it");
    expect(readdirSync(join(trained, "model"))).toContain("model.safetensors");
    expect(existsSync(join(plain, "model"))).toBe(false);
  });
});
