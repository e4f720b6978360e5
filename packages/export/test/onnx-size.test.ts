import { compact, type Graph, lower } from "@bnas/model";
import { PUBLISHED } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { modelWith } from "../../model/test/builders.js";
import { formatOf } from "../src/formats.js";

const onnx = formatOf("onnx");

const bytesOf = (graph: Graph, model: Parameters<typeof onnx.write>[0]): number =>
  onnx.write(model, graph, {}).files.get("model.onnx")?.length ?? 0;

describe("the size of an ONNX file of opset 25", () => {
  for (const binarize of ["weights", "weights+activations"] as const) {
    it(`is at most 1/14 of the network's numbers in 32 bits, for the authors' network: ${binarize}`, () => {
      const model = modelWith({
        genotype: PUBLISHED,
        input: { height: 32, width: 32, channels: 3 },
        classes: Array.from({ length: 10 }, (_, i) => `class ${i}`),
        network: { binarize, cells: 20, channels: 36 },
      });
      const graph = onnx.rounded?.(onnx.graph(model), {}) ?? onnx.graph(model);
      expect(bytesOf(graph, model)).toBeLessThan((4 * 2_499_814) / 14);
    });
  }

  it("has 16 bits for what 16 bits hold, and 32 for what they do not", () => {
    const model = modelWith();
    const [exact, rounded] = [lower(model), compact(lower(model))];
    const numbers = rounded.nodes.reduce(
      (sum, node) => sum + (node.kind === "affine" ? node.factor.length + node.offset.length : 0),
      0,
    );
    expect(bytesOf(exact, model) - bytesOf(rounded, model)).toBeGreaterThan(2 * numbers);
  });
});
