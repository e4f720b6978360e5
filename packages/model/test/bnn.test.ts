import { createHash } from "node:crypto";
import { DamagedFile, decodeBnn, digestOf, type Graph, IMAGE } from "@bnas/runtime";
import { darts, nasBench201, PUBLISHED, stream } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { compact, encodeBnn, lower, runGraph, sealBnn } from "../src/index.js";
import { genotypeOf, imagesFor, modelWith } from "./builders.js";

const BINARIZE = ["none", "weights", "weights+activations"] as const;

/** The graph with the names that a reader gives. */
const renamed = (graph: Graph): Graph => {
  const names = new Map([[IMAGE, IMAGE], ...graph.nodes.map(({ name }, i) => [name, `node.${i}`] as const)]);
  const named = (name: string): string => names.get(name) ?? name;
  return {
    ...graph,
    nodes: graph.nodes.map((node) => ({ ...node, name: named(node.name), inputs: node.inputs.map(named) })),
  };
};

const graphs: readonly (readonly [name: string, graph: Graph])[] = BINARIZE.flatMap((binarize) => [
  ...[1, 2].map(
    (seed) =>
      [
        `genotype ${seed}, ${binarize}`,
        compact(lower(modelWith({ genotype: genotypeOf(darts, seed), network: { binarize }, seed }))),
      ] as const,
  ),
  [
    `NAS-Bench-201, ${binarize}`,
    compact(
      lower(modelWith({ genotype: genotypeOf(nasBench201, 3), space: nasBench201, network: { binarize, cells: 5 } })),
    ),
  ] as const,
]);

describe("a bnn file", () => {
  it.each(graphs)("gives back the graph that was written, but for the names of its nodes: %s", (_, graph) => {
    expect(decodeBnn(encodeBnn(graph))).toEqual(renamed(graph));
  });

  it("of the authors' network of 20 cells and 36 channels has less than 1/20 of its 32-bit numbers", () => {
    const input = { height: 32, width: 32, channels: 3 };
    const classes = Array.from({ length: 10 }, (_, i) => `class ${i}`);
    for (const binarize of ["weights", "weights+activations"] as const) {
      const graph = compact(
        lower(modelWith({ genotype: PUBLISHED, input, classes, network: { binarize, cells: 20, channels: 36 } })),
      );
      expect(encodeBnn(graph).length).toBeLessThan((4 * 2_499_814) / 20);
    }
  });

  it("has the SHA-256 of what follows its header", () => {
    const bytes = encodeBnn(graphs[0]?.[1] ?? lower(modelWith()));
    const expected = createHash("sha256").update(bytes.subarray(64)).digest();
    expect(Buffer.from(bytes.subarray(32, 64))).toEqual(expected);
    for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
      const some = bytes.subarray(0, length);
      expect(Buffer.from(digestOf(some))).toEqual(createHash("sha256").update(some).digest());
    }
  });
});

describe("a damaged bnn file", () => {
  const count = 300;
  const whole = encodeBnn(compact(lower(modelWith({ network: { binarize: "weights+activations" } }))));
  const { below } = stream(7, "damage");

  it(`is refused, with the byte and what was expected, wherever a byte is another: ${count} files`, () => {
    for (let round = 0; round < count; round++) {
      const bytes = whole.slice();
      const at = below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + below(255));
      expect(() => decodeBnn(bytes)).toThrow(DamagedFile);
    }
  });

  it(`is refused wherever it ends early, or goes on: ${count} files`, () => {
    for (let round = 0; round < count; round++) {
      expect(() => decodeBnn(whole.subarray(0, below(whole.length)))).toThrow(DamagedFile);
    }
    expect(() => decodeBnn(new Uint8Array([...whole, 0]))).toThrow(DamagedFile);
  });

  it(`is refused or is a graph that can be run, where its checksums are right all the same: ${count} files`, () => {
    let refused = 0;
    for (let round = 0; round < count; round++) {
      const bytes = whole.slice();
      // Where the structure is: the header, the text, the nodes, the table.
      const at = below(2) === 0 ? below(64) : below(Math.floor(bytes.length / 2));
      bytes[at] = below(256);
      try {
        const blocks = new DataView(bytes.buffer).getUint32(28, true);
        if (blocks <= 2) sealBnn(bytes);
        const graph = decodeBnn(bytes);
        if (graph.input.height * graph.input.width <= 64 && round % 20 === 0) runGraph(graph, imagesFor(graph, 1));
      } catch (error) {
        expect(error).toBeInstanceOf(DamagedFile);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(count / 10);
  });

  const set = (change: (bytes: Uint8Array, view: DataView) => void): Uint8Array => {
    const bytes = whole.slice();
    change(bytes, new DataView(bytes.buffer));
    return bytes;
  };

  it.each([
    ["is of another kind", set((bytes) => bytes.set([0x50], 1)), "byte 1: 80 is not allowed; it takes 66"],
    [
      "is of a later version",
      set((_, view) => view.setUint32(8, 2, true)),
      "byte 8: 2 is not allowed; it takes version 1",
    ],
    ["is of another length", set((_, view) => view.setUint32(12, 1, true)), "byte 12: 1 is not allowed; it takes "],
    ["has another block", set((bytes) => bytes.set([0], bytes.length - 9)), "of CRC-32 "],
    ["has another digest", set((bytes) => bytes.set([(bytes[40] ?? 0) ^ 1], 40)), "byte 40: "],
    ["is empty", new Uint8Array(), "byte 0: the end of the file is not allowed"],
  ])("says where it %s", (_, bytes, said) => {
    expect(() => decodeBnn(bytes)).toThrow(said);
  });
});
