import { type Candidates, fullSpace, type Network, type Spec, spaceOf } from "@bnas/search";
import type { InputShape } from "../paper/stack.js";
import { candidatesOf } from "../paper/supernet.js";
import { bytesPerImage } from "./memory.js";
import { traceSupernet } from "./parameters.js";
import { countOf, type Parameter, type Trace } from "./trace.js";

/** What weights cost. */
export type ParameterCount = {
  /** All that are trained; those of PCNN with their projections. */
  readonly total: number;
  /** Of them held in one bit by the forward pass. */
  readonly oneBit: number;
  /** Bits to store the network for inference: one or 32 a weight, and 32 for every scale of 1-bit weights. */
  readonly bits: number;
};

export type Cost = ParameterCount & {
  /** Multiply-adds of one image in the forward pass; batch norms, pools and sums not counted. */
  readonly multiplyAdds: number;
  readonly oneBitMultiplyAdds: number;
  /** Bytes of one image, by estimate (memory.ts): in a training step, in one by part, and in evaluation. */
  readonly trainingBytesPerImage: number;
  readonly trainingByPartBytesPerImage: number;
  readonly evaluationBytesPerImage: number;
};

const countParameters = (parameters: readonly Parameter[]): ParameterCount => {
  const ofBits = (width: Parameter["bits"]) => parameters.filter(({ bits }) => bits === width);
  const oneBit = ofBits(1);
  const sizes = (list: readonly Parameter[]) => list.reduce((sum, { shape }) => sum + countOf(shape), 0);
  const scales = oneBit.reduce((sum, parameter) => sum + parameter.scales, 0);
  return {
    total: sizes(parameters),
    oneBit: sizes(oneBit),
    bits: 32 * (sizes(ofBits(32)) + scales) + sizes(oneBit),
  };
};

/** Cost of a traced network. */
export const costOf = (trace: Trace): Cost => {
  const { parameters } = trace;
  const work = (list: readonly Parameter[]) =>
    list.reduce((sum, { shape, positions }) => sum + countOf(shape) * positions, 0);
  return {
    ...countParameters(parameters),
    multiplyAdds: work(parameters),
    oneBitMultiplyAdds: work(parameters.filter(({ bits }) => bits === 1)),
    ...bytesPerImage(trace),
  };
};

/** Cost of the supernet on some candidates, by default all, or of a sampled network. For `--dry-run`. */
export const supernetCost = (spec: Spec, input: InputShape, candidates: Candidates = fullSpace(spaceOf(spec))): Cost =>
  costOf(traceSupernet(spec, input, candidates));

export const sampleCost = (spec: Spec, input: InputShape, network: Network): Cost =>
  supernetCost(spec, input, candidatesOf(network));
