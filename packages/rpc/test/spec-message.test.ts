import { Spec as SpecMessage } from "@bnas/proto";
import { nasBench201, parseSpec, randomGenotype, specKeys } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { specOfMessage, specToMessage } from "../src/index.js";

const overTheWire = (message: SpecMessage): SpecMessage => SpecMessage.decode(SpecMessage.encode(message).finish());

const genotype = randomGenotype(nasBench201, 1);

describe("a spec as a message", () => {
  it("is the same spec again, whatever its space is", () => {
    for (const space of ["darts", "nas-bench-201", { ...nasBench201, name: "of-our-own" }]) {
      const spec = parseSpec({ preset: "quick", seed: 7, space });
      expect(specOfMessage(overTheWire(specToMessage(spec)))).toEqual(spec);
    }
  });

  it("is the same spec again with a genotype that is given", () => {
    const spec = parseSpec({ strategy: "given", space: "nas-bench-201", genotype, train: { seeds: 3, rate: 0.5 } });
    expect(specOfMessage(overTheWire(specToMessage(spec)))).toEqual(spec);
  });

  it("has every field of the spec", () => {
    const message: unknown = SpecMessage.toJSON(
      specToMessage(parseSpec({ space: nasBench201, strategy: "given", genotype })),
    );
    const valueAt = (key: string): unknown =>
      key.split(".").reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], message);
    expect(specKeys.filter((key) => valueAt(key) === undefined)).toEqual([]);
  });

  it("refuses the text of a space that no search could have by its path", () => {
    const message = specToMessage(parseSpec({}));
    const space = JSON.stringify({ ...nasBench201, operations: ["none", "none"] });
    expect(() => specOfMessage({ ...message, space })).toThrow(/spec\.space\.operations\[1\]/);
    expect(() => specOfMessage({ ...message, space: "{" })).toThrow(/spec\.space.*JSON/);
  });
});
