import {
  abs,
  cast,
  customGrad,
  greaterEqual,
  lessEqual,
  mul,
  relu,
  step,
  sub,
  type Tensor,
  type Tensor4D,
  tensor4d,
} from "@tensorflow/tfjs-core";

// Maps that stand before a layer whose kernel does not have them. Their gradients are those of @bnas/kernels (quantizers).

/** max(x, 0). The gradient at 0 is 0. */
export const rectified = (x: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [Tensor4D, (saved: Tensor[]) => void];
    save([value]);
    return {
      value: relu(value) as Tensor,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, step(saved ?? value)),
    };
  });
  return op(x) as Tensor4D; // customGrad is typed for any tensor.
};

/** 1 where x >= 0, else -1; the gradient passes where |x| <= 1 (straight-through estimator). */
export const signs = (x: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [value, save] = inputs as unknown as [Tensor4D, (saved: Tensor[]) => void];
    save([value]);
    return {
      value: sub(mul(cast(greaterEqual(value, 0), "float32"), 2), 1) as Tensor,
      gradFunc: (dy: Tensor, [saved]: Tensor[]) => mul(dy, cast(lessEqual(abs(saved ?? value), 1), "float32")),
    };
  });
  return op(x) as Tensor4D;
};

/**
 * Filters in the form of XNOR-Net: their signs times the mean of their magnitudes. The gradient is dq * (1/n + a * [|w| <= 1]), as in
 * @bnas/kernels. Filters are small, so this is computed here and not by the engine.
 */
export const xnorFilters = (w: Tensor4D): Tensor4D => {
  const op = customGrad((...inputs) => {
    const [filters] = inputs as unknown as [Tensor4D];
    const values = filters.dataSync<"float32">();
    const scale = values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length;
    const factors = Float32Array.from(values, (value) => 1 / values.length + (Math.abs(value) <= 1 ? scale : 0));
    return {
      value: tensor4d(
        Float32Array.from(values, (value) => (value >= 0 ? scale : -scale)),
        filters.shape,
      ) as Tensor,
      gradFunc: (dy: Tensor) => mul(dy, tensor4d(factors, filters.shape)),
    };
  });
  return op(w) as Tensor4D;
};
