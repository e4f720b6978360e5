import { cast, greater, mul, type Rank, relu, scalar, type Tensor } from "@tensorflow/tfjs-core";
import type { InputMap } from "../ops/convolution.js";
import { sign, throughSign } from "../quantizers/sign.js";
import { throughXnor, type WeightMap, xnor } from "../quantizers/xnor.js";

export const mapInput = <R extends Rank>(x: Tensor<R>, map: InputMap): Tensor<R> =>
  map === "identity" ? x : map === "relu" ? relu(x) : sign(x);

/** The gradient through {@link mapInput}. */
export const unmapInput = <R extends Rank>(dx: Tensor<R>, x: Tensor<R>, map: InputMap): Tensor<R> => {
  if (map === "identity") return dx;
  return map === "relu" ? mul(dx, cast(greater(x, 0), "float32")) : throughSign(dx, x);
};

/** What is convolved with, and the scale that the sum is multiplied by afterwards. */
export const mapWeight = <R extends Rank>(w: Tensor<R>, map: WeightMap): { taps: Tensor<R>; scale: Tensor } => {
  if (map === "real") return { taps: w, scale: scalar(1) };
  const { signs, scale } = xnor(w);
  return { taps: signs, scale };
};

/** dL/dw from dL/dw_b, the gradient with respect to the weights as they are convolved with (scale included). */
export const unmapWeight = <R extends Rank>(dw: Tensor<R>, w: Tensor<R>, map: WeightMap): Tensor<R> =>
  map === "real" ? dw : throughXnor(dw, w);
