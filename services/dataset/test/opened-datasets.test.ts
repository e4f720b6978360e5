import { invalidInput } from "@bnas/errors";
import { describe, expect, it } from "vitest";
import type { Dataset } from "../src/divide/dataset.js";
import type { Opening } from "../src/read/open-dataset.js";
import { OpenedDatasets } from "../src/stream/opened-datasets.js";

const plan = {
  uri: "shapes:",
  seed: 1,
  limit: 0,
  reductionImages: 2,
  imageSize: 0,
  disjointReduction: false,
  digest: "",
};

/** A dataset that takes 8 images of 12 bytes and 8 labels of 2: 112 bytes. */
const small: Dataset = {
  classes: ["a", "b"],
  height: 2,
  width: 2,
  channels: 3,
  train: { pixels: Uint8Array.from({ length: 72 }, (_, value) => value), labels: Uint16Array.of(0, 1, 0, 1, 0, 1) },
  test: { pixels: new Uint8Array(24), labels: Uint16Array.of(0, 1) },
};

function counting(budget = 1000, open: () => Promise<Dataset> = async () => ({ ...small })) {
  const openings: string[] = [];
  const opened = new OpenedDatasets(async ({ uri, imageSize }: Opening) => {
    openings.push(`${uri}@${imageSize}`);
    return open();
  }, budget);
  return { opened, openings };
}

describe("opened datasets", () => {
  it("share one opening among all who ask at once and later, whatever their plan", async () => {
    const { opened, openings } = counting();
    const [one, other] = await Promise.all([opened.plan(plan), opened.plan({ ...plan, seed: 2 })]);
    await opened.plan({ ...plan, limit: 4 });
    expect(openings).toEqual(["shapes:@0"]);
    expect(other.dataset).toBe(one.dataset);
  });

  it("are opened again for another image size", async () => {
    const { opened, openings } = counting();
    await opened.plan(plan);
    await opened.plan({ ...plan, imageSize: 8 });
    expect(openings).toEqual(["shapes:@0", "shapes:@8"]);
  });

  it("are opened again for another limit of a folder alone, which decodes only what is used", async () => {
    const { opened, openings } = counting();
    for (const limit of [0, 4, 5]) await opened.plan({ ...plan, uri: "folder:x", limit });
    for (const limit of [0, 4, 5]) await opened.plan({ ...plan, uri: "idx:x", limit });
    expect(openings).toEqual(["folder:x@0", "folder:x@0", "folder:x@0", "idx:x@0"]);
  });

  it("do not keep a failed opening", async () => {
    let attempts = 0;
    const { opened } = counting(1000, async () => {
      if (attempts++ === 0) throw invalidInput("dataset", "x", "y", "z");
      return small;
    });
    await expect(opened.plan(plan)).rejects.toThrow(expect.objectContaining({ code: "INVALID_INPUT" }));
    await expect(opened.plan(plan)).resolves.toMatchObject({ dataset: small });
  });

  it("let go of what was not asked for longest when they take more than the budget", async () => {
    const { opened, openings } = counting(250);
    await opened.plan({ ...plan, uri: "idx:a" });
    await opened.plan({ ...plan, uri: "idx:b" });
    await opened.plan({ ...plan, uri: "idx:a" });
    await opened.plan({ ...plan, uri: "idx:c" });
    await opened.plan({ ...plan, uri: "idx:a" });
    expect(openings).toEqual(["idx:a@0", "idx:b@0", "idx:c@0"]);
    await opened.plan({ ...plan, uri: "idx:b" });
    expect(openings).toHaveLength(4);
  });

  it("let go of what was not asked for longest when they are more than 64, however small they are", async () => {
    const { opened, openings } = counting(1_000_000);
    for (let number = 0; number < 65; number++) await opened.plan({ ...plan, uri: `idx:${number}` });
    await opened.plan({ ...plan, uri: "idx:64" });
    expect(openings).toHaveLength(65);
    await opened.plan({ ...plan, uri: "idx:0" });
    expect(openings).toHaveLength(66);
  });

  it("divide once for a plan, and give the same digest and statistics to all who ask", async () => {
    const { opened } = counting();
    const one = await opened.plan(plan);
    expect(await opened.plan({ ...plan })).toBe(one);
    expect(await one.digest.join()).toBe(await one.digest.join());
    expect(await one.statistics.join()).toBe(await one.statistics.join());
    expect(await opened.plan({ ...plan, seed: 9 })).not.toBe(one);
  });
});
