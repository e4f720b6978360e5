import { join } from "node:path";
import {
  DatasetServiceDefinition,
  SearchServiceDefinition,
  SearchState,
  Split,
  TrainerServiceDefinition,
} from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { parseGenotype } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { started, temporaryFolder, tinySpec } from "./bnas.js";

/** Start `bnas serve SERVICE` and wait until it says where it listens. */
const serve = async (service: string, ...flags: string[]) => {
  const run = started("serve", service, ...flags);
  const address = await new Promise<string>((resolve, reject) => {
    let said = "";
    run.process.stdout?.on("data", (data) => {
      said += data;
      const match = /listens on (\S+)/.exec(said);
      if (match?.[1] !== undefined) resolve(match[1]);
    });
    run.ended.then(({ code, stderr }) => reject(new Error(`${service} ended with ${code}: ${stderr}`)), reject);
  });
  return { ...run, address };
};
type Served = Awaited<ReturnType<typeof serve>>;

describe("four services as processes of their own, on one file of facts and one folder of blobs", () => {
  const folder = temporaryFolder();
  const where = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
  const running: Served[] = [];
  let dataset: Served;
  let pruner: Served;
  let trainer: Served;

  beforeAll(async () => {
    dataset = await serve("dataset");
    const all = [...where, "--dataset", dataset.address];
    trainer = await serve("trainer", ...all);
    pruner = await serve("pruner", ...all);
    running.push(dataset, trainer, pruner, await serve("evaluator", ...all));
  });

  afterAll(async () => {
    for (const { process } of running) process.kill("SIGTERM");
    const codes = (await Promise.all(running.map(({ ended }) => ended))).map(({ code }) => code);
    expect(codes).toEqual([0, 0, 0, 0]);
  });

  const spec = {
    ...tinySpec,
    data: { ...tinySpec.data },
    seed: 7,
  };

  it("search for an architecture that any gRPC client asks for, and give it", async () => {
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    const opened = await client.createSearch({ searchId: "asked-for", spec });
    expect(opened.state).toBe(SearchState.SEARCH_STATE_RUNNING);
    expect(opened.spec?.reduction?.passes).toBe(1);

    const subjects: string[] = [];
    for await (const { subject } of client.watchSearch({ searchId: "asked-for" })) subjects.push(subject);
    expect(subjects.at(0)).toBe("bnas.search.asked-for.opened");
    expect(subjects.at(-1)).toBe("bnas.search.asked-for.finished");
    expect(new Set(subjects).size).toBe(subjects.length);

    const { genotypeJson, genotypeText, normalSvg, normal } = await client.getArchitecture({ searchId: "asked-for" });
    expect(parseGenotype(genotypeText)).toEqual(parseGenotype(genotypeJson));
    expect(normal?.links).toHaveLength(8);
    expect(normalSvg).toMatch(/^<svg/);

    const { rounds } = await client.getLedger({ searchId: "asked-for" });
    expect(rounds.map(({ edges }) => edges.length)).toEqual([28, 28, 28, 28, 28, 28, 28]);
    const again = await client.createSearch({ searchId: "asked-for", spec });
    expect(again.state).toBe(SearchState.SEARCH_STATE_FINISHED);
    expect(again.progress?.jobsDone).toBe(again.progress?.jobsTotal);
    close();
  });

  it("continue watching from a sequence", async () => {
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    const all: number[] = [];
    for await (const { sequence } of client.watchSearch({ searchId: "asked-for" })) all.push(sequence);
    const rest: number[] = [];
    const afterSequence = all[10] ?? 0;
    for await (const { sequence } of client.watchSearch({ searchId: "asked-for", afterSequence })) rest.push(sequence);
    expect(rest).toEqual(all.slice(11));
    close();
  });

  it("pause, resume and cancel a search, and list them by state", async () => {
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    await client.createSearch({ searchId: "paused", spec: { ...spec, seed: 8 } });
    expect((await client.pauseSearch({ searchId: "paused" })).state).toBe(SearchState.SEARCH_STATE_PAUSED);
    expect((await client.pauseSearch({ searchId: "paused" })).state).toBe(SearchState.SEARCH_STATE_PAUSED);
    expect((await client.resumeSearch({ searchId: "paused" })).state).toBe(SearchState.SEARCH_STATE_RUNNING);
    const cancelled = await client.cancelSearch({ searchId: "paused", reason: "enough" });
    expect([cancelled.state, cancelled.message]).toEqual([SearchState.SEARCH_STATE_CANCELLED, "enough"]);
    expect((await client.cancelSearch({ searchId: "paused" })).message).toBe("enough");

    const listed = await client.listSearches({ state: SearchState.SEARCH_STATE_CANCELLED });
    expect(listed.searches.map(({ searchId }) => searchId)).toEqual(["paused"]);
    const page = await client.listSearches({ pageSize: 1 });
    expect(page.searches.map(({ searchId }) => searchId)).toEqual(["asked-for"]);
    const next = await client.listSearches({ pageSize: 1, pageToken: page.nextPageToken });
    expect([next.searches.map(({ searchId }) => searchId), next.nextPageToken]).toEqual([["paused"], ""]);
    close();
  });

  it("check a request without opening anything", async () => {
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    const { spec: complete } = await client.createSearch({ searchId: "dry", spec, validateOnly: true });
    expect(complete?.weights?.momentum).toBe(0.9);
    await expect(client.getSearch({ searchId: "dry" })).rejects.toThrow(/there is no search dry/);
    close();
  });

  it.each([
    ["an unknown word", { spec: { ...spec, strategy: "bnass" } }, /strategy.*bnass.*bnas/],
    ["a dataset that does not open", { spec: { ...spec, dataset: "cifar10:/nowhere" } }, /nowhere/],
    ["an id that cannot be one", { searchId: "No Good", spec }, /No Good/],
    ["an id that has another spec", { searchId: "asked-for", spec: { ...spec, seed: 99 } }, /seed.*7.*99/],
  ])("refuse %s and say what is allowed", async (_, request, message) => {
    const { client, close } = connect(SearchServiceDefinition, pruner.address);
    await expect(client.createSearch({ searchId: "other", ...request })).rejects.toThrow(message);
    close();
  });

  it("tell what the trainer is and has done", async () => {
    const { client, close } = connect(TrainerServiceDefinition, trainer.address);
    const { engine, engineDigest, jobsDone, imagesTrained } = await client.getTrainer({});
    expect(engine).toBe("wasm");
    expect(engineDigest).toMatch(/^[0-9a-f]{64}$/);
    expect(jobsDone).toBeGreaterThan(20);
    expect(imagesTrained).toBeGreaterThan(1000);
    close();
  });

  it("stream the images of a split, every one once an epoch", async () => {
    const { client, close } = connect(DatasetServiceDefinition, dataset.address);
    const plan = { uri: tinySpec.dataset, seed: 7, limit: 0, reductionImages: 30, imageSize: 0 };
    const { height, width, channels, weightImages } = await client.describeDataset({ plan });
    let images = 0;
    for await (const { count, pixels, labels } of client.streamBatches({
      plan,
      split: Split.SPLIT_WEIGHT,
      batch: 7,
      shuffle: true,
      keepLast: true,
    })) {
      expect(pixels).toHaveLength(count * height * width * channels);
      expect(labels).toHaveLength(count);
      images += count;
    }
    expect(images).toBe(weightImages);
    close();
  });
});
