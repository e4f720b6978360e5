import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bnas, read, temporaryFolder } from "./bnas.js";

const OPERATION = new URL("../fixtures/operations/bottleneck.js", import.meta.url).pathname;

const TINY = {
  ...{ dataset: "shapes:", preset: "smoke", seed: 5 },
  data: { imageSize: 8, limit: 120, reductionImages: 60 },
  network: { cells: 3, channels: 4, partial: 1 },
};

const THREE_NODES = {
  name: "three-nodes",
  operations: ["none", "skip_connect", "bottleneck_3x3", "sep_conv_3x3"],
  cells: [
    {
      ...{ kind: "cell", inputs: 1, nodes: 3, links: "all", output: "last" },
      edges: [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
        { from: 1, to: 2 },
        { from: 2, to: 3 },
      ],
    },
  ],
  network: "nas-bench-201",
};

const config = (spec: object): string => {
  const path = join(temporaryFolder(), "spec.json");
  writeFileSync(path, JSON.stringify(spec));
  return path;
};

describe("a search in another space", () => {
  it("of NAS-Bench-201 ends with its text, and replay, show and --resume read it", async () => {
    const out = join(temporaryFolder(), "found");
    const search = await bnas("search", "--config", config(TINY), "--space", "nas-bench-201", "--out", out);
    expect(search.code, search.stderr).toBe(0);
    expect(search.stderr).toContain("round 4 of 4");
    const [line = "", text = ""] = read(out, "genotype.txt").split("\n");
    expect(line).toMatch(/^Genotype\(cell=\[.*\], cell_concat=range\(3, 4\)\)$/);
    expect(text).toMatch(/^\|\w+~0\|\+\|\w+~0\|\w+~1\|\+\|\w+~0\|\w+~1\|\w+~2\|$/);
    expect(search.stdout).toContain(text);
    expect(read(out, "cell.svg")).toContain("<title>Cell</title>");
    expect(read(out, "report.html")).toContain("nas-bench-201: 1 kind of cells, cell of 6 edges");

    const replayed = await bnas("replay", join(out, "facts.jsonl"));
    expect(replayed.code, replayed.stderr).toBe(0);
    expect(replayed.stdout).toContain(line);
    const shown = await bnas("show", join(out, "genotype.json"));
    expect(shown.stdout).toContain(text);
    const resumed = await bnas("search", "--resume", "--out", out);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(read(out, "genotype.txt")).toBe(`${line}\n${text}\n`);
  });

  it("of one's own has an operation from a file outside of the program", async () => {
    const out = join(temporaryFolder(), "found");
    const own = ["search", "--config", config({ ...TINY, space: THREE_NODES }), "--out", out];
    const without = await bnas(...own);
    expect(without.code).toBe(2);
    expect(without.stderr).toMatch(/spec\.space\.operations\[2\].*bottleneck_3x3.*--operations/);
    const search = await bnas(...own, "--operations", OPERATION);
    expect(search.code, search.stderr).toBe(0);
    expect(JSON.parse(read(out, "genotype.json")).meta.spec.space).toEqual(THREE_NODES);
    expect(read(out, "facts.jsonl")).toContain("bottleneck_3x3");
    // What was decided is read without the layer of any operation.
    const replayed = await bnas("replay", join(out, "facts.jsonl"));
    expect(replayed.code, replayed.stderr).toBe(0);
    const shown = await bnas("show", join(out, "genotype.json"), "--operations", OPERATION);
    expect(shown.stdout).toContain("multiply-adds an image");
  });

  it("is refused by its path where no search could have it, and nothing is written", async () => {
    const out = join(temporaryFolder(), "found");
    const [cell] = THREE_NODES.cells;
    const loop = { ...THREE_NODES, cells: [{ ...cell, edges: [{ from: 1, to: 1 }] }] };
    const { code, stderr } = await bnas("search", "--config", config({ ...TINY, space: loop }), "--out", out);
    expect(code).toBe(2);
    expect(stderr).toMatch(/spec\.space\.cells\[0\]\.edges\[0\]\.from.*loop/);
    const missing = await bnas(
      "search",
      "--config",
      config({ ...TINY, space: THREE_NODES }),
      "--operations",
      join(out, "no.js"),
    );
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/operations.*There is no file/);
  });
});
