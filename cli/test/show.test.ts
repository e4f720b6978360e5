import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  architectureText,
  nasBench201,
  PUBLISHED,
  printGenotype,
  printGenotypeJson,
  randomGenotype,
} from "@bnas/search";
import { afterAll, describe, expect, it } from "vitest";
import { showCommand } from "../src/commands/local/show.js";
import type { Terminal } from "../src/terminal/terminal.js";

const folder = mkdtempSync(join(tmpdir(), "bnas-show-"));
afterAll(() => rmSync(folder, { recursive: true }));

const LINE = printGenotype(PUBLISHED);
const file = (text: string): string => {
  const path = join(folder, `genotypes-${readdirSync(folder).length}.py`);
  writeFileSync(path, text);
  return path;
};

const show = async (source: string, flags: { name?: string; svg?: string } = {}): Promise<string> => {
  const lines: string[] = [];
  const terminal: Terminal = {
    out: (line) => lines.push(line),
    note: () => undefined,
    status: undefined,
    interrupted: new AbortController().signal,
    takeInterrupts: () => {},
    outliveReader: () => {},
    flushed: () => Promise.resolve(),
  };
  await showCommand(source, { ...flags, json: false }, terminal);
  return lines.join("\n");
};

describe("bnas show", () => {
  it("counts the network of the authors from their text, nested by node, as they do", async () => {
    const nested = LINE.replace(/(\('\w+', \d\)), (\('\w+', \d\))/g, "[$1, $2]");
    expect(nested).toContain("[[('skip_connect', 1), ('dil_conv_3x3', 0)], [");
    expect(await show(nested)).toContain("2499814 parameters, 2407536 of them of 1 bit");
  });

  it("reads a text as its argument, with a name before it and a comment behind", async () => {
    expect(await show(`PC_DARTS_cifar = ${LINE}  # epoch 49`)).toContain(LINE);
    expect(await show(`\n${LINE}`)).toBe(await show("published"));
  });

  it("reads a whole genotypes.py, and the genotype of it that --name chooses", async () => {
    const path = file(`import torch\nONE = ${LINE}\nTWO = ${LINE.replace("skip_connect", "sep_conv_3x3")}\n`);
    expect(await show(path, { name: "ONE" })).toContain(LINE);
    expect(await show(path, { name: "TWO" })).toContain("Genotype(normal=[('sep_conv_3x3', 1)");
    expect(await show(file(`from collections import namedtuple\nONE = ${LINE}\n`))).toContain(LINE);
  });

  it("lists the names where several could be meant, or another is", async () => {
    const path = file(`ONE = ${LINE}\nTWO = ${LINE}\n`);
    await expect(show(path)).rejects.toThrow(/--name.*ONE, TWO.*2 genotypes.*--name ONE/);
    await expect(show(path, { name: "TWOO" })).rejects.toThrow(/--name.*TWOO.*ONE, TWO.*Did you mean TWO/);
    const many = Array.from({ length: 100 }, (_, at) => `N${at} = ${LINE}`).join("\n");
    await expect(show(file(many))).rejects.toThrow(/N0, N1, .*N59, 40 more/);
    await expect(show("published", { name: "ONE" })).rejects.toThrow(/ENOENT/);
  });

  it("counts and draws cells of five nodes and of nodes without links", async () => {
    const five = `Genotype(normal=[${"('sep_conv_3x3', 1), ('avg_pool_3x3', 1), ".repeat(5)}], normal_concat=range(2, 7), reduce=[('sep_conv_3x3', 2, 0), ('skip_connect', 4, 0)], reduce_concat=range(2, 6))`;
    const svg = mkdtempSync(join(folder, "pictures-"));
    expect(await show(five, { svg })).toMatch(/node 4 .*\n[\s\S]*reduce_concat=\[2, 4\][\s\S]* parameters/);
    expect(readdirSync(svg)).toEqual(["normal.svg", "reduction.svg"]);
  });

  it("names the operation that cannot be counted", async () => {
    await expect(show(LINE.replace("dil_conv_3x3", "sep_conv_7x7"))).rejects.toThrow(
      /genotype\.normal\[1\].*sep_conv_7x7.*link 2 of node 2/,
    );
  });

  it("shows the answer of a search in another space, which genotype.json names", async () => {
    const genotype = printGenotypeJson(randomGenotype(nasBench201, 7));
    const meta = { spec: { space: "nas-bench-201" } };
    const path = file(JSON.stringify({ ...JSON.parse(genotype), meta }));
    const svg = mkdtempSync(join(folder, "pictures-"));
    expect(await show(path, { svg })).toContain(architectureText(nasBench201, randomGenotype(nasBench201, 7)));
    expect(readdirSync(svg)).toEqual(["cell.svg"]);
    const wrong = { ...JSON.parse(genotype), cell: [["sep_conv_3x3", 0]], meta };
    await expect(show(file(JSON.stringify(wrong)))).rejects.toThrow(/genotype\.cell.*6 links/);
  });
});
