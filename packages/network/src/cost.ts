import { type Candidates, fullSpace, InvalidInput, type Network, type Spec } from "@bnas/search";
import type { Engine } from "./engine.js";
import { traceSupernet } from "./parameters.js";
import type { InputShape } from "./stack.js";
import { candidatesOf } from "./supernet.js";
import { countOf, type Parameter, type Trace } from "./trace.js";

/** What weights cost. */
export type ParameterCount = {
  readonly total: number;
  /** Of them held in one bit by the forward pass. */
  readonly oneBit: number;
  /** Bits to store the network for inference: one or 32 a weight, and 32 for the scale of every 1-bit tensor. */
  readonly bits: number;
};

export type Cost = ParameterCount & {
  /** Multiply-adds of one image in the forward pass; batch norms, pools and sums not counted. */
  readonly multiplyAdds: number;
  readonly oneBitMultiplyAdds: number;
  /** Bytes of one image in a training step, and in judging: estimates. */
  readonly trainingBytesPerImage: number;
  readonly judgingBytesPerImage: number;
};

export const countParameters = (parameters: readonly Parameter[]): ParameterCount => {
  const oneBit = parameters.filter(({ bits }) => bits === 1);
  const sizes = (list: readonly Parameter[]) => list.reduce((sum, { shape }) => sum + countOf(shape), 0);
  const total = sizes(parameters);
  return { total, oneBit: sizes(oneBit), bits: 32 * (total - sizes(oneBit) + oneBit.length) + sizes(oneBit) };
};

/** Cost of a traced network. */
export const costOf = ({ parameters, trainingFloats, forwardFloats }: Trace): Cost => {
  const work = (list: readonly Parameter[]) =>
    list.reduce((sum, { shape, positions }) => sum + countOf(shape) * positions, 0);
  return {
    ...countParameters(parameters),
    multiplyAdds: work(parameters),
    oneBitMultiplyAdds: work(parameters.filter(({ bits }) => bits === 1)),
    trainingBytesPerImage: 4 * trainingFloats,
    judgingBytesPerImage: 4 * forwardFloats,
  };
};

/** Cost of the supernet on some candidates, by default all, or of a sampled network. For `--dry-run`. */
export const supernetCost = (spec: Spec, input: InputShape, candidates: Candidates = fullSpace()): Cost =>
  costOf(traceSupernet(spec, input, candidates));

export const sampleCost = (spec: Spec, input: InputShape, network: Network): Cost =>
  supernetCost(spec, input, candidatesOf(network));

/** The backend's own tensors, its code and what the allocator cannot use. */
const RESERVED_BYTES = 64 * 2 ** 20;

/**
 * The largest batch that a step of this network can have on an engine, by estimate; Infinity where the machine is the limit.
 */
export const largestBatch = (engine: Engine, bytesPerImage: number): number =>
  engine.memoryLimit === null
    ? Number.POSITIVE_INFINITY
    : Math.floor((engine.memoryLimit - RESERVED_BYTES) / bytesPerImage);

/**
 * Refuses a batch that would not fit before anything is computed: WebAssembly aborts for good when its memory is full.
 * @throws InvalidInput
 */
export const requireMemory = (engine: Engine, bytesPerImage: number, images: number): void => {
  const most = largestBatch(engine, bytesPerImage);
  if (images <= most) return;
  throw new InvalidInput(
    "batch",
    images,
    `at most ${most} images a step: one takes about ${Math.ceil(bytesPerImage / 2 ** 20)} MiB, the engine ${engine.name} holds 4 GiB`,
    `Set spec.warmup.batch and spec.reduction.batch to ${most} or less, use fewer channels or cells, or the engine node or gpu.`,
  );
};
