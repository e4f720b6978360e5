import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkGenotype, parseNetwork, parseSpec } from "../src/index.js";

describe("values of any kind", () => {
  const anything = fc.anything({ withBigInt: true, withNullPrototype: true });

  it("are refused as words of a spec, a network and a genotype by an error of input", () => {
    const itself: Record<string, unknown> = Object.create(null);
    const refused = (act: () => unknown) => expect(act).toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    fc.assert(
      fc.property(fc.oneof(anything, fc.constant(itself)), (value) => {
        fc.pre(value !== undefined);
        refused(() => parseSpec({ preset: value }));
        refused(() => parseSpec({ strategy: value }));
        refused(() => parseNetwork({ normal: Array.from({ length: 14 }, () => value), reduce: [] }));
        refused(() => checkGenotype({ normal: Array.from({ length: 8 }, () => [value, 0]) }));
      }),
    );
  });
});
