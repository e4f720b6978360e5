import type { Dialect } from "./dialect.js";
import type { Draft } from "./draft.js";

const DOMAIN = "qonnx.custom_op.general";

/** QONNX, which FINN and hls4ml read: what has one bit comes from a BipolarQuant, weights and activations alike. */
export const qonnxDialect: Dialect = {
  opset: 17,
  irVersion: 8,
  domains: [{ domain: DOMAIN, version: 1 }],
  fused: false,
  packed: false,
  weights(draft, { name, dims, signs }, scale) {
    const scales = draft.floats(`${name}.scale`, scale.length === 1 ? [] : [scale.length, 1, 1, 1], scale);
    return bipolar(draft, draft.floats(`${name}.signs`, dims, signs), scales, `${name}.weights`);
  },
  sign: (draft, x, name) => bipolar(draft, x, draft.floats("plus", [], [1]), name),
};

/** scale * (+1 where x >= 0, else -1). */
const bipolar = (draft: Draft, x: string, scale: string, name: string): string =>
  draft.node("BipolarQuant", [x, scale], name, {}, DOMAIN);
