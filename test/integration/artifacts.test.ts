import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
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
    const laptop = join(temporaryFolder(), "laptop");
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

  it("is a model that this machine evaluates and classifies with, and facts that it replays", async () => {
    const evaluated = await bnas("evaluate", home, "--dataset", tinySpec.dataset);
    expect(evaluated.stdout).toContain("test accuracy ");
    const replayed = await bnas("replay", join(home, "facts.jsonl"));
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(read(home, "report.html")).toContain("Derived network trained from scratch");
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
});
