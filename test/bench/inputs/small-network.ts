import { type Batch, type InputShape, initialState, type Normalization } from "@bnas/network";
import { darts, drawPass, fullSpace, type Network, parseSpec, type Spec, type Tensors } from "@bnas/search";

/** Images of a batch. */
export const BATCH = 16;

/** The network of the preset `quick` on images of 16x16: small enough for a step in milliseconds, with all of its parts. */
export type SmallNetwork = {
  readonly spec: Spec;
  readonly input: InputShape;
  readonly normalization: Normalization;
  /** Weights and strengths before any training. */
  readonly state: Tensors;
  /** The first sample of the first pass. */
  readonly network: Network;
};

export const smallNetwork = (): SmallNetwork => {
  const spec = parseSpec({ preset: "quick", warmup: { batch: BATCH }, reduction: { batch: BATCH } });
  const input = { height: 16, width: 16, channels: 3, classes: 10 };
  const [network] = drawPass(1, 1, 1, fullSpace(darts));
  if (network === undefined) throw new RangeError("a pass has no sample");
  const normalization = { mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] };
  return { spec, input, normalization, state: initialState(spec, input), network };
};

/** The same batch of 16 images again and again. */
export async function* images(
  { height, width, channels, classes }: InputShape,
  batches: number,
): AsyncGenerator<Batch> {
  const pixels = Uint8Array.from({ length: BATCH * height * width * channels }, (_, i) => (i * 2654435761) >>> 24);
  const labels = Array.from({ length: BATCH }, (_, i) => i % classes);
  for (let batch = 0; batch < batches; batch++) yield { count: BATCH, pixels, labels };
}
