import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openLog } from "@bnas/mesh";
import { type SearchServiceClient, SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { bnas, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

const searchId = "bnas-7";
let nats: NatsServer;
beforeAll(async () => {
  nats = await NatsServer.start();
});
afterAll(() => nats?.stop());

/** What SearchService says of a search, as text. */
const answers = async (client: SearchServiceClient): Promise<readonly string[]> => {
  const watched: unknown[] = [];
  for await (const one of client.watchSearch({ searchId, afterSequence: 3 })) watched.push(one);
  return [
    await client.getSearch({ searchId }),
    await client.listSearches({ state: SearchState.SEARCH_STATE_FINISHED }),
    await client.getLedger({ searchId }),
    await client.getArchitecture({ searchId }),
    watched,
  ].map((answer) => JSON.stringify(answer));
};
const blobsIn = (folder: string): readonly string[] =>
  readdirSync(join(folder, "blobs"), { recursive: true, encoding: "utf8" }).filter((path) => path.length > 64);

describe.each(["nats", "file"])("a search whose facts lie on %s", (kind) => {
  const folder = temporaryFolder();
  const store = `dir:${join(folder, "blobs")}`;
  const path = join(folder, "facts.jsonl");
  const where = () => ["--log", kind === "nats" ? `nats://${nats.address}` : `file:${path}`];
  const mesh = async (...flags: string[]) => {
    const served = await serve("all", ...where(), "--store", store, ...flags);
    const { client, close } = connect(SearchServiceDefinition, served.address);
    const stop = async () => {
      close();
      served.process.kill("SIGTERM");
      expect(await served.ended).toMatchObject({ code: 0 });
    };
    return { client, stop };
  };
  const subjects = async () => {
    const log = await openLog(where()[1] ?? "");
    const facts = await log.read("bnas.search.>");
    await log.close();
    return facts.map(({ subject }) => subject);
  };

  it("is archived after the retention time, and answers byte for byte as before", async () => {
    mkdirSync(join(folder, "blobs"));
    const first = await mesh();
    await first.client.createSearch({ searchId, spec: { ...tinySpec, seed: 7 } });
    for await (const _ of first.client.watchSearch({ searchId }));
    const before = await answers(first.client);
    await first.stop();
    const facts = await bnas("facts", searchId, ...where());
    expect(facts.code, facts.stderr).toBe(0);

    const second = await mesh("--retention", "1s");
    while ((await subjects()).length > 1) await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await subjects()).toEqual([`bnas.search.${searchId}.archived`]);
    expect(await answers(second.client)).toEqual(before);
    await second.stop();

    const third = await mesh();
    expect(await answers(third.client)).toEqual(before);
    await third.stop();

    const archived = await bnas("facts", searchId, ...where(), "--store", store);
    expect(archived.code, archived.stderr).toBe(0);
    expect(archived.stdout).toBe(facts.stdout);
    const bare = await bnas("facts", searchId, ...where());
    expect(bare.code).not.toBe(0);
    expect(bare.stderr).toMatch(/in the store.*--store/s);
    const copy = join(folder, "copy.jsonl");
    expect((await bnas("facts", searchId, ...where(), "--store", store, "--out", copy)).code).toBe(0);
    expect((await bnas("replay", copy)).code).toBe(0);
    const restored = await bnas("restore", copy, ...where(), "--json");
    expect(restored.code, restored.stderr).toBe(0);
    expect(JSON.parse(restored.stdout)).toMatchObject({ restored: 0 });
    const gc = await bnas("gc", ...where(), "--store", store, "--grace", "0", "--json");
    expect(gc.code, gc.stderr).toBe(0);
    expect(JSON.parse(gc.stdout).searches).toEqual({ live: 0, ended: 1 });
  });

  it("is deleted with its blobs, and its id stays taken", async () => {
    const { client, stop } = await mesh();
    await client.deleteSearch({ searchId });
    await client.deleteSearch({ searchId });
    await expect(client.getSearch({ searchId })).rejects.toMatchObject({ code: "NOT_FOUND" });
    const again = client.createSearch({ searchId, spec: { ...tinySpec, seed: 7 } });
    await expect(again).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      message: expect.stringMatching(/deleted/),
    });
    expect((await client.listSearches({})).searches).toEqual([]);
    expect(await subjects()).toEqual([`bnas.search.${searchId}.deleted`]);
    expect(blobsIn(folder)).toEqual([]);

    // One that lives, in the middle of its work.
    const second = { searchId: "lives", spec: { ...tinySpec, seed: 8 } };
    await client.createSearch(second);
    let seen = 0;
    const watching = (async () => {
      for await (const _ of client.watchSearch({ searchId: "lives" })) if (++seen === 12) break;
    })();
    await watching;
    await client.deleteSearch({ searchId: "lives" });
    await expect(client.getSearch({ searchId: "lives" })).rejects.toMatchObject({ code: "NOT_FOUND" });
    await stop();
    // All running work of its workers was lost.
    expect(await subjects()).toEqual([`bnas.search.${searchId}.deleted`, "bnas.search.lives.deleted"]);
    const facts = await bnas("facts", "lives", ...where());
    expect(facts.code).toBe(2);
    expect(facts.stderr).toMatch(/SEARCH_ID.*deleted/);
    const gc = await bnas("gc", ...where(), "--store", store, "--grace", "0", "--json");
    // The last blob of a worker that was stopped may be there; its facts are not.
    expect([0, 2], gc.stderr).toContain(gc.code);
    if (kind === "file") {
      expect(existsSync(path)).toBe(true);
      expect(readFileSync(path, "utf8").split("\n").length).toBeGreaterThan(20);
    }
  });
});
