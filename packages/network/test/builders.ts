import {
  type Candidates,
  darts,
  fullSpace,
  mapEdges,
  type Network,
  type Operation,
  perEdge,
  preset,
  type Spec,
  stream,
} from "@bnas/search";
import type { Batch, InputShape, Normalization } from "../src/index.js";
import type { Problem } from "../src/train/step.js";
import { problemOf } from "../src/train/step.js";

// Everything tiny: 8x8 images, a handful of channels, two or three cells.

export const INPUT: InputShape = { height: 8, width: 8, channels: 3, classes: 3 };
export const NORMALIZATION: Normalization = { mean: [0.5, 0.4, 0.6], std: [0.25, 0.3, 0.2] };

export const specWith = (network: Partial<Spec["network"]> = {}, rest: Partial<Omit<Spec, "network">> = {}): Spec => {
  const smoke = preset("smoke");
  return { ...smoke, ...rest, network: { ...smoke.network, cells: 2, channels: 4, ...network } };
};

/** The spec's conventions, one or more of them another than by default. */
export const conventionsWith = (some: Partial<Spec["conventions"]>): Pick<Spec, "conventions"> => ({
  conventions: { ...preset("smoke").conventions, ...some },
});

/** Images of noise, with classes in turn. */
export const noise = (count: number, seed: number, input: InputShape = INPUT): Batch => {
  const { below } = stream(seed, "images");
  const pixels = Uint8Array.from({ length: count * input.height * input.width * input.channels }, () => below(256));
  return { count, pixels, labels: Array.from({ length: count }, (_, image) => image % input.classes) };
};

export async function* batchesOf(...batches: readonly Batch[]): AsyncGenerator<Batch> {
  yield* batches;
}

/** The same operations on every edge of both cells. */
export const everywhere = (...operations: readonly Operation[]): Candidates => perEdge(darts, () => operations);

/** A network drawn by seed. */
export const networkOf = (seed: number, from: Candidates = fullSpace(darts)): Network => {
  const { below } = stream(seed, "network");
  return mapEdges(from, (left) => left[below(left.length)] ?? "skip_connect");
};

export const problemWith = (
  spec: Spec,
  candidates: Candidates = fullSpace(darts),
  input: InputShape = INPUT,
): Problem => problemOf({ spec, input, normalization: NORMALIZATION, candidates });
