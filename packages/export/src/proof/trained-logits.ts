import { derivedOptionsOf, inputShapeOf, type Model } from "@bnas/model";
import { buildDerived, type Engine } from "@bnas/network";
import { type Tensor, tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";

/**
 * The logits of the network as it was trained, by the engine that trains.
 * @param images normalized, [images, height, width, channels]
 * @returns [images, classes]
 */
export const trainedLogits = async (engine: Engine, model: Model, images: Float32Array): Promise<Float32Array> => {
  await engine.activate();
  const { height, width, channels } = model.input;
  const size = height * width * channels;
  const network = buildDerived(model.genotype, derivedOptionsOf(model), inputShapeOf(model));
  const logits = new Float32Array((images.length / size) * model.classes.length);
  // One image at a time: the maps of a deep network take a hundred megabytes.
  for (let image = 0; image * size < images.length; image++) {
    tidy(() => {
      const weights = new Map<string, Tensor>(
        [...model.tensors].map(([name, { shape, values }]) => [name, tensor(values, [...shape])]),
      );
      const x = tensor4d(images.subarray(image * size, (image + 1) * size), [1, height, width, channels]);
      const result = network.forward(x, weights, { training: false, statistics: model.tensors });
      logits.set(result.logits.dataSync(), image * model.classes.length);
    });
  }
  return logits;
};
