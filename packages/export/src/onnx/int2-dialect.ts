import { type Dialect, standardSign } from "./dialect.js";

/** Weights of two bits, in standard operators: an INT2 initializer and DequantizeLinear. Opset 25 is the first that has INT2. */
export const int2Dialect: Dialect = {
  opset: 25,
  irVersion: 13,
  domains: [],
  fused: false,
  weights(draft, { name, dims, signs }, scale) {
    const bits = draft.signs(`${name}.signs`, dims, signs);
    // A scale of rank 0 is for the whole tensor; of rank 1, for each index of `axis`.
    const shape = scale.length === 1 ? [] : [scale.length];
    const attributes = scale.length === 1 ? {} : { axis: 0 };
    return draft.node(
      "DequantizeLinear",
      [bits, draft.floats(`${name}.scale`, shape, scale)],
      `${name}.weights`,
      attributes,
    );
  },
  sign: standardSign,
};
