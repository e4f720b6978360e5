import { buildDerived } from "@bnas/network";
import { nasBench201, PUBLISHED, parseSpec, randomGenotype } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { answerCosts } from "../src/answer-costs.js";

const data = { height: 32, width: 32, channels: 3, classes: ["a", "b", "c"] };
const train = { cells: 6, channels: 8 };

describe("what the networks of an answer cost", () => {
  it("is counted for the answer alone where no network is trained, as the spec would train it", () => {
    const spec = parseSpec({ train });
    const { cost } = buildDerived(
      PUBLISHED,
      { ...train, stem: spec.network.stem, binarize: "weights", auxiliary: false },
      { height: 32, width: 32, channels: 3, classes: 3 },
    );
    expect(answerCosts(spec, PUBLISHED, data)).toEqual([
      {
        variant: "answer",
        networks: 1,
        parameters: cost.total,
        oneBitParameters: cost.oneBit,
        bits: cost.bits,
        oneBitOperations: cost.oneBitMultiplyAdds,
        floatOperations: cost.multiplyAdds - cost.oneBitMultiplyAdds,
      },
    ]);
  });

  it("is counted for each kind of rival, however many seeds each has; of the random genotypes it is the mean", () => {
    const rivals = { seeds: 3, randomRivals: 2, fullPrecisionTwin: true, publishedRival: true };
    const spec = parseSpec({ train: { ...train, ...rivals } });
    const costs = answerCosts(spec, PUBLISHED, data) ?? [];
    const of = (variant: string) => costs.find((one) => one.variant === variant);
    expect(costs.map(({ variant, networks }) => [variant, networks])).toEqual([
      ["answer", 1],
      ["full-precision", 1],
      ["published", 1],
      ["random", 2],
    ]);
    // The twin has the same weights, none of one bit and all of its operations in floats.
    const [own, twin] = [of("answer"), of("full-precision")];
    expect(twin).toMatchObject({ parameters: own?.parameters, oneBitParameters: 0, oneBitOperations: 0 });
    expect(twin?.bits).toBe(32 * (own?.parameters ?? 0));
    expect(own?.bits).toBeLessThan((twin?.bits ?? 0) / 2);
    expect(twin?.floatOperations).toBe((own?.floatOperations ?? 0) + (own?.oneBitOperations ?? 0));
    expect(of("published")).toEqual({ ...own, variant: "published" });
  });

  it("is not counted where an operation of the space is none that is known here", () => {
    const operations = nasBench201.operations.map((name) => (name === "nor_conv_3x3" ? "mine_3x3" : name));
    const space = { ...nasBench201, operations };
    const spec = parseSpec({ space, train });
    expect(answerCosts(spec, randomGenotype(space, 1), data)).toBeUndefined();
    const known = parseSpec({ space: "nas-bench-201", train });
    expect(answerCosts(known, randomGenotype(nasBench201, 1), data)).toHaveLength(1);
  });
});
