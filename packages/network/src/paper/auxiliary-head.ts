import type { DerivedLayers } from "./derived-cell.js";
import { sequential } from "./layers.js";

/**
 * The classifier that helps to train a derived network from 2/3 of its depth (DARTS), in full precision; it is not part of
 * the network that is used. ReLU, 5x5 windows averaged to 2x2, 1x1 convolution to 128 channels, norm, ReLU, a
 * convolution over all of 2x2 to 768 channels, norm, ReLU, linear.
 * @returns logits [b,1,1,classes]
 */
export const auxiliaryHead = <T>(net: DerivedLayers<T>, x: T, classes: number): T => {
  const real = { stride: 1, offset: 0, weight: "real" } as const;
  return sequential(
    net,
    x,
    (y) => net.auxiliaryPool(y),
    (y) => net.pointwise("auxiliary.0.pointwise", y, { ...real, out: 128, input: "identity" }),
    (y) => net.norm("auxiliary.0.norm", y),
    (y) => net.flatten(y),
    (y) => net.pointwise("auxiliary.1.pointwise", y, { ...real, out: 768, input: "relu" }),
    (y) => net.norm("auxiliary.1.norm", y),
    (y) => net.linear("auxiliary.classifier", y, { out: classes, relu: true }),
  );
};
