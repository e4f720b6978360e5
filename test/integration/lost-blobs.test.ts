import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "@bnas/mesh";
import { openJetStream } from "@bnas/nats";
import { SearchServiceDefinition, SearchState } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { searchPattern } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsServer } from "../nats/server.js";
import { bnas, configFile, read, temporaryFolder, tinySpec } from "./bnas.js";
import { serve } from "./serve.js";

const TIMEOUT = 240_000;
let nats: NatsServer;
beforeAll(async () => {
  nats = await NatsServer.start();
}, TIMEOUT);
afterAll(() => nats?.stop());

/** What a laptop finds, with nothing lost. */
const laptop = async (parallel: number): Promise<unknown> => {
  const out = join(temporaryFolder(), "laptop");
  const { code, stderr } = await bnas("search", "--config", configFile({ parallel }), "--seed", "7", "--out", out);
  expect(code, stderr).toBe(0);
  const { meta: _, ...cells } = JSON.parse(read(out, "genotype.json"));
  return cells;
};

/** Loses what is in a store as soon as it is there: each blob once. */
type Thief = { steal(): Promise<number> };

const fromFolder = (folder: string): Thief => {
  const seen = new Set<string>();
  return {
    async steal() {
      const paths = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
        /[0-9a-f]{64}$/.test(path),
      );
      const fresh = paths.filter((path) => !seen.has(path) && !path.includes("/."));
      for (const path of fresh) {
        seen.add(path);
        writeFileSync(join(folder, path), seen.size % 2 === 0 ? "damaged" : "");
      }
      return fresh.length;
    },
  };
};

const fromStore = async (address: string): Promise<Thief> => {
  const store = await openStore(address);
  const seen = new Set<string>();
  return {
    async steal() {
      let stolen = 0;
      for await (const { sha256 } of store.list()) {
        if (seen.has(sha256)) continue;
        seen.add(sha256);
        await store.remove(sha256, Number.POSITIVE_INFINITY);
        stolen++;
      }
      return stolen;
    },
  };
};

describe("a mesh on NATS whose store loses every blob once, in the middle of a search", () => {
  it.each([
    ["a folder", 1],
    ["a folder", 4],
    ["NATS", 1],
  ])(
    "computes them again and finds what a laptop does: blobs in %s, parallel %i",
    async (kind, parallel) => {
      const folder = join(temporaryFolder(), "blobs");
      const searchId = `s-${kind.replaceAll(" ", "-").toLowerCase()}-${parallel}`;
      const log = `nats://${nats.address}`;
      const store = kind === "NATS" ? log : `dir:${folder}`;
      const mesh = await serve("all", "--log", log, "--store", store, "--listen", "127.0.0.1:0");
      const { client, close } = connect(SearchServiceDefinition, mesh.address);
      try {
        const thief = kind === "NATS" ? await fromStore(store) : fromFolder(folder);
        await client.createSearch({ searchId, spec: { ...tinySpec, parallel, seed: 7 } });
        let stolen = 0;
        for (;;) {
          const { state, message } = await client.getSearch({ searchId });
          if (state !== SearchState.SEARCH_STATE_RUNNING) {
            expect(message, message).toBe("");
            break;
          }
          stolen += await thief.steal();
          await sleep(50);
        }
        expect(stolen).toBeGreaterThan(20);
        const { genotypeJson } = await client.getArchitecture({ searchId });
        const { meta: _, ...cells } = JSON.parse(genotypeJson);
        expect(cells).toEqual(await laptop(parallel));
        const { log: facts } = await openJetStream({ servers: [nats.address] });
        const all = await facts.read(searchPattern(searchId));
        console.log(
          `${stolen} blobs lost, ${all.filter(({ fact }) => fact.kind === "job.repeat").length} jobs asked for again, ${all.length} facts`,
        );
        expect(all.filter(({ fact }) => fact.kind === "job.repeat").length).toBeGreaterThan(5);
        await facts.close();
      } finally {
        close();
        mesh.process.kill("SIGTERM");
        await mesh.ended;
      }
    },
    TIMEOUT,
  );
});
