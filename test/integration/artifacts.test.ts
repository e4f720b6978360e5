import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EvaluatorServiceDefinition } from "@bnas/proto";
import { connect, specToMessage } from "@bnas/rpc";
import { parseGenotype } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bnas, configFile, read, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

const config = configFile({ train: { cells: 3, channels: 4, epochs: 2, batch: 20, cutout: 2 } });

describe("what a search of a mesh leaves", () => {
  const folder = temporaryFolder();
  const home = join(temporaryFolder(), "home");
  const laptop = join(temporaryFolder(), "laptop");
  let mesh: Awaited<ReturnType<typeof serve>>;
  const ask = (...args: string[]) => bnas(...args, "--server", mesh.address);

  beforeAll(async () => {
    mesh = await serve(
      "all",
      "--log",
      `file:${join(folder, "facts.jsonl")}`,
      "--store",
      `dir:${join(folder, "blobs")}`,
    );
    const { code, stderr } = await ask("submit", "--id", "kept", "--config", config, "--train", "1", "--wait");
    expect(code, stderr).toBe(0);
  });
  afterAll(async () => {
    mesh.process.kill("SIGTERM");
    await mesh.ended;
  });

  it("is listed with bytes and digest, and comes home by name as it was announced", async () => {
    const listed = await ask("artifacts", "kept", "--json");
    expect(listed.code, listed.stderr).toBe(0);
    const artifacts = listed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(artifacts.map(({ name }) => name)).toEqual([
      "facts.jsonl",
      "proof.json",
      "normal.svg",
      "reduction.svg",
      "genotype.txt",
      "summary.json",
      "report.html",
      "genotype.json",
      "model/config.json",
      "model/model.safetensors",
    ]);
    const { code, stderr } = await ask("artifacts", "kept", "--all", "--out", home);
    expect(code, stderr).toBe(0);
    for (const { name, bytes, sha256 } of artifacts) {
      const file = readFileSync(join(home, name));
      expect([name, file.length, createHash("sha256").update(file).digest("hex")]).toEqual([name, bytes, sha256]);
    }
  });

  it("is the network that a laptop trains from the same spec and seed, to the last bit", async () => {
    expect((await bnas("search", "--config", config, "--train", "1", "--out", laptop)).code).toBe(0);
    const tensors = (place: string) => readFileSync(join(place, "model", "model.safetensors")).toString("base64");
    expect(tensors(home)).toBe(tensors(laptop));
    expect(read(home, "genotype.txt")).toBe(read(laptop, "genotype.txt"));
    // And says the same of where it comes from: data, engine and code are in the facts, of a mesh as of a laptop.
    const metaOf = (place: string) => JSON.parse(read(place, "genotype.json")).meta;
    expect(metaOf(home)).toEqual(metaOf(laptop));
    const [maker] = metaOf(home).madeBy;
    expect(maker).toMatchObject({ engine: { name: "wasm" }, code: { version: "0.1.0" } });
    for (const digest of [maker.engine.digest, maker.code.digest, metaOf(home).dataset.digest]) {
      expect(digest).toMatch(/^[0-9a-f]{64}$/);
      expect(read(home, "report.html")).toContain(digest);
      expect(read(home, "summary.json")).toContain(digest);
    }
    const originOf = (place: string) => {
      const { search: _, ...origin } = JSON.parse(read(place, "model/config.json")).origin;
      return origin;
    };
    expect(originOf(home)).toEqual(originOf(laptop));
    expect(originOf(home)).toMatchObject({ engineDigest: maker.engine.digest, codeDigest: maker.code.digest });
  });

  it("is put beside the laptop's run: same data, code, engine and budget, and of both the same accuracy", async () => {
    const page = join(temporaryFolder(), "runs.html");
    const { code, stdout, stderr } = await ask("compare", laptop, "kept", "--out", page);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^same data, code, engine and budget: the numbers can be compared\n/);
    expect(stdout).toMatch(/\nagainst the first run: A12, p +- +0\.50, 1\.000\n/);
    expect(stdout).toMatch(/\nlatency of an image +[\d.]+ ms +-\n/);
    expect(readFileSync(page, "utf8")).toContain("<svg");
    const { runs } = JSON.parse((await ask("compare", laptop, "kept", "--json")).stdout);
    expect(runs[1]).toMatchObject({
      ...runs[0],
      name: "kept",
      seconds: {},
      work: [{}, {}],
      latency: null,
      againstFirst: {},
    });
    const alone = await bnas("compare", laptop, "kept");
    expect([alone.code, alone.stderr]).toEqual([2, expect.stringContaining("--server or --kube")]);
    const unknown = await ask("compare", laptop, "no-such-search");
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("no-such-search")]);
  });

  it("is a model that this machine evaluates and classifies with, and facts that it replays", async () => {
    const evaluated = await bnas("evaluate", home, "--dataset", tinySpec.dataset);
    expect(evaluated.stdout).toContain("test accuracy ");
    expect(evaluated.stdout).toMatch(/Latency of the trained network: [\d.]+ ms an image \(median of \d+ runs?/);
    const replayed = await bnas("replay", join(home, "facts.jsonl"));
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(read(home, "report.html")).toContain("Derived network trained from scratch");
  });

  it("has a proof, which shows where the facts that came home were changed, also where they agree with each other", async () => {
    const place = join(temporaryFolder(), "proved");
    const fetched = await ask("artifacts", "kept", "--get", "facts.jsonl", "--get", "proof.json", "--out", place);
    expect(fetched.code, fetched.stderr).toBe(0);
    const path = join(place, "facts.jsonl");
    expect((await bnas("replay", path)).code).toBe(0);
    // The end has no later line that names it, and its own seal is made again.
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const at = lines.findIndex((line) => line.includes('"kind":"search.finished"'));
    const { sha256: _, ...end } = JSON.parse(lines[at] ?? "");
    const body = JSON.stringify({ ...end, time: "2020-01-02T03:04:05.000Z" });
    const seal = createHash("sha256").update(body).digest("hex");
    lines[at] = `${body.slice(0, -1)},"sha256":"${seal}"}`;
    writeFileSync(path, `${lines.join("\n")}\n`);
    const replayed = await bnas("replay", path);
    expect([replayed.code, replayed.stderr]).toEqual([4, expect.stringContaining(`line ${at + 1}: time`)]);
    rmSync(join(place, "proof.json"));
    expect((await bnas("replay", path)).code).toBe(0);
  });

  it("is listed of a laptop's folder as well, with the exports that were put there", async () => {
    const bnn = join(laptop, "exports", "bnn");
    const exported = await bnas("export", laptop, "--format", "bnn", "--out", bnn);
    expect(exported.code, exported.stderr).toBe(0);
    const { code, stdout, stderr } = await bnas("artifacts", laptop, "--json");
    expect(code, stderr).toBe(0);
    const listed = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const names = listed.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(["exports/bnn/model.bnn", "model/config.json", "report.html"]));
    expect(names.filter((name) => name.startsWith("blobs/"))).toEqual([]);
    const [file] = listed.filter(({ name }) => name === "exports/bnn/model.bnn");
    const bytes = readFileSync(join(bnn, "model.bnn"));
    expect([file.bytes, file.sha256]).toEqual([bytes.length, createHash("sha256").update(bytes).digest("hex")]);
    const taken = await bnas("artifacts", laptop, "--all");
    expect([taken.code, taken.stderr]).toEqual([2, expect.stringContaining("already")]);
  });

  it("is of another space what that space has: one picture for its one kind of cell, and the network trained from it", async () => {
    const space = configFile({
      space: "nas-bench-201",
      strategy: "random",
      train: { cells: 2, channels: 4, epochs: 1, batch: 20, cutout: 2 },
    });
    const { code, stderr } = await ask("submit", "--id", "bench", "--config", space, "--train", "1", "--wait");
    expect(code, stderr).toBe(0);
    const place = join(temporaryFolder(), "bench");
    const fetched = await ask("artifacts", "bench", "--all", "--out", place);
    expect(fetched.code, fetched.stderr).toBe(0);
    expect(readdirSync(place).sort()).toEqual([
      "cell.svg",
      "facts.jsonl",
      "genotype.json",
      "genotype.txt",
      "model",
      "proof.json",
      "report.html",
      "summary.json",
    ]);
    expect(read(place, "cell.svg")).toMatch(/<svg [\s\S]*nor_conv|skip_connect|avg_pool|none/);
    const shown = await bnas("show", join(place, "genotype.json"));
    expect(shown.code, shown.stderr).toBe(0);
    const { costs, models, origin, collapse } = JSON.parse(read(place, "summary.json"));
    expect(costs).toMatchObject([{ variant: "answer", networks: 1 }]);
    expect(models).toMatchObject([{ variant: "answer" }]);
    expect(collapse.cells).toMatchObject([{ cell: "cell", links: 6 }]);
    expect(origin.madeBy).toHaveLength(1);
    const evaluated = await bnas("evaluate", place, "--dataset", tinySpec.dataset);
    expect(evaluated.stdout).toContain("test accuracy ");
  });

  it("is evaluated by any gRPC client, from its genotype and a checkpoint of its facts", async () => {
    const facts = read(home, "facts.jsonl")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).fact);
    const trained = facts.filter(({ kind }) => kind === "model.epoch.trained").at(-1);
    const evaluated = facts.filter(({ kind }) => kind === "model.epoch.evaluated").at(-1);
    const { spec } = facts[0];
    const { client, close } = connect(EvaluatorServiceDefinition, mesh.addressOf("evaluator"));
    const answer = await client.evaluateModel({
      spec: specToMessage({ ...spec, strategy: "given", genotype: parseGenotype(read(home, "genotype.json")) }),
      checkpoint: trained.checkpoint,
    });
    close();
    expect([answer.correct, answer.total]).toEqual([evaluated.correct, evaluated.total]);
    expect(answer.classes.map(({ answers }) => answers.reduce((sum, count) => sum + count, 0))).toEqual(
      answer.classes.map(({ total }) => total),
    );
    expect(answer.low).toBeLessThan(answer.correct / answer.total);
  });

  it("is written over nothing, and asked for by a name that is none it says which there are", async () => {
    const again = await ask("artifacts", "kept", "--get", "report.html", "--out", home);
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining("report.html")]);
    const unknown = await ask("artifacts", "kept", "--get", "raport.html", "--out", temporaryFolder());
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain("Did you mean report.html?");
    const nowhere = await ask("artifacts", "no-such-search");
    expect(nowhere.code).toBe(2);
    expect(readdirSync(home)).not.toContain("report.html.part");
  });

  it("is listed without what says something of its dataset when that is gone, and what is asked for names the folder", async () => {
    const roots = temporaryFolder();
    const images = join(roots, "images");
    mkdirSync(images);
    const record = (at: number) => Buffer.alloc(3073, at).fill(at % 10, 0, 1);
    const records = (count: number) => Buffer.concat(Array.from({ length: count }, (_, at) => record(at)));
    writeFileSync(join(images, "data_batch_1.bin"), records(60));
    writeFileSync(join(images, "test_batch.bin"), records(20));
    const place = temporaryFolder();
    const stored = ["--log", `file:${join(place, "facts.jsonl")}`, "--store", `dir:${join(place, "blobs")}`];
    stored.push("--data-root", roots);
    const small = configFile({
      dataset: `cifar10:${images}`,
      strategy: "random",
      data: { limit: 0, reductionImages: 10, cropPadding: 1 },
    });
    const first = await serve("all", ...stored);
    const submitted = await bnas("submit", "--id", "gone", "--config", small, "--wait", "--server", first.address);
    expect(submitted.code, submitted.stderr).toBe(0);
    first.process.kill("SIGTERM");
    await first.ended;
    rmSync(images, { recursive: true });

    // Another process, which does not hold the images any more.
    const again = await serve("all", ...stored);
    const { code, stdout, stderr } = await bnas("artifacts", "gone", "--json", "--server", again.address);
    expect(code, stderr).toBe(0);
    const names = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).name);
    expect(names).toEqual(["facts.jsonl", "proof.json", "normal.svg", "reduction.svg", "genotype.txt"]);
    const out = join(temporaryFolder(), "report");
    const report = await bnas("artifacts", "gone", "--get", "report.html", "--out", out, "--server", again.address);
    expect(report.code).toBe(2);
    expect(report.stderr).toContain(images);
    again.process.kill("SIGTERM");
    await again.ended;
  });
});
