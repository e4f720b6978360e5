import { type RunningService, silentTools } from "@bnas/process";
import {
  type Augmentation,
  type Batch,
  type DatasetServiceClient,
  DatasetServiceDefinition,
  Split,
  type SplitPlan,
} from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dataset } from "../src/service.js";
import { cifar, folderOf, idx, mnist, refusal, twoClasses } from "./builders.js";

let service: RunningService;
let client: DatasetServiceClient;
let close: () => void;

beforeAll(async () => {
  service = await dataset.start(
    dataset.config.parse({ listen: "127.0.0.1:0", maxMessageBytes: 65_536, dataRoot: "/" }),
    silentTools(),
  );
  const connection = connect(DatasetServiceDefinition, service.address);
  client = connection.client;
  close = () => connection.close();
});
afterAll(async () => {
  close();
  await service.drain();
});

const shapes: SplitPlan = {
  uri: "shapes:?images=120&test=24&size=8",
  seed: 7,
  limit: 0,
  reductionImages: 30,
  imageSize: 0,
  disjointReduction: false,
  digest: "",
};
const augmentation: Augmentation = {
  cropPadding: 2,
  flip: true,
  cutout: 4,
  policy: "none",
  cropArea: 0,
  jitter: 0,
  hue: 0,
};
const training = { plan: shapes, split: Split.SPLIT_WEIGHT, epoch: 1, batch: 16, shuffle: true, augmentation };

async function all(request: Parameters<DatasetServiceClient["streamBatches"]>[0]): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of client.streamBatches(request)) batches.push(batch);
  return batches;
}
/** Images of batches one after the other: label and pixels as text. */
const images = (batches: readonly Batch[]): string[] =>
  batches.flatMap(({ count, pixels, labels }) =>
    Array.from({ length: count }, (_, image) => {
      const size = pixels.length / count;
      return `${labels[image]} ${pixels.subarray(image * size, (image + 1) * size).toString("base64")}`;
    }),
  );

describe("DatasetService", () => {
  it("describes a dataset as a plan divides it", async () => {
    const description = await client.describeDataset({ plan: shapes });
    expect(description).toMatchObject({
      height: 8,
      width: 8,
      channels: 3,
      weightImages: 60,
      strengthImages: 60,
      reductionImages: 30,
      trainImages: 120,
      testImages: 24,
    });
    expect(description.classes).toHaveLength(6);
    expect(description.digest).toMatch(/^[0-9a-f]{64}$/);
    for (const value of [...description.mean, ...description.std]) {
      expect(value).toBeGreaterThan(0.1);
      expect(value).toBeLessThan(0.9);
    }
  });

  it("gives another digest for other images in use and the same for another division of the same", async () => {
    const digests = await Promise.all(
      [{}, { seed: 8 }, { limit: 60 }, { imageSize: 10 }].map(async (change) => {
        const { digest } = await client.describeDataset({ plan: { ...shapes, ...change } });
        return digest;
      }),
    );
    expect(digests[1]).toBe(digests[0]);
    expect(new Set(digests).size).toBe(3);
  });

  it("streams full batches of the split, with a byte a value and a label an image", async () => {
    const batches = await all(training);
    expect(batches.map(({ index, count }) => [index, count])).toEqual([
      [0, 16],
      [1, 16],
      [2, 16],
    ]);
    for (const { pixels, labels } of batches) {
      expect(pixels).toHaveLength(16 * 8 * 8 * 3);
      expect(labels).toHaveLength(16);
    }
  });

  it("streams the same bytes for the same seed and epoch, others for another", async () => {
    const one = await all(training);
    expect(await all(training)).toEqual(one);
    expect(images(await all({ ...training, epoch: 2 }))).not.toEqual(images(one));
    expect(images(await all({ ...training, plan: { ...shapes, seed: 8 } }))).not.toEqual(images(one));
  });

  it("streams each batch to one shard, unchanged", async () => {
    const whole = await all({ ...training, keepLast: true });
    const shards = await Promise.all([0, 1, 2].map((shard) => all({ ...training, keepLast: true, shard, shards: 3 })));
    expect(shards.map((batches) => batches.map(({ index }) => index))).toEqual([[0, 3], [1], [2]]);
    expect(shards.flat().sort((one, other) => one.index - other.index)).toEqual(whole);
  });

  it("changes the same image in the same way whatever the size of the batches", async () => {
    const small = await all({ ...training, keepLast: true, batch: 7 });
    expect(images(small)).toEqual(images(await all({ ...training, keepLast: true, batch: 25 })));
  });

  it("gives every image of a split once an epoch, whatever the order, and halves that share none", async () => {
    const read = (split: Split, shuffle: boolean) =>
      all({ plan: shapes, split, epoch: 3, batch: 50, keepLast: true, shuffle }).then(images);
    const weight = await read(Split.SPLIT_WEIGHT, true);
    const strength = await read(Split.SPLIT_STRENGTH, true);
    const train = await read(Split.SPLIT_TRAIN, false);
    expect([...weight].sort()).toEqual((await read(Split.SPLIT_WEIGHT, false)).sort());
    expect([...weight, ...strength].sort()).toEqual([...train].sort());
    expect(new Set(train).size).toBe(120);
    const reduction = await read(Split.SPLIT_REDUCTION, true);
    expect(reduction).toHaveLength(30);
    expect(reduction.every((image) => train.includes(image))).toBe(true);
    expect(await read(Split.SPLIT_TEST, false)).toHaveLength(24);
  });

  it("crops areas and jitters colours the same whatever the size of the batches, and otherwise in another epoch", async () => {
    const change = { ...augmentation, cropPadding: 0, cropArea: 0.08, jitter: 0.4, hue: 0.2 };
    const request = { ...training, keepLast: true, augmentation: change };
    const one = images(await all({ ...request, batch: 7 }));
    expect(images(await all({ ...request, batch: 25 }))).toEqual(one);
    expect(images(await all({ ...request, epoch: 2 }))).not.toEqual(one);
    expect(images(await all({ ...request, augmentation: { ...change, hue: 0 } }))).not.toEqual(one);
  });

  it("tells a client which picture of a folder is damaged when a batch meets it", async () => {
    const files = await twoClasses(10);
    const whole = files["a/003.png"] ?? Buffer.alloc(0);
    const folder = await folderOf({ ...files, "a/003.png": whole.subarray(0, 60) });
    const plan = { ...shapes, uri: `folder:${folder}`, imageSize: 8, reductionImages: 2 };
    const both = await Promise.all(
      [Split.SPLIT_TRAIN, Split.SPLIT_TEST].map((split) =>
        all({ ...training, plan, split, batch: 1 }).then(
          () => "",
          (error) => String(error),
        ),
      ),
    );
    expect(both.join()).toMatch(/a\/003\.png, byte \d+: expected an image that can be decoded whole/);
  });

  it("refuses on the field of the request that is wrong, as InvalidInput on the other side", async () => {
    const cases: readonly [object, string][] = [
      [{ plan: undefined }, "plan"],
      [{ plan: { ...shapes, uri: "shape:" } }, "plan.uri"],
      [{ plan: { ...shapes, imageSize: 4 } }, "plan.imageSize"],
      [{ plan: { ...shapes, limit: 3 } }, "plan.limit"],
      [{ plan: { ...shapes, reductionImages: 121 } }, "plan.reductionImages"],
      [{ split: Split.SPLIT_UNSPECIFIED }, "split"],
      [{ batch: 0 }, "batch"],
      [{ batch: 61 }, "batch"],
      [{ shard: 2, shards: 2 }, "shard"],
      [{ augmentation: { ...augmentation, cropPadding: 8 } }, "augmentation.cropPadding"],
      [{ augmentation: { ...augmentation, cutout: 9 } }, "augmentation.cutout"],
      [{ augmentation: { ...augmentation, policy: "random" } }, "augmentation.policy"],
      [{ augmentation: { ...augmentation, cropArea: 0.1 } }, "augmentation.cropPadding"],
      [{ augmentation: { ...augmentation, cropPadding: 0, cropArea: 2 } }, "augmentation.cropArea"],
      [{ augmentation: { ...augmentation, jitter: 1.5 } }, "augmentation.jitter"],
      [{ augmentation: { ...augmentation, hue: 0.6 } }, "augmentation.hue"],
      [{ plan: { ...shapes, digest: "file" } }, "plan.digest"],
    ];
    for (const [change, field] of cases) {
      const error = await refusal(() => all({ ...training, ...change }));
      expect(error).toMatchObject({ code: "INVALID_INPUT" });
      expect(error.field).toBe(field);
    }
  });

  it("refuses a batch that no message holds and says how many images it may have", async () => {
    const plan = { ...shapes, imageSize: 64 };
    const error = await refusal(() => all({ ...training, plan, batch: 6, augmentation: undefined }));
    expect(error.field).toBe("batch");
    expect(error.message).toContain("up to 5");
    expect(await all({ ...training, plan, batch: 5, augmentation: undefined })).toHaveLength(12);
  });

  it("refuses images of one value, which no search could learn from, by the URI", async () => {
    const files = mnist();
    const constant = (count: number) => idx([count, 4, 3], new Array(count * 12).fill(9));
    const folder = await folderOf({
      ...files,
      "train-images-idx3-ubyte": constant(12),
      "t10k-images-idx3-ubyte": constant(6),
    });
    const plan = { ...shapes, uri: `idx:${folder}`, reductionImages: 3 };
    const error = await refusal(() => client.describeDataset({ plan }));
    expect(error).toMatchObject({ field: "plan.uri", value: plan.uri });
    expect(error.hint).toContain("every pixel of the training images is 9");
  });

  it("tells a client which byte of which file is damaged", async () => {
    const bytes = cifar(20);
    bytes[3073] = 200;
    const folder = await folderOf({ "data_batch_1.bin": bytes, "test_batch.bin": cifar(10) });
    const error = await refusal(() => client.describeDataset({ plan: { ...shapes, uri: `cifar10:${folder}` } }));
    expect(error.hint).toContain(`${folder}/data_batch_1.bin, byte 3073: expected a label from 0 to 9, found 200`);
  });

  it("ends a stream that its reader leaves and continues answering others", async () => {
    const plan = { ...shapes, uri: "shapes:?images=4000&test=24&size=64" };
    let read = 0;
    for await (const { index } of client.streamBatches({ ...training, plan, batch: 4, augmentation: undefined })) {
      read++;
      if (index === 3) break;
    }
    expect(read).toBe(4);
    expect((await client.describeDataset({ plan: shapes })).testImages).toBe(24);
  });
});
