import { type Dialect, standardSign } from "./dialect.js";

/**
 * Weights in INT2, two in each number, in standard operators. They are unpacked by operators that runtimes compute once, when they open
 * the file: for them the weights of a convolution are constants in float32. Opset 25 is the first that has INT2.
 */
export const int2Dialect: Dialect = {
  opset: 25,
  irVersion: 13,
  domains: [],
  fused: true,
  packed: true,
  weights(draft, { name, dims, signs }, scale) {
    const [only = 1] = scale.length === 1 ? [scale[0]] : [];
    if (scale.length === 1 && Math.abs(only) === 1) {
      return draft.signs(`${name}.weights`, dims, only === 1 ? signs : signs.map((sign) => -sign));
    }
    const bits = draft.signs(`${name}.signs`, dims, signs);
    const shape = scale.length === 1 ? [] : [scale.length, 1, 1, 1];
    return draft.node("Mul", [bits, draft.floats(`${name}.scale`, shape, scale)], `${name}.weights`);
  },
  sign: standardSign,
};
