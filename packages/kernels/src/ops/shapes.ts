import { type Tensor4D, util } from "@tensorflow/tfjs-core";

/** Height and width of the forward input, for gradients that do not keep it. */
export type Extent = { readonly height: number; readonly width: number };

export const extentOf = (x: Tensor4D): Extent => ({ height: x.shape[1], width: x.shape[2] });

/** Kernels trust their shapes: with a wrong one they would read a neighbour's values. */
export const check = util.assert;

/** Refuses tensors that differ from the first in one of the first `dimensions`. */
export const checkAlike = (name: string, xs: readonly Tensor4D[], dimensions: number): void => {
  const [first, ...rest] = xs;
  if (first === undefined) return;
  for (const x of rest) {
    check(
      util.arraysEqual(first.shape.slice(0, dimensions), x.shape.slice(0, dimensions)),
      () => `${name}: [${x.shape}] beside [${first.shape}]`,
    );
  }
};
