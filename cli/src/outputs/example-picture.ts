import { join } from "node:path";
import { encodeImage } from "@bnas/dataset";
import { type DatasetServiceClient, type DescribeDatasetResponse, Split } from "@bnas/proto";
import { evaluationBatches } from "@bnas/rpc";
import type { LoadedNetwork } from "@bnas/runtime";
import type { Spec } from "@bnas/search";
import { writeWhole } from "./output-folder.js";

/** A picture that the network did not see in training: the file, its class, and what the network says. */
export type ExamplePicture = {
  readonly file: string;
  readonly isA: string;
  readonly classified: string;
  readonly probability: number;
};

/**
 * Leave a test image as `example.png`, classified by the trained network as it would run on a device: in 1-bit form.
 * @param network in that form
 * @returns undefined for images that are no pictures
 */
export const writeExample = async (
  folder: string,
  network: LoadedNetwork,
  {
    client,
    spec,
    dataset,
  }: { readonly client: DatasetServiceClient; readonly spec: Spec; readonly dataset: DescribeDatasetResponse },
): Promise<ExamplePicture | undefined> => {
  const { height, width, channels, classes, testImages: images } = dataset;
  if (channels !== 1 && channels !== 3) return undefined;
  for await (const batch of evaluationBatches(client, spec, { split: Split.SPLIT_TEST, images, batch: 1 })) {
    const pixels = batch.pixels.subarray(0, height * width * channels);
    const file = join(folder, "example.png");
    await writeWhole(file, await encodeImage(pixels, { height, width, channels }));
    const { class: classified, probabilities } = network.classify(pixels);
    return { file, isA: classes[batch.labels[0] ?? 0] ?? "", classified, probability: Math.max(...probabilities) };
  }
  return undefined;
};
