import { type Dataset, imageBytes } from "../divide/dataset.js";
import { forEachPicture } from "./for-each-picture.js";

/** Mean and standard deviation (of the whole, not of a sample) of each channel, on the scale 0 to 1. */
export type ChannelStatistics = { readonly mean: readonly number[]; readonly std: readonly number[] };

/** Of the training images named. Sums are of whole numbers below 2^53, so no order of adding changes them. */
export const channelStatistics = async (dataset: Dataset, images: Uint32Array): Promise<ChannelStatistics> => {
  const { channels, train } = dataset;
  const size = imageBytes(dataset);
  const seen = Array.from({ length: channels }, () => new Float64Array(256));
  await forEachPicture(train, images, size, ({ pixels, at: from }) => {
    for (const [channel, histogram] of seen.entries()) {
      for (let at = from + channel; at < from + size; at += channels) {
        const value = pixels[at] ?? 0;
        histogram[value] = (histogram[value] ?? 0) + 1;
      }
    }
  });
  const count = images.length * dataset.height * dataset.width;
  const moment = (histogram: Float64Array, power: number) =>
    histogram.reduce((sum, times, value) => sum + times * value ** power, 0);
  return {
    mean: seen.map((histogram) => moment(histogram, 1) / count / 255),
    std: seen.map((histogram) => {
      const mean = moment(histogram, 1) / count;
      return Math.sqrt(Math.max(0, moment(histogram, 2) / count - mean * mean)) / 255;
    }),
  };
};
