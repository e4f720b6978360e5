import type { Graph } from "@bnas/model";
import { stream } from "@bnas/search";

/**
 * Images that are the same on every machine, as a network of this graph sees them: normalized, [count, height, width, channels]. Every
 * fourth is noise, for edges at every pixel; of the others each has two colours with a border at another place, so that large areas agree,
 * as in photographs, and the frame of the image is met in every colour.
 */
export const fixedImages = ({ input, normalization }: Graph, count: number): Float32Array => {
  const { height, width, channels } = input;
  const images = new Float32Array(count * height * width * channels);
  let at = 0;
  for (let image = 0; image < count; image++) {
    const random = stream(1, "export", "proof", image);
    const noise = image % 4 === 0;
    const colours = [0, 1].map(() => Array.from({ length: channels }, () => random.below(256)));
    const [down, right] = [random.below(height), random.below(width)];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const colour = colours[row >= down !== column >= right ? 1 : 0] ?? [];
        for (let channel = 0; channel < channels; channel++) {
          const pixel = noise ? random.below(256) : (colour[channel] ?? 0);
          images[at++] = (pixel / 255 - (normalization.mean[channel] ?? 0)) / (normalization.std[channel] ?? 1);
        }
      }
    }
  }
  return images;
};
