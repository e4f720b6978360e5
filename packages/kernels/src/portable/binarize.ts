import {
  abs,
  add,
  cast,
  greater,
  greaterEqual,
  lessEqual,
  mean,
  mul,
  type Rank,
  relu,
  scalar,
  sub,
  type Tensor,
} from "@tensorflow/tfjs-core";
import type { InputMap, WeightMap } from "../contract.js";

/** +1 for x >= 0 (so for 0 and -0), -1 otherwise; tf.sign would give 0 for 0. */
export const sign = <R extends Rank>(x: Tensor<R>): Tensor<R> =>
  sub(mul(cast(greaterEqual(x, 0), "float32"), 2), 1) as Tensor<R>;

export const mapInput = <R extends Rank>(x: Tensor<R>, map: InputMap): Tensor<R> =>
  map === "identity" ? x : map === "relu" ? relu(x) : sign(x);

/** The gradient through {@link mapInput}: 1[x > 0] for relu, the straight-through 1[|x| <= 1] for sign. */
export const unmapInput = <R extends Rank>(dx: Tensor<R>, x: Tensor<R>, map: InputMap): Tensor<R> =>
  map === "identity" ? dx : mul(dx, cast(map === "relu" ? greater(x, 0) : lessEqual(abs(x), 1), "float32"));

/** What is convolved with, and the scale that the sum is multiplied by afterwards. */
export const mapWeight = <R extends Rank>(w: Tensor<R>, map: WeightMap): { taps: Tensor<R>; scale: Tensor } =>
  map === "real" ? { taps: w, scale: scalar(1) } : { taps: sign(w), scale: mean(abs(w)) };

/** dL/dw from dL/dw_b, the gradient with respect to the weights as they are convolved with (scale included). */
export const unmapWeight = <R extends Rank>(dw: Tensor<R>, w: Tensor<R>, map: WeightMap): Tensor<R> => {
  if (map === "real") return dw;
  const inside = cast(lessEqual(abs(w), 1), "float32");
  return mul(dw, add(mul(inside, mean(abs(w))), 1 / w.size));
};
