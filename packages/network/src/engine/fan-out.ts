import { concatChannels, sliceChannels, weightedSum } from "@bnas/kernels";
import {
  engine,
  getGradient,
  getKernel,
  type KernelBackend,
  type NamedAttrMap,
  type NamedTensorMap,
  ones,
  registerGradient,
  registerKernel,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";

// A value that many operations read gets a gradient from each. The tape adds them two by two and writes a new sum every time; these
// operations add all of them at once. They consist of other kernels, so they are the same on every backend.

const FORK = "BnasFork";
const SPLIT = "BnasSplit";

type ForkOptions = { readonly n: number };
type SplitOptions = { readonly sizes: readonly number[] };

/** n tensors that share the data of x. */
export const fork = (x: Tensor4D, n: number): readonly Tensor4D[] => (n < 2 ? [x] : run(FORK, x, { n }));

/**
 * x, for operations whose number is not known yet: each call gives one of them a tensor that shares the data of x. Made and
 * called on the same tape.
 */
export const reader = (x: Tensor4D): (() => Tensor4D) => {
  if (!engine().isTapeOn()) return () => x;
  let copies: Tensor4D[] | undefined;
  return () => {
    if (copies === undefined) {
      copies = run(FORK, x, { n: 1 });
      return copies[0] ?? x;
    }
    // The tape holds the list that the kernel gave, so a copy that joins it gets its gradient. It stands where the first copy was
    // made, and so before all that read one: a backward pass meets it when it has met all of them.
    const copy = copyOf(x, engine().backend);
    copies.push(copy);
    return copy;
  };
};

/** The channels of x in consecutive parts of two or more sizes. */
export const splitChannels = (x: Tensor4D, sizes: readonly number[]): readonly Tensor4D[] => run(SPLIT, x, { sizes });

/** Makes both known to a backend, by its name in TensorFlow.js. A second call changes nothing. */
export const registerFanOut = (backendName: string): void => {
  if (getKernel(FORK, backendName) === undefined) {
    registerKernel({
      kernelName: FORK,
      backendName,
      kernelFunc({ inputs, attrs, backend }) {
        const { n } = attrs as unknown as ForkOptions; // Both are what `run` was called with.
        return Array.from({ length: n }, () => copyOf(inputs.x as Tensor4D, backend as KernelBackend));
      },
    });
    registerKernel({
      kernelName: SPLIT,
      backendName,
      kernelFunc({ inputs, attrs }) {
        let begin = 0;
        return (attrs as unknown as SplitOptions).sizes.map((size) => {
          const part = sliceChannels(inputs.x as Tensor4D, { begin, size });
          begin += size;
          return part;
        });
      },
    });
  }
  if (getGradient(FORK) === undefined) {
    // Where an output was not used the engine hands over zeros; for several outputs a list, for one its gradient alone.
    registerGradient({
      kernelName: FORK,
      gradFunc: (dy) => ({ x: () => sumOf(dy) }),
    });
    registerGradient({ kernelName: SPLIT, gradFunc: (dy) => ({ x: () => concatChannels(dy as Tensor4D[]) }) });
  }
};

const sumOf = (dy: Tensor | Tensor[]): Tensor =>
  Array.isArray(dy) ? weightedSum(dy as Tensor4D[], ones([dy.length])) : dy.clone();

/** A tensor that shares the data of x, and which the tape knows nothing of. */
const copyOf = ({ dataId, shape, dtype }: Tensor4D, backend: KernelBackend): Tensor4D => {
  backend.incRef(dataId);
  return engine().makeTensorFromTensorInfo({ dataId, shape, dtype }) as Tensor4D; // Of the shape of x.
};

const run = (name: string, x: Tensor4D, attrs: ForkOptions | SplitOptions): Tensor4D[] =>
  // The engine types every kernel's inputs, attributes and outputs alike.
  engine().runKernel(
    name,
    { x } as unknown as NamedTensorMap,
    attrs as unknown as NamedAttrMap,
  ) as unknown as Tensor4D[];
