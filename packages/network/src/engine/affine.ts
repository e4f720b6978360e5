import { globalAveragePool } from "@bnas/kernels";
import { add, customGrad, mul, sum, type Tensor, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";

// These operations carry gradients of their own, so that a network needs no gradients from TensorFlow.js but those of
// @bnas/kernels: the core alone has none.

/** x [b,h,w,c] + shift [c]. */
export const addToChannels = (x: Tensor4D, shift: Tensor1D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [a, b] = inputs as unknown as [Tensor4D, Tensor1D]; // What op is called with below.
    return { value: add<Tensor4D>(a, b) as Tensor, gradFunc: (dy: Tensor) => [dy.clone(), sumOfChannels(dy)] };
  });
  return op(x, shift) as Tensor4D; // customGrad is typed for any tensor; an addition keeps the shape.
};

/** x [b,h,w,c] * scale [c] + shift [c]: the affine part of a batch norm. */
export const affine = (x: Tensor4D, scale: Tensor1D, shift: Tensor1D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [a, b, c, save] = inputs as unknown as [Tensor4D, Tensor1D, Tensor1D, (saved: Tensor[]) => void];
    save([a, b]);
    return {
      value: add<Tensor4D>(mul(a, b), c) as Tensor,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y, factor] = saved as [Tensor4D, Tensor1D];
        return [mul(dy, factor), sumOfChannels(mul(dy, y)), sumOfChannels(dy)];
      },
    };
  });
  return op(x, scale, shift) as Tensor4D;
};

/** [b,h,w,c] -> [c]. By image first: the engine's own sum adds up one float after another, and loses digits. */
const sumOfChannels = (x: Tensor): Tensor1D => {
  const [, height = 1, width = 1] = x.shape;
  const means = globalAveragePool(x as Tensor4D); // All gradients here are of activations [b,h,w,c].
  return mul(sum<Tensor1D>(means, [0, 1, 2]), height * width);
};
