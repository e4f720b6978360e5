import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificateMaker } from "../../packages/tls/test/certificates.js";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

describe("four services that call each other by mutual TLS, and ask callers of searches for a token", () => {
  const folder = temporaryFolder();
  const make = certificateMaker(folder);
  const authority = make.authority("authority");
  const service = make.signed("service", authority, "localhost");
  const person = make.signed("person", authority);
  const token = "f".repeat(64);
  const tokens = join(folder, "tokens");
  const own = join(folder, "own-token");
  writeFileSync(tokens, `person ${token}\n`);
  writeFileSync(own, token);

  const pair = ["--tls-cert", service.cert, "--tls-key", service.key, "--tls-client-ca", authority.cert];
  const asClient = ["--tls-ca", authority.cert, "--tls-client-cert", service.cert, "--tls-client-key", service.key];
  const where = ["--log", `file:${join(folder, "facts.jsonl")}`, "--store", `dir:${join(folder, "blobs")}`];
  const named = (address: string) => address.replace("127.0.0.1", "localhost");
  const tls = { caFile: authority.cert, certFile: person.cert, keyFile: person.key };
  let running: Awaited<ReturnType<typeof serve>>[] = [];
  let pruner: string;

  beforeAll(async () => {
    const dataset = await serve("dataset", ...pair);
    const all = [...where, ...pair, ...asClient, "--dataset", named(dataset.address)];
    const pruning = await serve("pruner", ...all, "--token-file", tokens);
    running = [dataset, pruning, await serve("trainer", ...all), await serve("evaluator", ...all)];
    pruner = named(pruning.address);
  });
  afterAll(async () => {
    for (const { process } of running) process.kill("SIGTERM");
    const ended = await Promise.all(running.map(({ ended }) => ended));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    for (const { stdout, stderr } of ended) expect(stdout + stderr).not.toMatch(new RegExp(`${token}|PRIVATE`));
  });

  it("search to the end for who has a certificate and a token", async () => {
    const { client, close } = connect(SearchServiceDefinition, pruner, { tls, tokenFile: own });
    await client.createSearch({ searchId: "secret", spec: tinySpec });
    for await (const _ of client.watchSearch({ searchId: "secret" }));
    expect((await client.getSearch({ searchId: "secret" })).state).toBe(SearchState.SEARCH_STATE_FINISHED);
    close();
  });

  it("do not answer who has only one of them", async () => {
    const withoutToken = connect(SearchServiceDefinition, pruner, { tls });
    await expect(withoutToken.client.listSearches({})).rejects.toMatchObject({ code: "UNAUTHENTICATED" });
    const withoutCertificate = connect(SearchServiceDefinition, pruner, {
      tls: { caFile: authority.cert },
      tokenFile: own,
    });
    await expect(withoutCertificate.client.listSearches({})).rejects.toMatchObject({ code: "UNAVAILABLE" });
    for (const { close } of [withoutToken, withoutCertificate]) close();
  });

  it.each([
    ["a key without a certificate", ["--tls-key", service.key], /tlsCert.*BNAS_TLS_CERT/],
    ["a file that is not there", ["--tls-cert", join(folder, "nowhere"), "--tls-key", service.key], /tlsCert.*nowhere/],
    ["authorities that are none", ["--tls-ca", tokens], /tlsCa.*tokens/],
  ])("do not start with %s", async (_, flags, message) => {
    const { code, stderr } = await bnas("serve", "evaluator", ...where, "--dataset", "localhost:1", ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain(token);
  });
});
