import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunningService, silentTools } from "@bnas/process";
import { type Batch, type DatasetServiceClient, DatasetServiceDefinition, Split } from "@bnas/proto";
import { connect } from "@bnas/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countByClass } from "../src/divide/dataset.js";
import { dataset } from "../src/service.js";
import { openIn } from "./builders.js";

// Real images lie beside the checkout and in a Debian package; where they are not, the names of the tests say what they need.
const shared = fileURLToPath(new URL("../../../../shared/data", import.meta.url));
const cifar10 = join(shared, "cifar10");
const flowers = join(shared, "flowers");
const fashion = "/usr/share/datasets/fashion-mnist";
const noShared = !existsSync(cifar10) || !existsSync(flowers);
const noFashion = !existsSync(fashion);

let service: RunningService;
let client: DatasetServiceClient;
let close: () => void;
beforeAll(async () => {
  service = await dataset.start(dataset.config.parse({ listen: "127.0.0.1:0", dataRoot: "/" }), silentTools());
  const connection = connect(DatasetServiceDefinition, service.address);
  client = connection.client;
  close = () => connection.close();
});
afterAll(async () => {
  close();
  await service.drain();
});

const open = (uri: string, imageSize = 0) => openIn({ uri, imageSize, limit: 0, seed: 0 }, 2 ** 31);

describe("real images", () => {
  it.skipIf(noShared)("of CIFAR-10 have the documented number of each class (needs ../shared/data)", async () => {
    const { train, test } = await open(`cifar10:${cifar10}`);
    expect(countByClass(train.labels, 10)).toEqual([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]);
    expect(countByClass(test.labels, 10)).toEqual([196, 198, 195, 199, 198, 185, 216, 193, 217, 203]);
  });

  it.skipIf(noShared)(
    "of CIFAR-10 have about the mean and deviation that papers give (needs ../shared/data)",
    async () => {
      const plan = { uri: `cifar10:${cifar10}`, seed: 1, reductionImages: 1000 };
      const description = await client.describeDataset({ plan });
      expect(description).toMatchObject({
        weightImages: 5000,
        strengthImages: 5000,
        reductionImages: 1000,
        testImages: 2000,
      });
      const known = { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] };
      for (const moment of ["mean", "std"] as const) {
        description[moment].forEach((value, channel) => {
          expect(Math.abs(value - (known[moment][channel] ?? 0))).toBeLessThan(0.01);
        });
      }
    },
  );

  it.skipIf(noShared)("of CIFAR-10 stream as an epoch, each once, over gRPC (needs ../shared/data)", async () => {
    const batches: Batch[] = [];
    const request = {
      plan: { uri: `cifar10:${cifar10}`, seed: 1 },
      split: Split.SPLIT_TRAIN,
      batch: 128,
      shuffle: true,
    };
    const augmentation = { cropPadding: 4, flip: true, cutout: 16 };
    for await (const batch of client.streamBatches({ ...request, keepLast: true, augmentation })) batches.push(batch);
    expect(batches).toHaveLength(79);
    expect(batches.at(-1)?.count).toBe(10000 - 78 * 128);
    const labels = batches.flatMap((batch) => batch.labels);
    expect(countByClass(labels, 10)).toEqual([1005, 974, 1032, 1016, 999, 937, 1030, 1001, 1025, 981]);
    expect(batches.every(({ pixels, count }) => pixels.length === count * 3072)).toBe(true);
  });

  it.skipIf(noShared)("in folders have five classes of 32 and 8 photographs each (needs ../shared/data)", async () => {
    const dataset = await open(`folder:${flowers}`, 32);
    expect(dataset.classes).toEqual(["daisy", "dandelion", "roses", "sunflowers", "tulips"]);
    expect(countByClass(dataset.train.labels, 5)).toEqual([32, 32, 32, 32, 32]);
    expect(countByClass(dataset.test.labels, 5)).toEqual([8, 8, 8, 8, 8]);
  });

  it.skipIf(noShared)(
    "in folders stream over gRPC in the size that the plan asks for (needs ../shared/data)",
    async () => {
      const plan = { uri: `folder:${flowers}`, seed: 1, imageSize: 48, limit: 50 };
      const counts: number[] = [];
      for await (const { pixels, count } of client.streamBatches({ plan, split: Split.SPLIT_WEIGHT, batch: 10 })) {
        expect(pixels).toHaveLength(count * 48 * 48 * 3);
        counts.push(count);
      }
      expect(counts).toEqual([10, 10]);
    },
  );

  it.skipIf(noFashion)(
    "of Fashion-MNIST have 6,000 and 1,000 of each class and stream over gRPC (needs the package dataset-fashion-mnist)",
    async () => {
      const { train, test, ...rest } = await open(`idx:${fashion}`);
      expect(rest).toMatchObject({ height: 28, width: 28, channels: 1 });
      expect(countByClass(train.labels, 10)).toEqual(new Array(10).fill(6000));
      expect(countByClass(test.labels, 10)).toEqual(new Array(10).fill(1000));
      const plan = { uri: `idx:${fashion}`, seed: 1, limit: 1000, imageSize: 32 };
      let images = 0;
      for await (const { pixels, count } of client.streamBatches({ plan, split: Split.SPLIT_STRENGTH, batch: 100 })) {
        expect(pixels).toHaveLength(count * 32 * 32);
        images += count;
      }
      expect(images).toBe(500);
    },
  );
});
