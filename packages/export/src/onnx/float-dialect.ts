import { type Dialect, standardSign } from "./dialect.js";

/** Weights as float32, for runtimes that know nothing newer: opset 17 is of 2022. */
export const floatDialect: Dialect = {
  opset: 17,
  irVersion: 8,
  domains: [],
  fused: true,
  packed: false,
  weights(draft, { name, dims, signs }, scale) {
    const size = signs.length / dims[0];
    const scaleOf = (place: number): number => scale[scale.length === 1 ? 0 : Math.floor(place / size)] ?? 0;
    return draft.floats(
      `${name}.weights`,
      dims,
      Float32Array.from(signs, (sign, place) => sign * scaleOf(place)),
    );
  },
  sign: standardSign,
};
