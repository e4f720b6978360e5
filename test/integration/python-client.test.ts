import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { parseGenotype } from "@bnas/search";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { blocks, commands } from "../clients/documented.js";
import { pythonFolder, pythonForClients } from "../clients/installed.js";
import { type ServedMesh, serveMesh } from "../clients/served-mesh.js";
import { temporaryFolder } from "./bnas.js";

const run = promisify(execFile);
const root = new URL("../..", import.meta.url).pathname;

describe("a client in Python, made from proto/ alone", () => {
  let mesh: ServedMesh;
  let printed: Record<string, unknown>;

  /** Run a command of docs/clients.md with the environment and the folders of this test in place of its own. */
  const asDocumented = async (word: string, which: string): Promise<string> => {
    const command = commands(word).find((line) => line.includes(which));
    if (command === undefined) throw new Error(`docs/clients.md has no command ${word} with ${which}`);
    const here = command
      .replaceAll("bnas-generated", generated)
      .replaceAll("bnas-python/bin/python", python)
      .replace("127.0.0.1:7000", mesh.address("SearchService"));
    return (await run("bash", ["-c", here], { cwd: root })).stdout;
  };
  const generated = join(temporaryFolder(), "generated");
  let python: string;

  beforeAll(async () => {
    python = await pythonForClients();
    mesh = await serveMesh();
    await mkdir(generated);
    await asDocumented("bnas-python/bin/python", "grpc_tools.protoc");
    printed = JSON.parse(await asDocumented("PYTHONPATH=bnas-generated", "search.py"));
  }, 600_000);
  afterAll(async () => {
    expect(await mesh.stop()).toBe(0);
  });

  it("searches: opens a search once, follows it to its end, and takes the architecture", () => {
    const { genotype, genotype_text: text, links } = printed;
    expect(printed).toMatchObject({
      opened: "SEARCH_STATE_RUNNING",
      state: "SEARCH_STATE_FINISHED",
      verdict: {
        kind: expect.stringMatching(/^[a-z-]+$/),
        seen: expect.arrayContaining([expect.stringMatching(/\.$/)]),
      },
      facts: { first: "search.opened", last: "search.finished" },
    });
    expect(parseGenotype(String(text))).toEqual(parseGenotype(JSON.stringify(genotype)));
    expect(parseGenotype(String(text)).normal).toEqual(links);
  });

  it("sees each fact once: as many as the log has", () => {
    const lines = readFileSync(mesh.log, "utf8").trim().split("\n");
    expect(printed.facts).toMatchObject({ count: lines.length });
  });

  it("reads from the trailers of an error which field is wrong and what is allowed", () => {
    expect(printed.refused).toEqual({
      code: "INVALID_ARGUMENT",
      violations: { "spec.strategy": expect.stringMatching(/"bnass" is not allowed; it takes bnas, .*random/) },
    });
  });

  it("is answered by health and by reflection", () => {
    expect(printed).toMatchObject({ health: "SERVING", services: ["bnas.v1.SearchService", "grpc.health.v1.Health"] });
  });

  it("is the one that docs/clients.md shows", () => {
    const code = readFileSync(join(pythonFolder, "search.py"), "utf8");
    expect(blocks("python")).toHaveLength(2);
    for (const block of blocks("python")) expect(code).toContain(block);
  });
});
