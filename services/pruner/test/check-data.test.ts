import { type PartialSpec, parseSpec } from "@bnas/search";
import { describe, expect, it } from "vitest";
import { checkData } from "../src/usecases/check-data.js";
import { datasetOf } from "./mesh.js";

const spec = (change: PartialSpec) =>
  parseSpec({ preset: "smoke", ...change, data: { limit: 0, reductionImages: 30, cropPadding: 1, ...change.data } });

describe("a search is refused before it starts on data that would end it", () => {
  it.each<[number, PartialSpec, string, RegExp]>([
    [8, { data: { cropPadding: 8 } }, "spec.data.cropPadding", /less than 8/],
    [8, { data: { cutout: 9 } }, "spec.data.cutout", /8 or less/],
    [10, {}, "spec.data.imageSize", /multiple of 4.*try 12/],
    [48, { network: { stem: "imagenet" } }, "spec.data.imageSize", /multiple of 32.*try 64/],
    [8, { warmup: { batch: 61 } }, "spec.warmup.batch", /1 to 60/],
    [8, { reduction: { batch: 61 } }, "spec.reduction.batch", /1 to 60/],
    [8, { train: { seeds: 1, cropPadding: 8 } }, "spec.train.cropPadding", /less than 8/],
    [8, { train: { seeds: 1, cutout: 9 } }, "spec.train.cutout", /8 or less/],
    [
      8,
      { train: { seeds: 1, auxiliary: 0.4 } },
      "spec.train.auxiliary",
      /smaller than 20 pixels.*to 0, or data.imageSize to 20/,
    ],
    [8, { train: { seeds: 1, batch: 121 } }, "spec.train.batch", /1 to 120/],
    [10, { strategy: "random", train: { seeds: 1 } }, "spec.data.imageSize", /multiple of 4/],
  ])("images of %d pixels and %j: on %s", async (side, change, field, message) => {
    const refused = checkData(datasetOf(side), spec(change));
    await expect(refused).rejects.toMatchObject({ code: "INVALID_INPUT", field });
    await expect(refused).rejects.toThrow(message);
  });

  it("and not where the data suits it, or where nothing is trained", async () => {
    await checkData(datasetOf(8), spec({ data: { cropPadding: 7, cutout: 8 } }));
    await checkData(datasetOf(64), spec({ network: { stem: "imagenet" } }));
    await checkData(datasetOf(10), spec({ strategy: "random" }));
  });

  it("and images that are not square are evaluated by both sides", async () => {
    await checkData(datasetOf(8, 12), spec({}));
    await expect(checkData(datasetOf(8, 10), spec({}))).rejects.toMatchObject({ field: "spec.data.imageSize" });
  });
});
