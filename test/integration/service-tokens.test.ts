import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DatasetServiceDefinition,
  EvaluatorServiceDefinition,
  SearchServiceDefinition,
  SearchState,
  TrainerServiceDefinition,
} from "@bnas/proto";
import { asService, connect } from "@bnas/rpc";
import { createChannel, createClient } from "nice-grpc";
import { HealthDefinition } from "nice-grpc-server-health";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

describe("services that ask each other for tokens", () => {
  const folder = temporaryFolder();
  const fileOf = (name: string, text: string, mode = 0o600): string => {
    const path = join(folder, name);
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const tokenOf = (name: string) => name.repeat(8);
  const names = ["pruner", "trainer", "evaluator"];
  const list = fileOf("tokens", names.map((name) => `${name} ${tokenOf(name)}\n`).join(""));
  const own = Object.fromEntries(names.map((name) => [name, fileOf(name, tokenOf(name))]));
  const where = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
  const asked = ["--token-file", list];
  const shown = (name: string) => ["--client-token-file", String(own[name])];

  const running: Awaited<ReturnType<typeof serve>>[] = [];
  const start = async (...words: [string, ...string[]]): Promise<string> => {
    const served = await serve(...words);
    running.push(served);
    return served.address;
  };
  const closing: (() => void)[] = [];
  const at = {} as Record<"dataset" | "pruner" | "trainer" | "evaluator", string>;

  beforeAll(async () => {
    at.dataset = await start("dataset", ...asked);
    const all = [...where, "--dataset", at.dataset];
    // SearchService is left open here: its tokens are another file where people call it.
    at.pruner = await start("pruner", ...all, ...shown("pruner"));
    at.trainer = await start("trainer", ...all, ...asked, ...shown("trainer"));
    at.evaluator = await start("evaluator", ...all, ...asked, ...shown("evaluator"));
  });
  afterAll(async () => {
    for (const close of closing) close();
    for (const { process } of running) process.kill("SIGTERM");
    for (const { stdout, stderr } of await Promise.all(running.map(({ ended }) => ended)))
      for (const name of names) expect(stdout + stderr).not.toContain(tokenOf(name));
  });

  it("search to the end with tokens of their own", async () => {
    const { client, close } = connect(SearchServiceDefinition, at.pruner);
    closing.push(close);
    await client.createSearch({ searchId: "guarded", spec: tinySpec });
    for await (const _ of client.watchSearch({ searchId: "guarded" }));
    expect((await client.getSearch({ searchId: "guarded" })).state).toBe(SearchState.SEARCH_STATE_FINISHED);
  });

  it.each([
    ["dataset", DatasetServiceDefinition, "describeDataset"],
    ["evaluator", EvaluatorServiceDefinition, "evaluateSample"],
    ["trainer", TrainerServiceDefinition, "getTrainer"],
  ] as const)(
    "%s answers no one without one of their tokens, and health everyone",
    async (name, definition, method) => {
      for (const tokenFile of [undefined, fileOf("unknown", "x".repeat(32))]) {
        const { client, close } = connect(definition, at[name], { tokenFile });
        closing.push(close);
        // The three clients have no method in common.
        const call = Reflect.get(client, method) as (request: object) => Promise<unknown>;
        await expect(call({})).rejects.toMatchObject({
          code: "UNAUTHENTICATED",
          hint: expect.stringMatching(/authorization: Bearer TOKEN.*tokenFile.*clientTokenFile/),
        });
      }
      const channel = createChannel(at[name]);
      closing.push(() => channel.close());
      expect(await createClient(HealthDefinition, channel).check({ service: definition.fullName })).toEqual({
        status: 1,
      });
    },
  );

  it("say to who creates a search that they do not let each other in, which is not that person's token", async () => {
    const apart = ["--log", `file:${join(folder, "apart.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
    const pruner = await start("pruner", ...apart, "--dataset", at.dataset);
    const { client, close } = connect(SearchServiceDefinition, pruner);
    closing.push(close);
    await expect(client.createSearch({ searchId: "refused", spec: tinySpec })).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("does not let another one in"),
      hint: expect.stringMatching(/clientTokenFile/),
    });
  });

  it("do not start on a file of a token that is not there, and say which setting names it", async () => {
    const nowhere = join(folder, "nowhere");
    const flags = [...where, "--dataset", at.dataset, "--client-token-file", nowhere];
    const { code, stderr } = await bnas("serve", "evaluator", ...flags);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/client-?token-?file.*nowhere/is)]);
  });

  it("say in the log that others can read a file of tokens", async () => {
    const open = fileOf("open", `${tokenOf("pruner")}`, 0o644);
    const apart = ["--log", `file:${join(folder, "open.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
    await start("pruner", ...apart, "--dataset", at.dataset, "--client-token-file", open);
    const last = running.at(-1);
    last?.process.kill("SIGTERM");
    const { stdout, stderr } = (await last?.ended) ?? { stdout: "", stderr: "" };
    expect(stdout + stderr).toMatch(/every user of this machine can read this secret \(mode 644\)/);
  });
});

it("bnas serve all asks for the tokens of SearchService everywhere, where it has one to show, and searches", async () => {
  const folder = temporaryFolder();
  const [list, own] = [join(folder, "tokens"), join(folder, "own")];
  writeFileSync(list, `mesh ${"m".repeat(32)}\n`, { mode: 0o600 });
  writeFileSync(own, "m".repeat(32), { mode: 0o600 });
  const places = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
  const all = await serve("all", ...places, "--token-file", list, "--client-token-file", own);
  const search = connect(SearchServiceDefinition, all.address, { tokenFile: own });
  await search.client.createSearch({ searchId: "all", spec: tinySpec });
  for await (const _ of search.client.watchSearch({ searchId: "all" }));
  const data = connect(DatasetServiceDefinition, all.addressOf("dataset"), asService({}));
  await expect(data.client.describeDataset({})).rejects.toMatchObject({ code: "UNAVAILABLE" });
  search.close();
  data.close();
  all.process.kill("SIGTERM");
  expect((await all.ended).code).toBe(0);
});
