import type { GraphWeights } from "@bnas/runtime";

type Alpha = Extract<GraphWeights, { readonly kind: "signs" }>["alpha"];

/** What the sums of a channel are multiplied by. */
export const alphaOf = (alpha: Alpha, channel: number): number =>
  typeof alpha === "number" ? alpha : (alpha[channel] ?? Number.NaN);
